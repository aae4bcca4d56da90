import { isRecord, type JsonRecord } from '../json/record.ts';

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  /** '' where the server sent none */
  readonly resourceVersion: string;
  /** As sent: it may hold keys such as `constructor`, so ask with `Object.hasOwn`. */
  readonly annotations?: StringMap;
}

/** What is kept of any Kubernetes object. */
export interface KubeObject {
  readonly metadata: ObjectMetadata;
}

/** What is kept of a ConfigMap. */
export interface ConfigMap extends KubeObject {
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

export type TellFlaw = (flaw: ObjectFlaw) => void;

/** @returns undefined, with a flaw told, where it has no name */
export function toKubeObject(raw: unknown, tell: TellFlaw): KubeObject | undefined {
  return isNamed(raw, tell) ? { metadata: toMetadata(raw, tell) } : undefined;
}

/** @returns undefined, with a flaw told, where it has no name */
export function toConfigMap(raw: unknown, tell: TellFlaw): ConfigMap | undefined {
  if (!isNamed(raw, tell)) return undefined;
  const metadata = toMetadata(raw, tell);
  const data = readStrings(raw['data']);
  if (data === undefined) return { metadata };
  if (data.dropped) tell({ kind: 'skipped', reason: 'data-not-a-string', object: toObjectLabel(metadata) });
  return { metadata, data: data.strings };
}

/** An object as the server sends it, of which no more is known than that it has a name. */
export type NamedObject = JsonRecord & { readonly metadata: JsonRecord & { readonly name: string } };

/** Whether an object has a name, without which there is no speaking of it; told where it has none. */
export function isNamed(raw: unknown, tell: TellFlaw): raw is NamedObject {
  const metadata = isRecord(raw) && isRecord(raw['metadata']) ? raw['metadata'] : {};
  const { name, namespace } = metadata;
  if (typeof name === 'string' && name !== '') return true;
  tell({
    kind: 'skipped',
    reason: 'no-name',
    object: typeof namespace === 'string' ? `${namespace}/` : '',
  });
  return false;
}

export function toMetadata({ metadata: raw }: NamedObject, tell: TellFlaw): ObjectMetadata {
  const { name, namespace, annotations } = raw;
  const kept = readStrings(annotations);
  const metadata = {
    name,
    ...(typeof namespace === 'string' && { namespace }),
    resourceVersion: toVersion(raw['resourceVersion']),
    ...(kept && { annotations: kept.strings }),
  };
  if (kept?.dropped) {
    tell({ kind: 'skipped', reason: 'annotation-not-a-string', object: toObjectLabel(metadata) });
  }
  return metadata;
}

/** '' where the server sent none */
export function readResourceVersion(raw: JsonRecord): string {
  const metadata = raw['metadata'];
  return isRecord(metadata) ? toVersion(metadata['resourceVersion']) : '';
}

function toVersion(value: unknown): string {
  return typeof value === 'string' ? value : '';
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
