import type { Clock } from '../base/clock.ts';
import type { KubeApi } from '../kube/api.ts';
import type { Backend, RunningBackend, WatchedSource } from './backend.ts';
import { createBackendModeFile } from './backend-mode-file.ts';
import { type ChainDeps, decideMapping } from './chain.ts';
import { admitClusterCreator } from './cluster-creator.ts';
import { createConfigMapBackend, type MappingWatches } from './config-map.ts';
import { createDynamicFileBackend, type DynamicFileOptions } from './dynamic-file.ts';
import type { FollowedFile } from './followed-file.ts';
import { createIdentityMappingBackend } from './identity-mappings.ts';
import type { BackendName, Mapper, MappingDecision } from './mapper.ts';
import type { TellMapping } from './mapping-events.ts';
import { createMountedFile, type MountedReading } from './mounted-file.ts';

export interface MapperOptions {
  /** In the order of precedence; at least one. */
  readonly backends: readonly BackendName[];
  /** Without problems: whoever reads the configuration has told them. */
  readonly mountedFile: MountedReading;
  /** Has to be there where DynamicFile is one of the backends. */
  readonly dynamicFile: DynamicFileOptions | undefined;
  /** `dynamicBackendModePath` */
  readonly backendModePath: string | undefined;
  /** The gate SSORoleMatch. */
  readonly ssoRoleMatch: boolean;
  readonly reservedPrefixes: ChainDeps['reservedPrefixes'];
  /** The ARN of the principal that made the cluster, which is then its administrator; see {@link admitClusterCreator}. */
  readonly clusterCreatorArn: string | undefined;
}

export interface MapperDeps {
  /** Has to be there where EKSConfigMap or CRD is one of the backends. */
  readonly api: KubeApi | undefined;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
  readonly report: TellMapping;
  readonly watches: MappingWatches;
  readonly findNodeName: ChainDeps['findNodeName'];
}

/** Mappings that follow their sources from `start` to `stop`. */
export interface RunningMapper {
  readonly mapper: Mapper;
  /** Why mappings cannot be relied upon yet; undefined once each source was looked at. */
  pending(): string | undefined;
  /** What is wrong with the newest reading of a source; what was known before serves on. */
  problem(): string | undefined;
  /** The sources at the API server that are followed now: who goes without contact for long is degraded. */
  watched(): readonly WatchedSource[];
  start(): void;
  stop(): Promise<void>;
}

/** @throws Error where a backend has no source: see {@link findMissingSource} */
export function createMapper(options: MapperOptions, deps: MapperDeps): RunningMapper {
  const order = createOrder(options, deps);
  const file = createModeFile(options, deps, order);
  /** Nobody is told anything by an order that the file may have changed. */
  const isUnknown = (): boolean => file !== undefined && !order.isSet();
  const chainDeps = { reservedPrefixes: options.reservedPrefixes, findNodeName: deps.findNodeName };
  if (file === undefined) order.set(options.backends);
  return {
    mapper: {
      map(identity) {
        const decision = isUnknown() ? MODES_UNKNOWN : decideMapping(order.running(), identity, chainDeps);
        return decision instanceof Promise
          ? decision
          : admitClusterCreator(decision, identity, options.clusterCreatorArn);
      },
    },
    pending: () => (isUnknown() ? MODES_UNKNOWN.message : find(order.running(), (each) => each.pending())),
    problem: () => order.problem() ?? find(order.running(), (each) => each.problem()),
    watched: () => order.running().flatMap(({ watched }) => watched ?? []),
    start() {
      order.start();
      file?.start();
    },
    async stop() {
      await file?.stop();
      await order.stop();
    },
  };
}

const MODES_UNKNOWN: MappingDecision & { readonly kind: 'failed' } = {
  kind: 'failed',
  code: 'source-unknown',
  message: 'the backend mode file was not read yet',
};

function createModeFile(options: MapperOptions, deps: MapperDeps, order: Order): FollowedFile | undefined {
  const { backendModePath: path, backends } = options;
  if (path === undefined) return undefined;
  const { clock, report } = deps;
  return createBackendModeFile({
    path,
    clock,
    report,
    check: (names) => findMissingSource(names, options, deps),
    take: (names, problem) => order.set(names ?? backends, problem),
  });
}

/** One sentence about a backend that has no source; undefined where all have theirs. */
function findMissingSource(
  backends: readonly BackendName[],
  { dynamicFile }: Pick<MapperOptions, 'dynamicFile'>,
  { api }: Pick<MapperDeps, 'api'>,
): string | undefined {
  if (backends.includes('DynamicFile') && dynamicFile === undefined) {
    return 'backend mode DynamicFile needs dynamicfilepath';
  }
  const followsCluster = backends.find((name) => name === 'EKSConfigMap' || name === 'CRD');
  return followsCluster !== undefined && api === undefined
    ? `backend mode ${followsCluster} needs an API server: give kubeconfig or run in a pod`
    : undefined;
}

/** The backends that are asked now; those that come and go while the server runs are started and stopped. */
interface Order {
  /** @param problem why the file that gives the order does not count */
  set(names: readonly BackendName[], problem?: string): void;
  isSet(): boolean;
  problem(): string | undefined;
  running(): readonly RunningBackend[];
  start(): void;
  stop(): Promise<void>;
}

function createOrder(options: MapperOptions, deps: MapperDeps): Order {
  const create = createFactory(options, deps);
  let current = new Map<BackendName, RunningBackend>();
  const ending = new Set<Promise<void>>();
  let isStarted = false;
  let problem: string | undefined;

  function end(backend: RunningBackend): void {
    const ended = backend.stop().finally(() => ending.delete(ended));
    ending.add(ended);
  }

  function bring(name: BackendName): RunningBackend {
    const backend = current.get(name) ?? create(name);
    if (isStarted && !current.has(name)) backend.start();
    return backend;
  }

  return {
    set(names, why) {
      problem = why;
      const before = current;
      current = new Map(names.map((name) => [name, bring(name)]));
      for (const [name, backend] of before) if (!current.has(name)) end(backend);
      if ([...before.keys()].join() !== names.join()) deps.report({ kind: 'order', backends: names });
    },
    isSet: () => current.size > 0,
    problem: () => problem,
    running: () => [...current.values()],
    start() {
      isStarted = true;
      for (const backend of current.values()) backend.start();
    },
    async stop() {
      for (const backend of current.values()) end(backend);
      await Promise.all(ending);
    },
  };
}

function createFactory(options: MapperOptions, deps: MapperDeps): (name: BackendName) => RunningBackend {
  return (name) => {
    const missing = findMissingSource([name], options, deps);
    const { api } = deps;
    const { dynamicFile, ssoRoleMatch } = options;
    if (name === 'DynamicFile' && dynamicFile !== undefined)
      return createDynamicFileBackend(dynamicFile, deps);
    if (name === 'EKSConfigMap' && api !== undefined)
      return createConfigMapBackend(ssoRoleMatch, { ...deps, api });
    if (name === 'CRD' && api !== undefined) return createIdentityMappingBackend({ ...deps, api });
    if (missing !== undefined) throw new Error(missing);
    return toRunning(createMountedFile(options.mountedFile, ssoRoleMatch));
  };
}

/** The first sentence that any of them has to say. */
function find(
  backends: readonly RunningBackend[],
  ask: (backend: RunningBackend) => string | undefined,
): string | undefined {
  return backends.map(ask).find((each) => each !== undefined);
}

function toRunning(backend: Backend): RunningBackend {
  return { ...backend, pending: () => undefined, problem: () => undefined, start() {}, stop: async () => {} };
}
