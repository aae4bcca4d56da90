import { isRecord, type JsonRecord } from '../json/record.ts';

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  /** '' where the server sent none */
  readonly resourceVersion: string;
  /** As sent: it may hold keys such as `constructor`, so ask with `Object.hasOwn`. */
  readonly annotations?: StringMap;
}

/** What is kept of a Kubernetes object. `data` is that of a ConfigMap. */
export interface KubeObject {
  readonly metadata: ObjectMetadata;
  readonly data?: StringMap;
}

export type StringMap = Readonly<Record<string, string>>;

/** Something in an object that was left out. */
export interface ObjectFlaw {
  readonly kind: 'skipped';
  readonly reason: 'no-name' | 'annotation-not-a-string' | 'data-not-a-string';
  /** `namespace/name`, where known */
  readonly object: string;
}

/**
 * Picks what is kept from one parsed object.
 * @returns undefined, with a flaw told, where it has no name
 */
export function toKubeObject(raw: unknown, tell: (flaw: ObjectFlaw) => void): KubeObject | undefined {
  const fields = isRecord(raw) ? raw : {};
  const metadata = toMetadata(fields['metadata'], tell);
  if (metadata === undefined) return undefined;
  const data = readStrings(fields['data']);
  if (data === undefined) return { metadata };
  if (data.dropped) tell({ kind: 'skipped', reason: 'data-not-a-string', object: toObjectLabel(metadata) });
  return { metadata, data: data.strings };
}

function toMetadata(raw: unknown, tell: (flaw: ObjectFlaw) => void): ObjectMetadata | undefined {
  if (!isRecord(raw) || typeof raw['name'] !== 'string' || raw['name'] === '') {
    const namespace = isRecord(raw) ? raw['namespace'] : undefined;
    tell({
      kind: 'skipped',
      reason: 'no-name',
      object: typeof namespace === 'string' ? `${namespace}/` : '',
    });
    return undefined;
  }
  const { name, namespace, resourceVersion } = raw;
  const annotations = readStrings(raw['annotations']);
  const metadata = {
    name,
    ...(typeof namespace === 'string' && { namespace }),
    resourceVersion: typeof resourceVersion === 'string' ? resourceVersion : '',
    ...(annotations && { annotations: annotations.strings }),
  };
  if (annotations?.dropped) {
    tell({ kind: 'skipped', reason: 'annotation-not-a-string', object: toObjectLabel(metadata) });
  }
  return metadata;
}

/** `namespace/name`, or the name of what is cluster-wide. */
export function toObjectLabel({ namespace, name }: ObjectMetadata): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

interface Strings {
  readonly strings: StringMap;
  readonly dropped: boolean;
}

/** The map itself where all of it is string to string, as it always is from an honest server. */
function readStrings(map: unknown): Strings | undefined {
  if (map === undefined || map === null) return undefined;
  if (!isRecord(map)) return { strings: {}, dropped: true };
  return isStringMap(map) ? { strings: map, dropped: false } : { strings: pickStrings(map), dropped: true };
}

function isStringMap(map: JsonRecord): map is StringMap {
  for (const key in map) {
    if (typeof map[key] !== 'string') return false;
  }
  return true;
}

function pickStrings(map: JsonRecord): StringMap {
  // fromEntries defines members rather than assigning them: a key `__proto__` stays a key.
  return Object.fromEntries(
    Object.entries(map).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
