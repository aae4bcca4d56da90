import { toPointerStep } from '../../json/pointer.ts';
import type { JsonRecord } from '../../json/record.ts';
import type { EnvVar } from './environment.ts';

/** An operation of RFC 6902. We only ever add: what a pod brought along is never sent back, so it cannot change. */
export interface AddOperation {
  readonly op: 'add';
  readonly path: string;
  readonly value: unknown;
}

/** All that a pod is to get. Each part knows whether the list it goes into is there, so that its path exists. */
export interface PodPlan {
  readonly label: LabelAddition | undefined;
  readonly volume: VolumeAddition | undefined;
  readonly containers: readonly ContainerAdditions[];
}

export interface LabelAddition {
  readonly key: string;
  readonly value: string;
  readonly labelsExist: boolean;
}

export interface VolumeAddition {
  readonly volume: JsonRecord;
  readonly volumesExist: boolean;
}

export interface ContainerAdditions {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
  readonly env: readonly EnvVar[];
  readonly envExists: boolean;
  readonly mount: VolumeMount | undefined;
  readonly mountsExist: boolean;
}

export interface VolumeMount {
  readonly name: string;
  readonly readOnly: true;
  readonly mountPath: string;
}

/** The plan as JSON Patch. An absent or null list is added whole, once; an existing one grows entry by entry. */
export function toPatch(plan: PodPlan): AddOperation[] {
  const operations: AddOperation[] = [];
  if (plan.label !== undefined) operations.push(toLabelOperation(plan.label));
  if (plan.volume !== undefined) operations.push(toVolumeOperation(plan.volume));
  for (const { list, index, env, envExists, mount, mountsExist } of plan.containers) {
    const container = `/spec/${list}/${index}`;
    appendAll(operations, `${container}/env`, env, envExists);
    if (mount !== undefined) appendAll(operations, `${container}/volumeMounts`, [mount], mountsExist);
  }
  return operations;
}

function toLabelOperation({ key, value, labelsExist }: LabelAddition): AddOperation {
  if (!labelsExist) return { op: 'add', path: '/metadata/labels', value: { [key]: value } };
  return { op: 'add', path: `/metadata/labels${toPointerStep(key)}`, value };
}

/** In front, as the Go program puts it: people and their tests index `volumes[0]`. */
function toVolumeOperation({ volume, volumesExist }: VolumeAddition): AddOperation {
  if (volumesExist) return { op: 'add', path: '/spec/volumes/0', value: volume };
  return { op: 'add', path: '/spec/volumes', value: [volume] };
}

function appendAll(
  operations: AddOperation[],
  path: string,
  values: readonly unknown[],
  listExists: boolean,
): void {
  if (values.length === 0) return;
  if (!listExists) {
    operations.push({ op: 'add', path, value: values });
    return;
  }
  for (const value of values) operations.push({ op: 'add', path: `${path}/-`, value });
}
