import { posix } from 'node:path';

/** Joins as Go's `path.Join` does: empty parts are left out, the rest is cleaned; all empty gives an empty text. */
export function joinGoPath(...parts: readonly string[]): string {
  const kept = parts.filter((part) => part !== '');
  if (kept.length === 0) return '';
  const joined = posix.normalize(kept.join('/'));
  // normalize() keeps a trailing slash, Clean does not.
  return joined.length > 1 && joined.endsWith('/') ? joined.slice(0, -1) : joined;
}
