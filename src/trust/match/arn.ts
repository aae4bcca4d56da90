import { type GlobToken, matchGlob } from './glob.ts';

/**
 * ArnEquals and ArnLike, which do the same: each of the six parts by itself, so that a `*` in the account does not reach
 * into the resource (IAM user guide, "ARN condition operators").
 */
export function matchArn(pattern: readonly GlobToken[], actual: string): boolean {
  const parts = actual.split(':');
  const globs = splitGlob(pattern);
  if (parts.length < 6 || parts[0] !== 'arn' || globs.length !== 6) return false;
  const six = [...parts.slice(0, 5), parts.slice(5).join(':')];
  return globs.every((glob, index) => matchGlob(glob, six[index] ?? ''));
}

/** At the first five colons; all further ones belong to the resource. */
function splitGlob(pattern: readonly GlobToken[]): GlobToken[][] {
  const parts: GlobToken[][] = [[]];
  for (const token of pattern) {
    if (token === ':' && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}
