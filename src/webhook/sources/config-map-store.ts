import type { WatchedState } from '../../base/watched-state.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import { createWatchedDocument, type WatchedDocument } from '../../kube/watched-document.ts';
import { type ConfigMapEntries, type ConfigMapReading, readConfigMap } from './config-map.ts';

/** The name is fixed, as in the Go program; the namespace is a flag. */
export const CONFIG_MAP_NAME = 'pod-identity-webhook';

type GoodReading = Extract<ConfigMapReading, { readonly kind: 'entries' }>;

/** The entries, or why they are unknown, which is not to say that there are none. */
export type KnownEntries =
  | ConfigMapEntries
  /** The API server has not said yet whether the ConfigMap exists. */
  | 'pending'
  /** It exists, and nothing good was ever read of it. */
  | 'malformed';

/** The one watched ConfigMap, and its entries. */
export interface ConfigMapStore extends WatchedDocument<ConfigMap, GoodReading> {
  entries(): KnownEntries;
  /** What is wrong with the newest document, and what that means now; undefined where it is good or absent. */
  problem(): string | undefined;
}

export interface ConfigMapRefusal {
  /** `document`: all of it; `entry`: one entry, while the others serve. */
  readonly of: 'document' | 'entry';
  readonly problem: string;
}

export interface ConfigMapStoreOptions {
  /** Seconds, for entries whose TokenExpiration is 0 or missing. */
  readonly defaultExpiration: number;
  readonly report: (refusal: ConfigMapRefusal) => void;
}

const NO_ENTRIES: ConfigMapEntries = new Map();

export function createConfigMapStore({ defaultExpiration, report }: ConfigMapStoreOptions): ConfigMapStore {
  const document = createWatchedDocument<ConfigMap, GoodReading>({
    name: CONFIG_MAP_NAME,
    read({ data }) {
      const reading = readConfigMap(data?.['config'], defaultExpiration);
      return reading.kind === 'malformed' ? reading : { kind: 'good', value: reading };
    },
    report(reading) {
      const problem = describeProblem(document.state());
      if (reading.kind === 'malformed' && problem !== undefined) report({ of: 'document', problem });
      if (reading.kind !== 'good') return;
      for (const each of reading.value.problems) report({ of: 'entry', problem: each });
    },
  });
  return {
    ...document,
    entries: () => toEntries(document.state()),
    problem: () => describeProblem(document.state()),
  };
}

function toEntries(state: WatchedState<GoodReading>): KnownEntries {
  if (state.kind === 'good') return state.value.entries;
  return state.kind === 'absent' ? NO_ENTRIES : state.kind;
}

function describeProblem(state: WatchedState<GoodReading>): string | undefined {
  switch (state.kind) {
    case 'malformed':
      return `${state.problem}: no entries were read before, so pods that only they could name are left out; correct it`;
    case 'good':
      return state.problem && `${state.problem}: the entries read before stay; correct it`;
    default:
      return undefined;
  }
}
