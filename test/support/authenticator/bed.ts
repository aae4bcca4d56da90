import { Registry } from 'prom-client';
import { type AuthenticatorDeps, createAuthenticator } from '../../../src/authenticator/create.ts';
import { type AuthenticatorSettings, DEFAULT_SETTINGS } from '../../../src/authenticator/settings.ts';
import type { CallerIdentity } from '../../../src/aws/caller-identity.ts';
import { createSystemClock } from '../../../src/base/clock.ts';
import { listenOn } from '../../../src/http/listen.ts';
import { createTlsServer } from '../../../src/http/server.ts';
import { createStaticKeys } from '../../../src/issuer/keys/key-finder.ts';
import type { Credentials } from '../../../src/local-aws/credentials.ts';
import { toSessionPrincipal } from '../../../src/local-aws/principal.ts';
import type { AwsLogLine } from '../../../src/local-aws/server.ts';
import { startLocalAws } from '../../../src/local-aws/start.ts';
import type { Mapper, MappingDecision } from '../../../src/mapping/mapper.ts';
import { KEYS, NOW, SESSION } from '../aws/signing-plan.ts';
import { createReadBody } from '../http/bodies.ts';
import { call } from '../http/client.ts';
import { createFixedCertificate, authority as doorAuthority } from '../http/door.ts';
import { USER } from '../local-aws/local-aws.ts';
import { createRecordingLog, type RecordingLog } from '../recording-log.ts';
import { authority, type StandIn } from './sts-stand-in.ts';
import { CLUSTER, HOST } from './tokens.ts';

export const ROLE = 'arn:aws:iam::111122223333:role/Deployer';

/** Who may sign at the local STS: a user with long-lived keys, and the session of a role. */
const USERS: readonly Credentials[] = [
  { ...KEYS, principal: USER },
  {
    ...SESSION,
    principal: toSessionPrincipal({ roleArn: ROLE, sessionName: 'jane@example.com', permissions: [] }),
  },
];

/** Maps by the canonical ARN; whom it does not name is unmapped. */
export function createMapper(users: Readonly<Record<string, MappingDecision>> = {}): Mapper & {
  readonly asked: CallerIdentity[];
} {
  const asked: CallerIdentity[] = [];
  return {
    asked,
    map(identity) {
      asked.push(identity);
      return users[identity.canonicalArn] ?? { kind: 'unmapped' };
    },
  };
}

export function mapTo(username: string, groups: readonly string[] = []): MappingDecision {
  const origin = { backend: 'EKSConfigMap', entry: 'mapRoles[0]' } as const;
  return { kind: 'mapped', user: { username, groups }, origin };
}

export interface BedOptions {
  readonly settings?: Partial<AuthenticatorSettings>;
  readonly deps?: Partial<AuthenticatorDeps>;
  readonly mapper?: Mapper;
  /** In place of the local STS. */
  readonly sts?: Pick<StandIn, 'port'>;
}

export interface Answered {
  readonly status: number;
  /** Parsed where it is JSON. */
  readonly body: unknown;
  readonly text: string;
}

export interface Bed {
  readonly port: number;
  readonly log: RecordingLog;
  readonly registry: Registry;
  /** ms since epoch, of authenticator and STS */
  readonly clock: { time: number };
  /** What the local STS saw. */
  readonly calls: readonly AwsLogLine[];
  send(body: string | Buffer, headers?: Readonly<Record<string, string>>): Promise<Answered>;
  review(token: string, options?: ReviewOptions): Promise<Answered>;
  call: (options: Omit<Parameters<typeof call>[1], never>) => ReturnType<typeof call>;
  stop(): Promise<void>;
}

export interface ReviewOptions {
  readonly version?: 'v1' | 'v1beta1';
  readonly audiences?: readonly string[];
}

/** The body that kube-apiserver sends. */
export function toReview(token: string, { version = 'v1', audiences }: ReviewOptions = {}): string {
  return JSON.stringify({
    kind: 'TokenReview',
    apiVersion: `authentication.k8s.io/${version}`,
    metadata: { creationTimestamp: null },
    spec: { token, ...(audiences && { audiences }) },
    status: { user: {} },
  });
}

/** The authenticator at a door of its own, with an STS that checks signatures behind it. */
export async function openAuthenticator(options: BedOptions = {}): Promise<Bed> {
  const clock = { time: NOW };
  const now = (): number => clock.time;
  const calls: AwsLogLine[] = [];
  const sts = options.sts === undefined ? await startSts(now, calls) : undefined;
  const stsPort = options.sts?.port ?? sts?.port ?? 0;
  const log = createRecordingLog();
  const registry = new Registry();
  const { door, part } = createAuthenticator(
    {
      ...DEFAULT_SETTINGS,
      clusterId: CLUSTER,
      partition: 'aws',
      stsAuthorities: [authority.certificate],
      ...options.settings,
    },
    {
      log,
      registry,
      clock: { ...createSystemClock(), now },
      readBody: createReadBody(),
      mapper: options.mapper ?? createMapper(),
      ownRegion: () => undefined,
      findProxy: () => undefined,
      locate: () => ({ address: '127.0.0.1', port: stsPort }),
      ...options.deps,
    },
  );
  const server = createTlsServer({
    certificate: createFixedCertificate(),
    tls: { minVersion: 'TLSv1.2', ciphers: [] },
    ...door.routing,
  });
  door.addRoutes(server.app);
  const port = await listenOn(server.app, { host: '127.0.0.1', port: 0 });
  const callDoor: Bed['call'] = (each) => call({ port, ca: doorAuthority.certificate }, each);
  const send: Bed['send'] = async (body, headers) => {
    const answer = await callDoor({ path: '/authenticate', body, ...(headers && { headers }) });
    return { status: answer.status, text: answer.text, body: toJson(answer.text) };
  };
  return {
    port,
    log,
    registry,
    clock,
    calls,
    send,
    review: (token, each) => send(toReview(token, each)),
    call: callDoor,
    async stop() {
      await server.drain.close(0);
      await part.stop();
      await sts?.stop();
    },
  };
}

function startSts(now: () => number, calls: AwsLogLine[]) {
  const { certificate, key } = authority.issue({
    names: [HOST, 'sts.amazonaws.com', 'sts.eu-west-1.amazonaws.com'],
  });
  return startLocalAws({
    config: { providers: [], roles: [], users: USERS, instances: [], buckets: [] },
    keys: createStaticKeys(new Map()),
    clock: { now },
    log: (line) => void calls.push(line),
    tls: { cert: certificate, key },
  });
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
