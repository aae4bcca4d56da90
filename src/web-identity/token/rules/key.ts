import { quoteValue } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import type { Examination, Fault, Outcome } from '../examination.ts';
import { isSignatureAlgorithm, type KeyLookup, type VerificationKey } from '../keys.ts';
import { verifySignature } from '../signature.ts';

const PRINTABLE_KID = /^[!-~]{1,256}$/;

export function checkKid({ header }: Examination): Fault | undefined {
  const kid = readMember(header.record, 'kid');
  if (typeof kid === 'string') return undefined;
  return {
    code: 'kid-missing',
    detail: `kid is ${quoteValue(kid)}: the issuer must name the key that it signs with`,
  };
}

export function checkKidForm({ header }: Examination): Fault | undefined {
  const kid = readKid(header.record);
  if (PRINTABLE_KID.test(kid)) return undefined;
  return {
    code: 'kid-malformed',
    detail: `kid has ${kid.length} characters; 1 to 256 are allowed, printable and without blanks`,
  };
}

/** A key is looked for by its id and the issuer, never by trying. */
export function checkKey(examination: Examination): Outcome {
  const { options, header, payload } = examination;
  const issuer = readMember(payload.record, 'iss');
  const kid = readKid(header.record);
  const lookup = options.keys.find(String(issuer), kid);
  if (!(lookup instanceof Promise)) return takeKey(examination, lookup);
  return lookup.then((found) => takeKey(examination, found));
}

function readKid(header: Examination['header']['record']): string {
  const kid = readMember(header, 'kid');
  return typeof kid === 'string' ? kid : '';
}

function takeKey(examination: Examination, lookup: KeyLookup): Fault | undefined {
  if (lookup.kind !== 'found') return describeLookup(quoteValue(readKid(examination.header.record)), lookup);
  examination.key = lookup.key;
  return undefined;
}

function describeLookup(kid: string, lookup: Exclude<KeyLookup, { kind: 'found' }>): Fault {
  switch (lookup.kind) {
    case 'unknown-kid':
      return {
        code: 'kid-unknown',
        detail: `the issuer publishes no key ${kid}: publish the key that it signs with, before it does`,
      };
    case 'unfit':
      return { code: 'key-unfit', detail: `the key ${kid} must not be used: ${lookup.problem}` };
    case 'unavailable':
      return { code: 'keys-unavailable', detail: `the issuer's keys could not be had: ${lookup.problem}` };
  }
}

/** Else an attacker has the public key of one algorithm taken for the secret, or the key, of another. */
export function checkKeyAlgorithm({ header, key }: Examination): Fault | undefined {
  const alg = readMember(header.record, 'alg');
  const fit = key?.algorithms ?? [];
  if (isSignatureAlgorithm(alg) && fit.includes(alg)) return undefined;
  return {
    code: 'key-algorithm-mismatch',
    detail: `alg is ${quoteValue(alg)}, and the key is one for ${fit.join(', ')}`,
  };
}

export async function checkSignature(examination: Examination): Promise<Fault | undefined> {
  const { header, segments, key } = examination;
  const alg = readMember(header.record, 'alg');
  if (key === undefined || !isSignatureAlgorithm(alg))
    return { code: 'key-unfit', detail: 'there is no key for the algorithm' };
  const fault = await verifySignature(segments, key.key, alg);
  const successor = fault?.code === 'signature-invalid' ? await findSuccessor(examination) : undefined;
  if (!successor?.algorithms.includes(alg)) return fault;
  examination.key = successor;
  return await verifySignature(segments, successor.key, alg);
}

/** The key that has taken the place of the one at hand, under the same id. */
async function findSuccessor({
  options,
  header,
  payload,
  key,
}: Examination): Promise<VerificationKey | undefined> {
  const issuer = String(readMember(payload.record, 'iss'));
  const lookup = await options.keys.findAgain?.(issuer, readKid(header.record));
  return lookup?.kind === 'found' && lookup.key !== key ? lookup.key : undefined;
}
