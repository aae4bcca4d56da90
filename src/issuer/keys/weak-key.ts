import { quoteShort } from '../../json/quote.ts';
import type { PublicJwk } from '../documents.ts';
import { hasRocaFingerprint } from './roca.ts';

/** What makes the private half of a key easy to find; follows on "it". @param modulus of an RSA key, big-endian */
export function findWeakness(modulus: Uint8Array): string | undefined {
  if (!hasRocaFingerprint(modulus)) return undefined;
  return 'has the fingerprint of ROCA (CVE-2017-15361): its private half can be computed from the public one';
}

/** One sentence for each key that is weak, with the remedy. */
export function describeWeakKeys(keys: readonly PublicJwk[]): string[] {
  return keys.flatMap((jwk) => {
    const weakness = jwk.kty === 'RSA' ? findWeakness(Buffer.from(jwk.n, 'base64url')) : undefined;
    if (weakness === undefined) return [];
    return [`key ${quoteShort(jwk.kid)} ${weakness}; replace it with one of \`iam-bridge keys generate\``];
  });
}
