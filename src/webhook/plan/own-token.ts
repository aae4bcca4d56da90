import type { Container, PodSpec, Volume, VolumeMount } from '../pod.ts';
import { hasAudience, readTokenSource, type TokenVolume } from './token-volume.ts';
import { toUnixPath } from './windows.ts';

/** How a container stands that brings both variables of the pair, as far as a Pod can show it. */
export type OwnToken =
  | { readonly kind: 'complete' | 'none' }
  | { readonly kind: 'other-audience'; readonly volume: string };

const COMPLETE: OwnToken = { kind: 'complete' };
const NONE: OwnToken = { kind: 'none' };

/**
 * Whether a container finds a token where its own variable says, without us. What only shows at run time (a value from
 * elsewhere, what a Secret or a CSI driver holds) is taken for what its author meant; a projection shows what it holds.
 * @param variable that names the token file
 */
export function findOwnToken(
  container: Container,
  variable: string,
  { volumes }: Pick<PodSpec, 'volumes'>,
  { audience }: Pick<TokenVolume, 'audience'>,
): OwnToken {
  const file = readFile(container, variable);
  if (file === undefined) return COMPLETE;
  const mount = findMountOf(container, file);
  const volume = volumes?.find(({ name }) => name === mount?.name);
  if (mount === undefined || volume === undefined) return NONE;
  if (volume.projected === undefined || volume.projected === null || isPartial(mount)) return COMPLETE;
  const token = readTokenSource(volume, file.slice(toUnixPath(mount.mountPath).length + 1));
  if (token === undefined) return NONE;
  return hasAudience(token, audience) ? COMPLETE : { kind: 'other-audience', volume: nameOf(volume) };
}

/** Of variables that are there twice, Kubernetes takes the last. undefined: what it holds shows at run time. */
function readFile({ env }: Container, variable: string): string | undefined {
  const last = env?.findLast(({ name }) => name === variable);
  if (last?.valueFrom !== undefined && last.valueFrom !== null) return undefined;
  const value = typeof last?.value === 'string' ? last.value : '';
  return value.includes('$(') ? undefined : toUnixPath(value);
}

/** The innermost mount above the file is the one that it is read through. */
function findMountOf({ volumeMounts }: Container, file: string): VolumeMount | undefined {
  let innermost: VolumeMount | undefined;
  for (const mount of volumeMounts ?? []) {
    const path = toUnixPath(mount.mountPath);
    if (file !== path && !file.startsWith(`${path}/`)) continue;
    if (path.length > toUnixPath(innermost?.mountPath).length) innermost = mount;
  }
  return innermost;
}

/** Part of a volume is mounted: its files are not where the volume has them. */
function isPartial({ subPath, subPathExpr }: VolumeMount): boolean {
  return (subPath ?? '') !== '' || (subPathExpr ?? '') !== '';
}

function nameOf({ name }: Volume): string {
  return typeof name === 'string' ? name : '';
}
