import { quoteValue } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import type { Examination } from '../examination.ts';
import { isSignatureAlgorithm, type KeyLookup, type KeyTrouble } from '../keys.ts';
import type { RefusalCode } from '../refusals.ts';
import { type Fault, type Rule, SOURCES } from '../rule.ts';

const PRINTABLE_KID = /^[!-~]{1,256}$/;

export const KEY_ID = {
  name: 'key-id',
  origin: 'documented',
  source: 'RFC 7515 section 4.1.4, which leaves it open; that STS needs it is assumed',
  codes: ['kid-missing'],
  needs: ['header-json'],
  check({ header }) {
    const kid = readMember(header.record, 'kid');
    if (typeof kid === 'string') return undefined;
    return {
      code: 'kid-missing',
      detail: `kid is ${quoteValue(kid)}: the issuer must name the key that it signs with`,
    };
  },
  see: ({ header }) => `kid is ${quoteValue(readMember(header.record, 'kid'))}`,
} as const satisfies Rule;

export const KEY_ID_FORM = {
  name: 'key-id-form',
  origin: 'ours',
  source: 'no issuer has others',
  codes: ['kid-malformed'],
  needs: ['key-id'],
  check(examination) {
    const kid = readKid(examination);
    if (PRINTABLE_KID.test(kid)) return undefined;
    return {
      code: 'kid-malformed',
      detail: `kid has ${kid.length} characters; 1 to 256 are allowed, printable and without blanks`,
    };
  },
  see: () => 'printable, at most 256 characters',
} as const satisfies Rule;

/** A key is looked for by its id and the issuer, never by trying. */
export const KEY = {
  name: 'key',
  origin: 'documented',
  source: SOURCES.iamGuide,
  codes: ['kid-unknown', 'key-unfit', 'keys-unavailable', 'keys-refused', 'keys-out-of-reach'],
  needs: ['algorithm', 'critical-header', 'issuer', 'key-id'],
  check(examination) {
    const { options, payload } = examination;
    const issuer = readMember(payload.record, 'iss');
    const lookup = options.keys.find(String(issuer), readKid(examination));
    if (!(lookup instanceof Promise)) return takeKey(examination, lookup);
    return lookup.then((found) => takeKey(examination, found));
  },
  see: () => 'the issuer publishes it',
} as const satisfies Rule;

/** @returns '' where there is none */
export function readKid({ header }: Pick<Examination, 'header'>): string {
  const kid = readMember(header.record, 'kid');
  return typeof kid === 'string' ? kid : '';
}

function takeKey(examination: Examination, lookup: KeyLookup): Fault | undefined {
  if (lookup.kind !== 'found') return describeLookup(quoteValue(readKid(examination)), lookup);
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
      return {
        code: LACKS[lookup.trouble],
        detail: `the issuer's keys could not be had: ${lookup.problem}`,
      };
  }
}

const LACKS = {
  passing: 'keys-unavailable',
  published: 'keys-refused',
  local: 'keys-out-of-reach',
} as const satisfies Readonly<Record<KeyTrouble, RefusalCode>>;

/** After the signature, which may have found the key that has taken the place of another. */
export const KEY_STRENGTH = {
  name: 'key-strength',
  origin: 'ours',
  source: 'CVE-2017-15361 (ROCA)',
  codes: ['key-weak'],
  needs: ['signature'],
  check(examination) {
    const { key } = examination;
    if (key?.weakness === undefined) return undefined;
    const detail = `the key ${quoteValue(readKid(examination))} ${key.weakness}; sign with another, and withdraw it`;
    return { code: 'key-weak', detail };
  },
  see: () => 'no weakness that is known',
} as const satisfies Rule;

/** Else an attacker has the public key of one algorithm taken for the secret, or the key, of another. */
export const KEY_ALGORITHM = {
  name: 'key-algorithm',
  origin: 'documented',
  source: 'RFC 8725 section 3.1',
  codes: ['key-algorithm-mismatch'],
  needs: ['key'],
  check({ header, key }) {
    const alg = readMember(header.record, 'alg');
    const fit = key?.algorithms ?? [];
    if (isSignatureAlgorithm(alg) && fit.includes(alg)) return undefined;
    return {
      code: 'key-algorithm-mismatch',
      detail: `alg is ${quoteValue(alg)}, and the key is one for ${fit.join(', ')}`,
    };
  },
  see: ({ key }) => `the key is one for ${key?.algorithms.join(', ')}`,
} as const satisfies Rule;
