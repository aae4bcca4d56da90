import { createHash } from 'node:crypto';

/** File systems take 255 bytes. */
const MAX_NAME = 200;

/**
 * A key as the name of one file. Only lower-case letters, digits, dash, underscore and inner dots stay as they are, so
 * that no key leaves the folder, hides in it, or meets another one on a file system that ignores case. A long key ends in
 * its hash.
 */
export function toFileName(key: string): string {
  const name = Buffer.from(key)
    .toString('latin1')
    .replaceAll(/[^a-z0-9_.-]|^\./g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
  if (name.length <= MAX_NAME) return name;
  // `%~` is no escape: no short key has such a name.
  return `${name.slice(0, 120)}%~${createHash('sha256').update(key).digest('hex')}`;
}
