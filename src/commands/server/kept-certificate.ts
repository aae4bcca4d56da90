import type { Clock } from '../../base/clock.ts';
import { BUNDLES_PATH } from '../../certificates/bundle.ts';
import { createKeeper, type Keeper } from '../../certificates/keeper.ts';
import type { KeeperEvent, KeptCertificate } from '../../certificates/knowledge.ts';
import type { CertificateSource } from '../../http/certificate.ts';
import type { Part } from '../../http/lifecycle.ts';
import type { Log } from '../../http/log.ts';
import type { ReadyCheck } from '../../http/ops.ts';
import { createKubeApi, type KubeApi } from '../../kube/api.ts';
import { toKubeObject } from '../../kube/objects.ts';
import { createReflector, type Reflector } from '../../kube/reflector.ts';
import type { ReadScope } from '../../kube/trouble.ts';
import type { ClusterSettings } from '../../settings/cluster.ts';
import { findCluster } from '../cluster.ts';
import { createSourceCheck } from './source-check.ts';
import type { Watches } from './watches.ts';

export interface KeptCertificateDeps {
  readonly log: Log;
  readonly clock: Clock;
  readonly watches: Watches;
  /** ms */
  readonly staleAfter: number;
  readonly count: (event: KeeperEvent) => void;
}

export interface OpenKeptCertificate {
  readonly source: CertificateSource;
  readonly checks: readonly ReadyCheck[];
  /** To start before the door opens. */
  readonly parts: readonly Part[];
  readonly keeper: Keeper;
}

/**
 * A certificate that is made here and kept in a Secret of the cluster.
 * @throws Error that says which credential is missing
 */
export async function openKeptCertificate(
  cluster: ClusterSettings,
  kept: KeptCertificate,
  { log, clock, watches, staleAfter, count }: KeptCertificateDeps,
): Promise<OpenKeptCertificate> {
  const api = createKubeApi(await findCluster(cluster));
  const keeper = createKeeper(kept, {
    api,
    clock,
    random: Math.random,
    report(event) {
      count(event);
      logEvent(log, kept, event);
    },
  });
  const watched = toWatched(kept).map(({ path, scope }) => {
    const reflector = createWaker({ api, path, clock, watches, scope, wake: keeper.wake });
    watches.add(scope.resource, reflector);
    return { scope, reflector };
  });
  const every = { staleAfter, now: clock.now };
  return {
    keeper,
    source: { current: keeper.current, onChange: keeper.onChange, problem: keeper.problem, stop: () => {} },
    checks: [
      ...(kept.targets.length > 0 ? [createBundleCheck(keeper)] : []),
      ...watched.map((each) => createSourceCheck({ ...every, ...each })),
    ],
    parts: [
      toPart(
        keeper,
        watched.map(({ reflector }) => reflector),
        api,
      ),
    ],
  };
}

interface Watched {
  /** Of the collection. */
  readonly path: string;
  readonly scope: ReadScope & { readonly name: string };
}

function toWatched({ secret, targets }: KeptCertificate): Watched[] {
  return [
    {
      path: `/api/v1/namespaces/${encodeURIComponent(secret.namespace)}/secrets`,
      scope: { resource: 'secrets', ...secret },
    },
    ...targets.map(({ resource, name }) => ({
      path: `${BUNDLES_PATH}/${resource}`,
      scope: { resource, name },
    })),
  ];
}

interface WakerOptions extends Watched {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly watches: Watches;
  readonly wake: () => void;
}

/** Only tells that something has changed: what counts is read for itself. So no key is sent along. */
function createWaker({ api, path, scope, clock, watches, wake }: WakerOptions): Reflector {
  return createReflector({
    api,
    path,
    fieldSelector: `metadata.name=${scope.name}`,
    metadataOnly: true,
    parse: toKubeObject,
    sink: { listing() {}, listed: wake, set: wake, remove: wake },
    clock,
    random: Math.random,
    report: watches.report(scope.resource),
  });
}

/** Nobody can call before they trust us once; later a bundle is mended by whoever is first, and the caller has a copy. */
function createBundleCheck(keeper: Keeper): ReadyCheck {
  let wasInSync = false;
  const describe = (): string | undefined => {
    const problems = keeper.bundles().flatMap(({ problem }) => (problem === undefined ? [] : [problem]));
    if (problems.length > 0) return problems.join('; ');
    wasInSync = true;
    return undefined;
  };
  return {
    name: 'ca-bundle',
    check() {
      const problem = describe();
      return wasInSync ? undefined : problem;
    },
    degraded: describe,
  };
}

function toPart(keeper: Keeper, reflectors: readonly Reflector[], api: KubeApi): Part {
  const ending = new AbortController();
  let running: Promise<void> | undefined;
  return {
    name: 'kept-certificate',
    async start() {
      running = keeper.run(ending.signal);
      for (const reflector of reflectors) reflector.start();
    },
    async stop() {
      ending.abort();
      await Promise.all([running, ...reflectors.map((reflector) => reflector.stop())]);
      api.close();
    },
  };
}

/** Ordinary steps are told, too: they are few, and each one is looked for when something has gone wrong. */
function logEvent(log: Log, { secret }: KeptCertificate, event: KeeperEvent): void {
  const where = `${secret.namespace}/${secret.name}`;
  if (event.kind === 'failed') {
    log.error({ secret: where, problem: event.problem }, 'certificates: not as they should be');
  } else if (event.kind === 'written') {
    const fields = { secret: where, step: event.step, why: event.why };
    const isLoss = event.step === 'restore' || event.step === 'found';
    log[isLoss ? 'warn' : 'info'](fields, 'certificates: the Secret was written');
  } else if (event.kind === 'served') {
    log.info({ notAfter: new Date(event.notAfter).toISOString() }, 'new certificate served');
  } else {
    log.info({ object: event.object }, `certificates: ${DETAILS[event.kind]}`);
  }
}

const DETAILS = {
  'bundle-written': 'caBundle was written',
  'lost-update': 'somebody else was faster, all is read again',
} as const;
