import { type AuthenticatorDeps, createAuthenticator } from '../../authenticator/create.ts';
import { createFindProxy } from '../../aws/find-proxy.ts';
import type { Part } from '../../http/lifecycle.ts';
import { readAwsAuthorities } from '../aws-authorities.ts';
import { allOf } from '../server/all-of.ts';
import { type OpenClientTrust, openClientTrust } from '../server/client-trust.ts';
import type { Server, ServerSurroundings } from '../server/descriptor.ts';
import { createFindNodeName } from './aws-calls.ts';
import type { AwsSettings } from './aws-settings.ts';
import { createHealthPart } from './health.ts';
import { createMappingReport } from './mapping-report.ts';
import { openMappings } from './mappings.ts';
import { createOwnRegion } from './own-region.ts';
import { createRenewal } from './serving/renewal.ts';
import type { AuthenticatorCommandSettings } from './settings.ts';

/** @throws Error that says which file, credential or service is missing */
export async function createAuthenticatorServer(
  settings: AuthenticatorCommandSettings,
  surroundings: ServerSurroundings,
): Promise<Server> {
  const { log, registry, clock, readBody } = surroundings;
  const { aws, clients: trusted, health, serving } = settings;
  const region = createOwnRegion(aws, surroundings);
  const report = createMappingReport(registry, log);
  const [authorities, clients] = await allOf([
    Promise.resolve().then(() => readAwsAuthorities(aws.authorities)),
    trusted === undefined ? Promise.resolve(undefined) : openClientTrust('client-ca-file', trusted, log),
  ]);
  const findNodeName = createFindNodeName(aws, {
    clock,
    authorities,
    ownRegion: region.current,
    described: report.described,
  });
  const mappings = await openMappings(settings, { ...surroundings, report, findNodeName });
  const { door, part: sts } = createAuthenticator(
    { ...settings.room, stsAuthorities: authorities },
    {
      log,
      registry,
      clock,
      readBody,
      mapper: mappings.mapper,
      ownRegion: region.current,
      findProxy: createFindProxy(aws.proxies.reveal()),
      locate: toLocate(aws),
      mayCall: clients && (({ socket }) => clients.trust.standing(socket) === 'accepted'),
    },
  );
  const renewal = createRenewal(serving, { clock, log });
  return {
    door: { ...door, clientTrust: clients?.trust },
    checks: [...mappings.checks, renewal.check, ...(clients ? [clients.check] : [])],
    before: [toClientsPart(clients), region.part, mappings.part, sts, renewal.part],
    after: [createHealthPart(health, log)],
  };
}

function toLocate({ stsAddress }: AwsSettings): AuthenticatorDeps['locate'] {
  return stsAddress && (() => stsAddress);
}

function toClientsPart(clients: OpenClientTrust | undefined): Part {
  return { name: 'clients', start: async () => {}, stop: async () => clients?.stop() };
}
