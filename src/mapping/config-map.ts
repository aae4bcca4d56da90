import type { Clock } from '../base/clock.ts';
import type { KubeApi } from '../kube/api.ts';
import { type ConfigMap, toConfigMap } from '../kube/objects.ts';
import type { Reflector, ReflectorEvent } from '../kube/reflector.ts';
import { describeTrouble } from '../kube/trouble.ts';
import { createDocumentReflector, createWatchedDocument } from '../kube/watched-document.ts';
import { createAwsAuthReader } from './aws-auth.ts';
import type { RunningBackend, WatchedSource } from './backend.ts';
import type { TellMapping } from './mapping-events.ts';
import { createSectionStore } from './section-store.ts';
import type { SectionReadings } from './sections.ts';

/** What backends that follow the API server are made with. */
export interface ClusterSourceDeps {
  readonly api: KubeApi;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
  readonly report: TellMapping;
  readonly watches: MappingWatches;
}

/** Who hears of watches of the API server. */
export interface MappingWatches {
  /** @param resource such as `configmaps` */
  report(resource: string): (event: ReflectorEvent) => void;
  add(resource: string, reflector: Pick<Reflector, 'lastContact'>): void;
}

/** @param permissionSets whether entries with `sso` match: the gate SSORoleMatch */
export function createConfigMapBackend(permissionSets: boolean, deps: ClusterSourceDeps): RunningBackend {
  const { api, clock, random, report, watches } = deps;
  const rules = { by: 'typed', permissionSets } as const;
  const store = createSectionStore({ backend: 'EKSConfigMap', rules, report });
  const readAwsAuth = createAwsAuthReader();
  const document = createWatchedDocument<ConfigMap, SectionReadings>({
    name: 'aws-auth',
    read: ({ data }) => ({ kind: 'good', value: readAwsAuth(data) }),
    report(reading) {
      if (reading.kind === 'good') store.take(reading.value);
      else if (reading.kind === 'absent') store.clear();
      else store.refuse(reading.problem);
    },
  });
  const reflector = createDocumentReflector(document, {
    api,
    clock,
    random,
    namespace: 'kube-system',
    resource: 'configmaps',
    parse: toConfigMap,
    report: watches.report('configmaps'),
  });
  watches.add('configmaps', reflector);
  const watched = {
    scope: { resource: 'configmaps', namespace: 'kube-system', name: 'aws-auth' },
    reflector,
  };
  return {
    name: 'EKSConfigMap',
    find: store.find,
    pending: () => (store.isKnown() ? undefined : `aws-auth was not read yet${describeWhy(watched)}`),
    problem: store.problem,
    watched,
    start: reflector.start,
    stop: reflector.stop,
  };
}

/** Why a first list does not come about, behind a colon; empty where nothing is known to be wrong. */
export function describeWhy({ reflector, scope }: WatchedSource): string {
  const trouble = reflector.trouble();
  return trouble === undefined ? '' : `: ${describeTrouble(trouble, scope)}`;
}
