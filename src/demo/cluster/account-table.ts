import { randomUUID } from 'node:crypto';
import type { Manifest } from '../manifests.ts';

export interface TableEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly version: number;
  readonly object: Manifest;
}

export interface Snapshot {
  readonly version: number;
  /** By namespace and name. */
  readonly items: readonly Manifest[];
}

/** The ServiceAccounts of the stand-in, with what happened to them. Versions count up from 1. */
export interface AccountTable {
  /** Creates the account, or replaces it. */
  apply(manifest: Manifest): Manifest;
  /** @returns whether there was one */
  remove(namespace: string, name: string): boolean;
  get(namespace: string, name: string): Manifest | undefined;
  snapshot(): Snapshot;
  version(): number;
  /** What happened after `version`; undefined where that is too long ago to know. */
  since(version: number): readonly TableEvent[] | undefined;
  /** Aborts at the next change. */
  nextChange(): AbortSignal;
}

/** @param memory how many events are kept for watches that come late */
export function createAccountTable(memory = 1_000): AccountTable {
  const accounts = new Map<string, Manifest>();
  const events: TableEvent[] = [];
  let version = 1;
  let forgotten = version;
  let change = new AbortController();

  function record(type: TableEvent['type'], object: Manifest): void {
    events.push({ type, version, object });
    if (events.length > memory) forgotten = events.shift()?.version ?? forgotten;
    const changed = change;
    change = new AbortController();
    changed.abort();
  }

  return {
    apply(manifest) {
      const key = toKey(manifest.metadata.namespace, manifest.metadata.name);
      const present = accounts.get(key);
      version += 1;
      const object = toStored(manifest, version, present);
      accounts.set(key, object);
      record(present === undefined ? 'ADDED' : 'MODIFIED', object);
      return object;
    },
    remove(namespace, name) {
      const present = accounts.get(toKey(namespace, name));
      if (present === undefined) return false;
      version += 1;
      accounts.delete(toKey(namespace, name));
      record('DELETED', toStored(present, version, present));
      return true;
    },
    get: (namespace, name) => accounts.get(toKey(namespace, name)),
    snapshot: () => ({ version, items: [...accounts].sort(byKey).map(([, account]) => account) }),
    version: () => version,
    since: (from) =>
      from < forgotten || from > version ? undefined : events.filter((event) => event.version > from),
    nextChange: () => change.signal,
  };
}

function toKey(namespace = 'default', name = ''): string {
  return `${namespace}/${name}`;
}

function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : 1;
}

function toStored(manifest: Manifest, version: number, present: Manifest | undefined): Manifest {
  const uid = present?.metadata.uid ?? randomUUID();
  const metadata = { namespace: 'default', ...manifest.metadata, uid, resourceVersion: String(version) };
  return { ...manifest, metadata };
}
