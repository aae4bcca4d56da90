import { quoteValue } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import { isSignatureAlgorithm } from '../keys.ts';
import { type Rule, SOURCES } from '../rule.ts';

/** Members by which a token would choose the key that it is judged by. */
const KEY_MEMBERS = ['jwk', 'jku', 'x5u', 'x5c'] as const;

export const ALGORITHM = {
  name: 'algorithm',
  origin: 'documented',
  source: SOURCES.iamGuide,
  codes: ['alg-none', 'alg-not-allowed'],
  needs: ['header-json'],
  check({ header }) {
    const alg = readMember(header.record, 'alg');
    if (isSignatureAlgorithm(alg)) return undefined;
    if (typeof alg === 'string' && alg.toLowerCase() === 'none')
      return { code: 'alg-none', detail: 'alg is none: the token is not signed' };
    return {
      code: 'alg-not-allowed',
      detail: `alg is ${quoteValue(alg)}; RS256, RS384, RS512, ES256, ES384 and ES512 are allowed`,
    };
  },
  see: ({ header }) => `alg is ${quoteValue(readMember(header.record, 'alg'))}`,
} as const satisfies Rule;

/** RFC 7515 section 4.1.11: who does not understand an extension that is named must refuse. */
export const CRITICAL_HEADER = {
  name: 'critical-header',
  origin: 'documented',
  source: 'RFC 7515 section 4.1.11',
  codes: ['crit-not-supported'],
  needs: ['header-json'],
  check({ header }) {
    if (!Object.hasOwn(header.record, 'crit')) return undefined;
    const seen = quoteValue(header.record['crit']);
    return {
      code: 'crit-not-supported',
      detail: `crit is ${seen}: no extension is known here, leave it out`,
    };
  },
  see: () => 'no crit',
} as const satisfies Rule;

export const NO_KEY_IN_HEADER = {
  name: 'no-key-in-header',
  origin: 'ours',
  source: 'RFC 8725 section 3.10',
  codes: ['key-in-header'],
  needs: ['header-json'],
  check({ header }) {
    const found = KEY_MEMBERS.filter((name) => Object.hasOwn(header.record, name));
    if (found.length === 0) return undefined;
    return {
      code: 'key-in-header',
      detail: `the header has ${found.join(', ')}: keys come from the issuer, never from the token`,
    };
  },
  see: () => 'no jwk, jku, x5u, x5c',
} as const satisfies Rule;

/** A token of another type (`at+jwt`, `secevent+jwt`) was made for somebody else. */
export const TYPE = {
  name: 'type',
  origin: 'ours',
  source: 'RFC 8725 section 3.11',
  codes: ['typ-not-allowed'],
  needs: ['header-json'],
  check({ header }) {
    const typ = readMember(header.record, 'typ');
    if (!Object.hasOwn(header.record, 'typ') || (typeof typ === 'string' && typ.toUpperCase() === 'JWT'))
      return undefined;
    return { code: 'typ-not-allowed', detail: `typ is ${quoteValue(typ)}; JWT, or nothing, is allowed` };
  },
  see: ({ header }) => `typ is ${quoteValue(readMember(header.record, 'typ'))}`,
} as const satisfies Rule;

export const ENCODED_PAYLOAD = {
  name: 'encoded-payload',
  origin: 'ours',
  source: 'RFC 7797 section 7',
  codes: ['unencoded-payload'],
  needs: ['header-json'],
  check({ header }) {
    if (!Object.hasOwn(header.record, 'b64')) return undefined;
    return {
      code: 'unencoded-payload',
      detail: `b64 is ${quoteValue(header.record['b64'])}: a JWT never has it (RFC 7797 section 7)`,
    };
  },
  see: () => 'no b64',
} as const satisfies Rule;
