import { toError } from '../../base/errors.ts';
import { createRateLimit } from '../../base/rate-limit.ts';
import { createFileValue, type FileValue } from '../../base/watched-file.ts';
import type { ReadBody } from '../../http/body.ts';
import type { ClientTrust } from '../../http/client-trust.ts';
import type { Log } from '../../http/log.ts';
import type { ReadyCheck } from '../../http/ops.ts';
import type { DirectHandler } from '../../http/routing.ts';
import type { IssuerMetrics } from '../../issuer/metrics.ts';
import { parseAllowedTokens } from '../../issuer/serve/verify/callers.ts';
import { createVerifyHandler, type VerifyHandlerDeps } from '../../issuer/serve/verify/handler.ts';
import type { KeyFinder } from '../../web-identity/token/keys.ts';
import { type OpenClientTrust, openClientTrust } from '../server/client-trust.ts';
import type { VerifySettings } from './settings.ts';

export interface VerifyEndpointDeps {
  readonly issuer: string;
  readonly keys: KeyFinder;
  readonly metrics: Pick<IssuerMetrics, 'request' | 'verdict'>;
  readonly log: Log;
  readonly readBody: ReadBody;
}

/** What `POST /verify` needs of the server, and what it is. */
export interface VerifyEndpoint {
  readonly handler: DirectHandler;
  readonly clientTrust: ClientTrust | undefined;
  readonly check: ReadyCheck;
  stop(): void;
}

const LOOK_INTERVAL = 1_000;
/** Far above what admission asks of it, and far below what would keep the documents waiting. */
const RATE = { perSecond: 500, burst: 1_000 };

/** @throws Error that names the file that is wrong */
export async function createVerifyEndpoint(
  settings: VerifySettings,
  deps: VerifyEndpointDeps,
): Promise<VerifyEndpoint> {
  const clients = await openClients(settings, deps.log);
  const tokens = await open('verify-token-file', settings.tokenPath, parseAllowedTokens, deps.log);
  const handler = createVerifyHandler({
    readBody: deps.readBody,
    callers: {
      ...(clients && { certificates: clients.trust }),
      ...(tokens && { tokens: tokens.current }),
    },
    audiences: settings.audiences,
    ...(await createJudge(deps)),
  });
  return {
    handler,
    clientTrust: clients?.trust,
    check: {
      name: 'verify-callers',
      check: () => undefined,
      degraded() {
        const problems = [clients?.problem(), tokens?.problem()].filter((each) => each !== undefined);
        return problems.length === 0 ? undefined : `${problems.join('; ')}: what was read before stays`;
      },
    },
    stop() {
      clients?.stop();
      tokens?.stop();
    },
  };
}

async function openClients(
  { clientCaPath: path, clientNames: names }: VerifySettings,
  log: Log,
): Promise<OpenClientTrust | undefined> {
  return path === '' ? undefined : await openClientTrust('verify-client-ca', { path, names }, log);
}

async function createJudge({
  issuer,
  keys,
  metrics,
  log,
}: VerifyEndpointDeps): Promise<Omit<VerifyHandlerDeps, 'readBody' | 'callers' | 'audiences'>> {
  // jose comes with it, and who does not judge has no use for that.
  const { verifyToken } = await import('../../web-identity/token/verify.ts');
  const rate = createRateLimit(RATE);
  return {
    judge: ({ token, audiences }) =>
      verifyToken(token, { issuers: [issuer], audiences, now: Date.now(), keys, profile: 'strict' }),
    admit: () => rate.reserve(performance.now(), 0) !== undefined,
    count: (status) => metrics.request('verify', status),
    countVerdict: metrics.verdict,
    fault: (problem) => log.error({ problem }, 'POST /verify could not come to a verdict'),
  };
}

/**
 * @param path '' is no file
 * @throws ConfigurationError
 */
async function open<T>(
  flag: string,
  path: string,
  parse: (text: string) => T,
  log: Log,
): Promise<FileValue<T> | undefined> {
  if (path === '') return undefined;
  return await createFileValue({
    paths: [path],
    interval: LOOK_INTERVAL,
    read([text]) {
      if (text === undefined) throw new Error(`--${flag}: file ${path} does not exist`);
      try {
        return parse(text);
      } catch (cause) {
        throw new Error(`--${flag}: file ${path}: ${toError(cause).message}`, { cause });
      }
    },
    report(event) {
      if (event.kind === 'reloaded') log.info({ path }, 'who may use POST /verify was read again');
      else log.error({ path, problem: event.problem }, 'file refused, the one before stays');
    },
  });
}
