import { createKubeApi, type KubeApi } from '../../../src/kube/api.ts';
import { createDirectAccess } from '../../../src/kube/direct.ts';
import { type KubeObject, toKubeObject } from '../../../src/kube/objects.ts';
import {
  createReflector,
  type Reflector,
  type ReflectorEvent,
  type ReflectorOptions,
  type ReflectorSink,
} from '../../../src/kube/reflector.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';
import { createRecordingSink, type RecordingSink } from './recording-sink.ts';
import { type ScriptedServer, type Step, startScriptedServer } from './scripted-server.ts';

export interface Rig {
  readonly api: KubeApi;
  readonly server: ScriptedServer;
  readonly clock: FakeClock;
  readonly sink: RecordingSink;
  readonly reflector: Reflector;
  readonly events: readonly ReflectorEvent[];
  /** Kinds of the events so far, with the reason where there is one. */
  told(): string[];
  /** Waits between attempts so far, in ms. */
  waits(): number[];
  /** Queries of all watches so far. */
  watches(): Readonly<Record<string, string>>[];
}

export interface RigOptions {
  readonly api?: KubeApi;
  readonly parse?: ReflectorOptions<KubeObject>['parse'];
  readonly sink?: ReflectorSink<KubeObject>;
  readonly random?: () => number;
  readonly fieldSelector?: string;
  readonly metadataOnly?: boolean;
}

const cleanups: (() => Promise<void>)[] = [];

/** A reflector that has begun to follow a scripted server; `tearDownRigs` in `afterEach` ends both. */
export async function startRig(script: readonly Step[], options: RigOptions = {}): Promise<Rig> {
  const server = await startScriptedServer(script);
  const api = options.api ?? createKubeApi(createDirectAccess(server.url));
  const clock = createFakeClock();
  const sink = createRecordingSink();
  const events: ReflectorEvent[] = [];
  const reflector = createReflector({
    api,
    path: '/api/v1/serviceaccounts',
    metadataOnly: options.metadataOnly ?? true,
    parse: options.parse ?? toKubeObject,
    sink: options.sink ?? sink,
    clock,
    random: options.random ?? (() => 0.5),
    report: (each) => events.push(each),
    ...(options.fieldSelector !== undefined && { fieldSelector: options.fieldSelector }),
  });
  cleanups.push(async () => {
    await reflector.stop();
    api.close();
    await server.close();
  });
  reflector.start();
  return {
    api,
    server,
    clock,
    sink,
    reflector,
    events,
    told: () => events.map((each) => ('reason' in each ? `${each.kind} ${each.reason}` : each.kind)),
    waits: () => events.flatMap((each) => ('retryInMs' in each ? [each.retryInMs] : [])),
    watches: () => server.seen.filter(({ query }) => 'watch' in query).map(({ query }) => query),
  };
}

export async function tearDownRigs(): Promise<void> {
  for (const cleanup of cleanups.splice(0)) await cleanup();
}
