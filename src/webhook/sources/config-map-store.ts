import type { KubeObject } from '../../kube/objects.ts';
import type { ReflectorSink } from '../../kube/reflector.ts';
import { type ConfigMapEntries, readConfigMap } from './config-map.ts';

/** The name is fixed, as in the Go program; the namespace is a flag. */
export const CONFIG_MAP_NAME = 'pod-identity-webhook';

/** The entries of the one watched ConfigMap. */
export interface ConfigMapStore extends ReflectorSink {
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
  let entries: ConfigMapEntries | 'pending' = 'pending';
  let seen = false;
  return {
    entries: () => entries,
    listing() {
      seen = false;
    },
    listed() {
      // A document that was bad from the start leaves nothing to keep.
      if (!seen || entries === 'pending') entries = NO_ENTRIES;
    },
    set({ metadata, data }: KubeObject) {
      if (metadata.name !== CONFIG_MAP_NAME) return;
      seen = true;
      const reading = readConfigMap(data?.['config'], defaultExpiration);
      if (reading.kind === 'malformed') {
        report(`${reading.problem}: the entries read before stay`);
        return;
      }
      for (const problem of reading.problems) report(problem);
      entries = reading.entries;
    },
    remove({ name }) {
      if (name === CONFIG_MAP_NAME) entries = NO_ENTRIES;
    },
  };
}
