import type { Clock } from '../../base/clock.ts';
import type { Log } from '../../http/log.ts';
import type { ReadyCheck } from '../../http/ops.ts';
import type { KubeApi } from '../../kube/api.ts';
import { toConfigMap, toKubeObject } from '../../kube/objects.ts';
import { createReflector, type Reflector } from '../../kube/reflector.ts';
import { createDocumentReflector } from '../../kube/watched-document.ts';
import type { JudgeDeps } from '../../webhook/judge.ts';
import type { WebhookMetrics } from '../../webhook/metrics.ts';
import type { AccountReader } from '../../webhook/sources/account.ts';
import type { AccountStore } from '../../webhook/sources/account-store.ts';
import { type ConfigMapStore, createConfigMapStore } from '../../webhook/sources/config-map-store.ts';
import { createFindAccount } from '../../webhook/sources/find-account.ts';
import { createLiveReader } from '../../webhook/sources/live-read.ts';
import { createSourceCheck } from '../server/source-check.ts';
import type { Watches } from '../server/watches.ts';
import type { CredentialsList } from './credentials-list.ts';
import type { WebhookCommandSettings } from './settings.ts';

/** What the sources are made with. */
export interface SourceDeps {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: WebhookMetrics;
  readonly watches: Watches;
  readonly reader: AccountReader;
  readonly store: AccountStore;
  readonly list: CredentialsList;
}

/** Where identities come from, running or ready to run. */
export interface Sources extends Pick<JudgeDeps, 'sources' | 'findAccount'> {
  readonly checks: readonly ReadyCheck[];
  start(): void;
  stop(): Promise<void>;
}

export function createSources(settings: WebhookCommandSettings, deps: SourceDeps): Sources {
  const { clock, list, metrics, store, watches } = deps;
  const serviceaccounts = createAccountReflector(store, deps);
  const configMap = createConfigMapSource(settings, deps);
  const reflectors: Readonly<Record<string, Reflector>> = {
    serviceaccounts,
    ...(configMap && { configmaps: configMap.reflector }),
  };
  for (const [resource, reflector] of Object.entries(reflectors)) watches.add(resource, reflector);
  const liveReader = createLiveReader({
    api: deps.api,
    reader: deps.reader,
    known: store.get,
    resourceVersion: serviceaccounts.resourceVersion,
    clock,
    count: metrics.liveRead,
  });
  const entries = (): ReturnType<JudgeDeps['sources']>['configMap'] => configMap?.store.entries();
  const every = { staleAfter: settings.staleAfter, now: clock.now };
  return {
    sources: () => ({ containerCredentials: list.current(), configMap: entries() }),
    findAccount: createFindAccount({
      store,
      liveReader: settings.liveRead ? liveReader : undefined,
      gracePeriod: settings.gracePeriod,
      knownElsewhere(namespace, name) {
        const known = entries();
        return known instanceof Map && (known.has(`${namespace}/${name}`) || known.has(`*/${name}`));
      },
      clock,
    }),
    checks: [
      createSourceCheck({ ...every, reflector: serviceaccounts, scope: { resource: 'serviceaccounts' } }),
      ...(configMap ? [createSourceCheck({ ...every, ...configMap })] : []),
      ...(list.check ? [list.check] : []),
    ],
    start() {
      for (const reflector of Object.values(reflectors)) reflector.start();
    },
    async stop() {
      list.stop();
      await Promise.all(Object.values(reflectors).map((reflector) => reflector.stop()));
    },
  };
}

function createConfigMapSource(settings: WebhookCommandSettings, deps: SourceDeps) {
  const { configMapNamespace, tokenExpiration } = settings;
  if (configMapNamespace === undefined) return undefined;
  const store = createConfigMapStore({
    defaultExpiration: tokenExpiration,
    report({ of, problem }) {
      deps.metrics.configMapProblem();
      deps.log.error(
        { namespace: configMapNamespace, problem },
        `ConfigMap pod-identity-webhook refused${of === 'entry' ? ' in part' : ''}`,
      );
    },
  });
  return {
    store,
    problem: store.problem,
    reflector: createConfigMapReflector(store, configMapNamespace, deps),
    scope: { resource: 'configmaps', namespace: configMapNamespace, name: store.name },
  };
}

function createAccountReflector(store: AccountStore, { api, clock, watches }: SourceDeps): Reflector {
  return createReflector({
    api,
    path: '/api/v1/serviceaccounts',
    metadataOnly: true,
    parse: toKubeObject,
    sink: store,
    clock,
    random: Math.random,
    report: watches.report('serviceaccounts'),
  });
}

function createConfigMapReflector(
  store: ConfigMapStore,
  namespace: string,
  { api, clock, watches }: SourceDeps,
): Reflector {
  return createDocumentReflector(store, {
    api,
    namespace,
    resource: 'configmaps',
    parse: toConfigMap,
    clock,
    random: Math.random,
    report: watches.report('configmaps'),
  });
}
