import { isRecord } from '../json/record.ts';

/** The parts of a Pod that the webhook reads, as they stand on the wire: Go writes `null` for an absent list. */
export interface Pod {
  readonly metadata: PodMetadata;
  readonly spec: PodSpec;
}

type Maybe<T> = T | null | undefined;

export interface PodMetadata {
  readonly name?: unknown;
  readonly generateName?: unknown;
  readonly labels?: Maybe<Readonly<Record<string, unknown>>>;
  readonly annotations?: Maybe<Readonly<Record<string, unknown>>>;
  readonly ownerReferences?: unknown;
}

export interface PodSpec {
  readonly serviceAccountName?: unknown;
  readonly nodeSelector?: Maybe<Readonly<Record<string, unknown>>>;
  readonly os?: unknown;
  readonly affinity?: unknown;
  readonly volumes?: Maybe<readonly Volume[]>;
  readonly containers?: Maybe<readonly Container[]>;
  readonly initContainers?: Maybe<readonly Container[]>;
}

export interface Volume {
  readonly name?: unknown;
  readonly projected?: unknown;
}

export interface Container {
  readonly name?: unknown;
  readonly env?: Maybe<readonly EnvEntry[]>;
  readonly envFrom?: unknown;
  readonly volumeMounts?: Maybe<readonly VolumeMount[]>;
}

export interface EnvEntry {
  readonly name?: unknown;
  readonly value?: unknown;
  readonly valueFrom?: unknown;
}

export interface VolumeMount {
  readonly name?: unknown;
  readonly mountPath?: unknown;
  readonly subPath?: unknown;
  readonly subPathExpr?: unknown;
}

/**
 * Checks the shape of every part that we read or patch below, so that no later step can meet a surprise and every
 * patch path is known to exist.
 * @returns the same object, or undefined if it is not shaped like a Pod
 */
export function parsePod(object: unknown): Pod | undefined {
  if (!isRecord(object) || !isRecord(object['metadata']) || !isRecord(object['spec'])) return undefined;
  const { metadata, spec } = object;
  const shaped =
    isMapOrAbsent(metadata['labels']) &&
    isMapOrAbsent(metadata['annotations']) &&
    isMapOrAbsent(spec['nodeSelector']) &&
    isListOrAbsent(spec['volumes']) &&
    areContainers(spec['containers']) &&
    areContainers(spec['initContainers']);
  // Every field that Pod types more closely than `unknown` was checked just above.
  return shaped ? (object as unknown as Pod) : undefined;
}

function areContainers(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (!Array.isArray(value)) return false;
  for (const container of value) {
    if (!isRecord(container)) return false;
    if (!isListOrAbsent(container['env']) || !isListOrAbsent(container['volumeMounts'])) return false;
  }
  return true;
}

function isMapOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || isRecord(value);
}

function isListOrAbsent(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.every(isRecord));
}
