import type { KeyObject } from 'node:crypto';
import { errors, flattenedVerify } from 'jose';
import { readMember } from '../../../json/record.ts';
import type { Examination } from '../examination.ts';
import { isSignatureAlgorithm, type SignatureAlgorithm, type VerificationKey } from '../keys.ts';
import { type Fault, type Rule, SOURCES } from '../rule.ts';
import { readKid } from './key.ts';

export const SIGNATURE = {
  name: 'signature',
  origin: 'documented',
  source: SOURCES.stsApi,
  codes: ['signature-invalid', 'key-unfit'],
  needs: ['key-algorithm'],
  async check(examination) {
    const { header, segments, key } = examination;
    const alg = readMember(header.record, 'alg');
    if (key === undefined || !isSignatureAlgorithm(alg))
      return { code: 'key-unfit', detail: 'there is no key for the algorithm' };
    const fault = await verifySignature(segments, key.key, alg);
    const successor = fault?.code === 'signature-invalid' ? await findSuccessor(examination) : undefined;
    if (!successor?.algorithms.includes(alg)) return fault;
    examination.key = successor;
    return await verifySignature(segments, successor.key, alg);
  },
  see: () => 'valid',
} as const satisfies Rule;

/** The key that has taken the place of the one at hand, under the same id. */
async function findSuccessor(examination: Examination): Promise<VerificationKey | undefined> {
  const { options, payload, key } = examination;
  const issuer = String(readMember(payload.record, 'iss'));
  const lookup = await options.keys.findAgain?.(issuer, readKid(examination));
  return lookup?.kind === 'found' && lookup.key !== key ? lookup.key : undefined;
}

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

/** The only place that knows jose: whatever it throws becomes a refusal. Never rejects. */
async function verifySignature(
  [header, payload, signature]: Examination['segments'],
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
