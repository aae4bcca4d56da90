import { isRecord, readMember } from '../../json/record.ts';

/** RFC 7518 sections 6.2.2, 6.3.2 and 6.4.1 (`d` … `oth`, `k`), and `priv` of the key type AKP. */
const SECRET_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k', 'priv'];

/**
 * Finds the secret half of a key, or a symmetric key, anywhere in a document that is meant to be public.
 * @param value of bounded depth
 * @returns a JSON Pointer to where it is and what it is, never the value itself
 */
export function findSecretMaterial(value: unknown, pointer = ''): string | undefined {
  if (Array.isArray(value)) return findWithin([...value.entries()], pointer);
  if (!isRecord(value)) return undefined;
  const kty = readMember(value, 'kty');
  if (typeof kty === 'string' && kty.toLowerCase() === 'oct')
    return `a symmetric key (kty "oct") at ${pointer || 'the top'}`;
  const member = SECRET_MEMBERS.find((name) => Object.hasOwn(value, name));
  if (member !== undefined) return `private key material (member "${member}") at ${pointer || 'the top'}`;
  return findWithin(Object.entries(value), pointer);
}

function findWithin(entries: readonly (readonly [string | number, unknown])[], pointer: string) {
  for (const [index, [name, value]] of entries.entries()) {
    // A member's name is the document's word; its place says as much.
    const step = typeof name === 'number' || /^[\w-]{1,64}$/.test(name) ? name : index;
    const found = findSecretMaterial(value, `${pointer}/${step}`);
    if (found !== undefined) return found;
  }
  return undefined;
}
