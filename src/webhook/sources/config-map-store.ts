import type { WatchedState } from '../../base/watched-state.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import { createWatchedDocument, type WatchedDocument } from '../../kube/watched-document.ts';
import { type ConfigMapEntries, type ConfigMapReading, readConfigMap } from './config-map.ts';

/** The name is fixed, as in the Go program; the namespace is a flag. */
export const CONFIG_MAP_NAME = 'pod-identity-webhook';

type GoodReading = Extract<ConfigMapReading, { readonly kind: 'entries' }>;

/** The one watched ConfigMap, and its entries. */
export interface ConfigMapStore extends WatchedDocument<ConfigMap, GoodReading> {
  /** `'pending'` until the API server has said whether the ConfigMap exists. */
  entries(): ConfigMapEntries | 'pending';
}

export interface ConfigMapStoreOptions {
  /** Seconds, for entries whose TokenExpiration is 0 or missing. */
  readonly defaultExpiration: number;
  /** Told of every refused entry and document. */
  readonly report: (problem: string) => void;
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
      if (reading.kind === 'malformed') report(`${reading.problem}: the entries read before stay`);
      else if (reading.kind === 'good') reading.value.problems.forEach(report);
    },
  });
  return { ...document, entries: () => toEntries(document.state()) };
}

function toEntries(state: WatchedState<GoodReading>): ConfigMapEntries | 'pending' {
  switch (state.kind) {
    case 'pending':
      return 'pending';
    case 'good':
      return state.value.entries;
    default:
      // A document that was bad from the start leaves nothing to keep.
      return NO_ENTRIES;
  }
}
