import { createNotice, type Notice, quote } from '../notices.ts';
import { type Container, isObject } from '../pod.ts';
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
  const clash = hasOtherMountAt(container, volume);
  if (clash) notices.push(toClashNotice(container, volume));
  const env = planEnvironment(environment, present, !clash);
  if (env.length > 0 && hasAwsPrefixedEnvFrom(container)) notices.push(toEnvFromNotice(container));
  const mount = clash || hasMount(container, volume) ? undefined : toMount(volume);
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

/** kube-apiserver refuses a pod with two mounts at one path, so ours must yield. */
function hasOtherMountAt(container: Container, volume: TokenVolume): boolean {
  const path = trimSlash(volume.mountPath);
  return (
    container.volumeMounts?.some(
      ({ name, mountPath }) =>
        name !== volume.name && typeof mountPath === 'string' && trimSlash(mountPath) === path,
    ) ?? false
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
      isObject(source) && typeof source['prefix'] === 'string' && source['prefix'].startsWith('AWS_'),
  );
}

function toPairNotice(container: Container, { pair }: PodEnvironment): Notice {
  const text = `container ${quoteName(container)} sets only one of ${pair[0].name} and ${pair[1].name}: pair not injected`;
  return createNotice('pair-incomplete', text);
}

function toClashNotice(container: Container, volume: TokenVolume): Notice {
  const text = `container ${quoteName(container)} mounts another volume at ${volume.mountPath}: no AWS role injected there`;
  return createNotice('mount-path-taken', text);
}

function toEnvFromNotice(container: Container): Notice {
  const text = `container ${quoteName(container)}: injected AWS variables hide those that envFrom brings with its AWS_ prefix`;
  return createNotice('env-from-aws-prefix', text);
}

function quoteName({ name }: Container): string {
  return quote(typeof name === 'string' ? name : '', 24);
}
