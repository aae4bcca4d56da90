import { isRecord } from '../../json/record.ts';
import { createNotice, type Notice, quoted } from '../notices.ts';
import type { Container, PodSpec, VolumeMount as PodVolumeMount } from '../pod.ts';
import {
  isComplete,
  type PodEnvironment,
  type PresentEnvironment,
  planEnvironment,
  readPresentEnvironment,
} from './environment.ts';
import { findOwnToken } from './own-token.ts';
import type { ContainerAdditions, VolumeMount } from './patch.ts';
import { type TokenVolume, toAudienceNotice } from './token-volume.ts';
import { toUnixPath } from './windows.ts';

/** Where a container stands in its pod. */
export interface ContainerPlace {
  readonly list: 'containers' | 'initContainers';
  readonly index: number;
}

/** What every container of the pod is offered. */
export interface Offer {
  readonly environment: PodEnvironment;
  readonly volume: TokenVolume;
  readonly spec: PodSpec;
}

/** What the containers of a pod come to, one after the other. */
export interface Outlay {
  readonly additions: ContainerAdditions[];
  readonly notices: Notice[];
}

/**
 * What a container would do with the token volume: it mounts it or may; another volume stands at its path and brings
 * what the container's own variables need; or another one stands there, and the container has no token.
 */
export type VolumeUse = 'wanted' | 'by-hand' | 'path-taken';

/** Adds what one container gets, and says what the token volume is to it. */
export function planContainer(
  container: Container,
  place: ContainerPlace,
  offer: Offer,
  { additions, notices }: Outlay,
): VolumeUse {
  const { environment, volume } = offer;
  const present = readPresentEnvironment(container, environment);
  if (present.pairMembers === 1) notices.push(toPairNotice(container, environment));
  if (isComplete(present)) return 'wanted';
  const use = decideUse(container, present, offer, notices);
  const env = planEnvironment(environment, present, use === 'wanted');
  if (env.length > 0 && hasAwsPrefixedEnvFrom(container)) notices.push(toEnvFromNotice(container));
  if (use === 'wanted' && present.pairMembers === 0) notices.push(...findStronger(container, present));
  const mounted = hasMount(container, volume);
  const mount = use === 'wanted' && !mounted ? toMount(volume) : undefined;
  if (env.length > 0 || mount !== undefined) {
    const envExists = Array.isArray(container.env);
    const mountsExist = Array.isArray(container.volumeMounts);
    additions.push({ ...place, env, envExists, mount, mountsExist });
  }
  return mounted ? 'wanted' : use;
}

function decideUse(
  container: Container,
  { pairMembers }: PresentEnvironment,
  { environment, volume, spec }: Offer,
  notices: Notice[],
): VolumeUse {
  const clash = findOtherMountAt(container, volume);
  if (clash === undefined) return 'wanted';
  const fileVariable = environment.pair[1].name;
  const own = pairMembers === 2 ? findOwnToken(container, fileVariable, spec, volume) : undefined;
  if (own?.kind === 'other-audience') notices.push(toAudienceNotice(own.volume));
  if (own !== undefined && own.kind !== 'none') return 'by-hand';
  notices.push(toClashNotice(container, clash));
  return 'path-taken';
}

function toMount({ name, mountPath }: TokenVolume): VolumeMount {
  return { name, readOnly: true, mountPath };
}

function hasMount(container: Container, volume: TokenVolume): boolean {
  return container.volumeMounts?.some(({ name }) => name === volume.name) ?? false;
}

/** kube-apiserver refuses a pod with two mounts at one path, and a Windows node one in either form: ours must yield. */
function findOtherMountAt(container: Container, volume: TokenVolume): PodVolumeMount | undefined {
  const path = trimSlash(volume.mountPath);
  return container.volumeMounts?.find(({ name, mountPath }) => {
    if (name === volume.name || typeof mountPath !== 'string') return false;
    return trimSlash(mountPath[0] === '/' ? mountPath : toUnixPath(mountPath)) === path;
  });
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

function toPairNotice({ name, env }: Container, { pair }: PodEnvironment): Notice {
  const present = pair.find((member) => env?.some((variable) => variable.name === member.name));
  const fact = ['container ', quoted(name), ` has ${present?.name} alone`];
  return createNotice('pair-incomplete', fact, 'set its counterpart too, or neither');
}

function toClashNotice({ name }: Container, mount: PodVolumeMount): Notice {
  const other = quoted(mount.name);
  const fact = ['container ', quoted(name), ' mounts ', other, ' where the token belongs, so no AWS role'];
  return createNotice('mount-path-taken', fact, 'mount it elsewhere');
}

/** What every AWS SDK would take rather than the pair that is injected. */
function findStronger({ name }: Container, { staticKeys, ownWebIdentity }: PresentEnvironment): Notice[] {
  const found: Notice[] = [];
  if (staticKeys) {
    const fact = ['container ', quoted(name), ' has AWS_ACCESS_KEY_ID, which beats its role'];
    found.push(createNotice('static-keys', fact, 'remove its static keys'));
  }
  if (ownWebIdentity) {
    const fact = ['container ', quoted(name), ' has AWS_WEB_IDENTITY_TOKEN_FILE, which beats Pod Identity'];
    found.push(createNotice('own-web-identity', fact, 'remove it, with its role'));
  }
  return found;
}

function toEnvFromNotice({ name }: Container): Notice {
  const fact = ['container ', quoted(name), ': injected variables hide those that envFrom brings with AWS_'];
  return createNotice('env-from-aws-prefix', fact, 'name yours in env');
}
