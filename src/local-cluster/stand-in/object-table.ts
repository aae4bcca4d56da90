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

/** The stand-in's objects of one kind, with what happened to them. Versions count up from 1. */
export interface ObjectTable {
  /** `ServiceAccount`, `Pod` */
  readonly kind: string;
  /** Creates the object, or replaces it. */
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
export function createObjectTable(kind: string, memory = 1_000): ObjectTable {
  const objects = new Map<string, Manifest>();
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
    kind,
    apply(manifest) {
      const key = toKey(manifest.metadata.namespace, manifest.metadata.name);
      const present = objects.get(key);
      version += 1;
      const object = toStored(manifest, version, present);
      objects.set(key, object);
      record(present === undefined ? 'ADDED' : 'MODIFIED', object);
      return object;
    },
    remove(namespace, name) {
      const present = objects.get(toKey(namespace, name));
      if (present === undefined) return false;
      version += 1;
      objects.delete(toKey(namespace, name));
      record('DELETED', toStored(present, version, present));
      return true;
    },
    get: (namespace, name) => objects.get(toKey(namespace, name)),
    snapshot: () => ({ version, items: [...objects].sort(byKey).map(([, object]) => object) }),
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
