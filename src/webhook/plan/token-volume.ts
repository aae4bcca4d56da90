import { isRecord, type JsonRecord } from '../../json/record.ts';
import { createNotice, type Notice, quoted } from '../notices.ts';
import type { PodSpec, Volume } from '../pod.ts';

/** The projected volume that holds the token, and where containers find it. */
export interface TokenVolume {
  readonly name: string;
  /** File name within the volume. */
  readonly path: string;
  readonly mountPath: string;
  /** Empty: left out, so that the API server's own audience applies. */
  readonly audience: string;
  /** Seconds. */
  readonly expiration: number;
}

/** How the pod's volumes stand to the one we would add. */
export type VolumeFinding = 'absent' | 'present' | 'other-audience' | 'taken';

/**
 * Looks for a volume of our name. One that projects a token at our path is ours from an earlier round, or a user's own
 * version of it; anything else under the name would leave the injected variables pointing at a file that is not there.
 */
export function findTokenVolume(spec: PodSpec, wanted: TokenVolume): VolumeFinding {
  const volume = spec.volumes?.find(({ name }) => name === wanted.name);
  if (volume === undefined) return 'absent';
  const token = readTokenSource(volume, wanted.path);
  if (token === undefined) return 'taken';
  return hasAudience(token, wanted.audience) ? 'present' : 'other-audience';
}

/** Whether a token source asks for this audience; empty: for none. */
export function hasAudience(token: JsonRecord, audience: string): boolean {
  return (token['audience'] ?? '') === audience;
}

/** The token that a volume projects at `path`. */
export function readTokenSource(volume: Volume, path: string): JsonRecord | undefined {
  const sources = isRecord(volume.projected) ? volume.projected['sources'] : undefined;
  if (!Array.isArray(sources)) return undefined;
  return sources
    .map((source: unknown) => (isRecord(source) ? source['serviceAccountToken'] : undefined))
    .find((token): token is JsonRecord => isRecord(token) && token['path'] === path);
}

/** The volume as it stands in a Pod. */
export function renderTokenVolume({ name, audience, expiration, path }: TokenVolume): JsonRecord {
  const token = { expirationSeconds: expiration, path };
  const source = { serviceAccountToken: audience === '' ? token : { audience, ...token } };
  return { name, projected: { sources: [source] } };
}

/** @param name of the volume, as a Pod has it */
export function toAudienceNotice(name: string): Notice {
  return createNotice(
    'volume-audience-differs',
    ['volume ', quoted(name), ' has a token for another audience than the ServiceAccount asks for'],
    'correct one of them',
  );
}
