import { isRecord } from '../../json/record.ts';
import { createNotice, type Notice, quote } from '../notices.ts';
import type { Container } from '../pod.ts';
import { isComplete, type PodEnvironment, planEnvironment, readPresentEnvironment } from './environment.ts';
import type { ContainerAdditions, VolumeMount } from './patch.ts';
import type { TokenVolume } from './token-volume.ts';

/** Where a container stands in its pod. */
export interface ContainerPlace {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
}

/** What every container of the pod is offered. */
export interface Offer {
  readonly environment: PodEnvironment;
  readonly volume: TokenVolume;
}

/** What one container gets; undefined: nothing. */
export function planContainer(
  container: Container,
  place: ContainerPlace,
  { environment, volume }: Offer,
  notices: Notice[],
): ContainerAdditions | undefined {
  const present = readPresentEnvironment(container, environment);
  if (present.pairMembers === 1) notices.push(toPairNotice(container, environment));
  if (isComplete(present)) return undefined;
  const clash = findOtherMountAt(container, volume);
  if (clash !== undefined) notices.push(toClashNotice(container, clash));
  const env = planEnvironment(environment, present, clash === undefined);
  if (env.length > 0 && hasAwsPrefixedEnvFrom(container)) notices.push(toEnvFromNotice(container));
  const mount = clash !== undefined || hasMount(container, volume) ? undefined : toMount(volume);
  if (env.length === 0 && mount === undefined) return undefined;
  return {
    ...place,
    env,
    envExists: Array.isArray(container.env),
    mount,
    mountsExist: Array.isArray(container.volumeMounts),
  };
}

function toMount({ name, mountPath }: TokenVolume): VolumeMount {
  return { name, readOnly: true, mountPath };
}

function hasMount(container: Container, volume: TokenVolume): boolean {
  return container.volumeMounts?.some(({ name }) => name === volume.name) ?? false;
}

type OtherMount = NonNullable<Container['volumeMounts']>[number];

/** kube-apiserver refuses a pod with two mounts at one path, so ours must yield. */
function findOtherMountAt(container: Container, volume: TokenVolume): OtherMount | undefined {
  const path = trimSlash(volume.mountPath);
  return container.volumeMounts?.find(
    ({ name, mountPath }) =>
      name !== volume.name && typeof mountPath === 'string' && trimSlash(mountPath) === path,
  );
}

function trimSlash(path: string): string {
  return path.endsWith('/') ? path.replace(/\/+$/, '') : path;
}

/** Literal variables beat `envFrom`, so what we inject would hide what the user meant to bring. */
function hasAwsPrefixedEnvFrom({ envFrom }: Container): boolean {
  if (!Array.isArray(envFrom)) return false;
  return envFrom.some(
    (source: unknown) =>
      isRecord(source) && typeof source['prefix'] === 'string' && source['prefix'].startsWith('AWS_'),
  );
}

function toPairNotice(container: Container, { pair }: PodEnvironment): Notice {
  const present = pair.find(({ name }) => container.env?.some((variable) => variable.name === name));
  const text = `container ${quoteName(container)} has ${present?.name} alone: its counterpart is not injected`;
  return createNotice('pair-incomplete', text);
}

function toClashNotice(container: Container, { name }: OtherMount): Notice {
  const other = quote(typeof name === 'string' ? name : '', 24);
  const text = `container ${quoteName(container)} mounts ${other} where the token belongs: no AWS role injected`;
  return createNotice('mount-path-taken', text);
}

function toEnvFromNotice(container: Container): Notice {
  const text = `container ${quoteName(container)}: injected AWS variables hide those that envFrom brings with its AWS_ prefix`;
  return createNotice('env-from-aws-prefix', text);
}

function quoteName({ name }: Container): string {
  return quote(typeof name === 'string' ? name : '', 24);
}
