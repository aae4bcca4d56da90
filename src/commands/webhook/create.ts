import { createMetadataFetch, readInstanceIdentity } from '../../aws/instance-identity.ts';
import { toError } from '../../base/errors.ts';
import type { Part } from '../../http/lifecycle.ts';
import type { Log } from '../../http/log.ts';
import { createKubeApi } from '../../kube/api.ts';
import { createJudgementLog } from '../../webhook/log.ts';
import { createWebhookMetrics } from '../../webhook/metrics.ts';
import { createMutateHandler } from '../../webhook/routes.ts';
import type { WebhookSettings } from '../../webhook/settings.ts';
import { createAccountReader } from '../../webhook/sources/account.ts';
import { createAccountStore } from '../../webhook/sources/account-store.ts';
import { findCluster } from '../cluster.ts';
import { allOf } from '../server/all-of.ts';
import { type ClientTrustSettings, type OpenClientTrust, openClientTrust } from '../server/client-trust.ts';
import type { Server, ServerSurroundings } from '../server/descriptor.ts';
import { openCredentialsList } from './credentials-list.ts';
import type { WebhookCommandSettings } from './settings.ts';
import { createSources, type Sources } from './sources.ts';

/** @throws Error that says which file, credential or service is missing */
export async function createWebhook(
  settings: WebhookCommandSettings,
  { log, registry, clock, watches, readBody }: ServerSurroundings,
): Promise<Server> {
  const [ofRoom, access, list, clients] = await allOf([
    toRoomSettings(settings),
    findCluster(settings.cluster),
    openCredentialsList(settings.containerCredentials.listPath, log),
    openClients(settings.clients, log),
  ]);
  for (const note of access.notes) log.warn({}, note);
  const api = createKubeApi(access);
  const reader = createAccountReader(ofRoom);
  const store = createAccountStore(reader);
  const metrics = createWebhookMetrics(registry, store.count);
  const sources = createSources(settings, { api, clock, log, metrics, watches, reader, store, list });
  const mutate = createMutateHandler({
    readBody,
    callers: clients?.trust,
    settings: ofRoom,
    accounts: store,
    sources: sources.sources,
    findAccount: sources.findAccount,
    random: Math.random,
    metrics,
    monotonic: () => performance.now(),
    log: createJudgementLog(log, clock.now),
  });
  return {
    door: {
      clientTrust: clients?.trust,
      routing: { direct: new Map([['/mutate', mutate]]) },
      addRoutes: (app) => void app.get('/healthz', async () => 'ok'),
    },
    checks: [...sources.checks, ...(clients ? [clients.check] : [])],
    before: [
      toSourcesPart(sources, () => {
        api.close();
        clients?.stop();
      }),
    ],
    after: [],
  };
}

async function openClients(
  settings: ClientTrustSettings | undefined,
  log: Log,
): Promise<OpenClientTrust | undefined> {
  return settings && (await openClientTrust('client-ca-file', settings, log));
}

function toSourcesPart(sources: Sources, close: () => void): Part {
  return {
    name: 'sources',
    async start() {
      sources.start();
    },
    async stop() {
      await sources.stop();
      close();
    },
  };
}

/**
 * The room's own settings out of the command's.
 * @throws Error where role names are to be completed and EC2's metadata service does not answer
 */
async function toRoomSettings(settings: WebhookCommandSettings): Promise<WebhookSettings> {
  const { annotationPrefix, webIdentity, containerCredentials, defaultRegion, regionalSts, tokenExpiration } =
    settings;
  const roleComposition = await readRoleComposition(settings.composeRoleFrom);
  return {
    annotationPrefix,
    webIdentity,
    containerCredentials,
    defaultRegion,
    regionalSts,
    tokenExpiration,
    roleComposition,
  };
}

async function readRoleComposition(
  endpoint: string | undefined,
): Promise<WebhookSettings['roleComposition']> {
  if (endpoint === undefined) return undefined;
  try {
    return await readInstanceIdentity(createMetadataFetch(endpoint));
  } catch (cause) {
    throw new Error(
      `--compose-role-arn needs the EC2 instance metadata service at ${endpoint}, which failed: ${toError(cause).message}`,
      { cause },
    );
  }
}
