import type { KubeObject } from '../../../src/kube/objects.ts';
import type { ReflectorSink } from '../../../src/kube/reflector.ts';

export interface RecordingSink extends ReflectorSink<KubeObject> {
  /** `name=note` of all accounts that it knows, sorted. */
  known(): string[];
  /** Calls in order, such as `set a`. */
  readonly calls: readonly string[];
}

/** Keeps accounts as the contract says: marks at `listing`, sweeps at `listed`. */
export function createRecordingSink(): RecordingSink {
  const notes = new Map<string, string>();
  const calls: string[] = [];
  let unmarked = new Set<string>();
  return {
    calls,
    known: () => [...notes].map(([name, note]) => `${name}=${note}`).sort(),
    listing() {
      calls.push('listing');
      unmarked = new Set(notes.keys());
    },
    listed() {
      calls.push('listed');
      for (const name of unmarked) notes.delete(name);
      unmarked = new Set();
    },
    set({ metadata }) {
      calls.push(`set ${metadata.name}`);
      notes.set(metadata.name, metadata.annotations?.['note'] ?? '');
      unmarked.delete(metadata.name);
    },
    remove({ name }) {
      calls.push(`remove ${name}`);
      notes.delete(name);
    },
  };
}
