import type { KeyObject } from 'node:crypto';
import { errors, flattenedVerify } from 'jose';
import type { Fault } from './examination.ts';
import type { SignatureAlgorithm } from './keys.ts';

const OPTIONS = {
  RS256: { algorithms: ['RS256'] },
  RS384: { algorithms: ['RS384'] },
  RS512: { algorithms: ['RS512'] },
  ES256: { algorithms: ['ES256'] },
  ES384: { algorithms: ['ES384'] },
  ES512: { algorithms: ['ES512'] },
} satisfies Record<SignatureAlgorithm, { algorithms: string[] }>;

const INVALID: Fault = {
  code: 'signature-invalid',
  detail: 'the signature does not fit: the token was changed, or signed with another key of the same id',
};

/** Whatever jose throws becomes a refusal. Never rejects. */
export async function verifySignature(
  [header, payload, signature]: readonly [string, string, string],
  key: KeyObject,
  alg: SignatureAlgorithm,
): Promise<Fault | undefined> {
  try {
    await flattenedVerify({ protected: header, payload, signature }, key, OPTIONS[alg]);
    return undefined;
  } catch (error) {
    if (error instanceof errors.JOSEError) return INVALID;
    // A TypeError: an RSA key of fewer than 2048 bits, a key of another type. Its text may not be for strangers.
    return { code: 'key-unfit', detail: `the key cannot verify ${alg}: publish one that can` };
  }
}
