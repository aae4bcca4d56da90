import { quoteValue } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import type { Examination, Fault } from '../examination.ts';
import { isSignatureAlgorithm } from '../keys.ts';

/** Members by which a token would choose the key that it is judged by. */
const KEY_MEMBERS = ['jwk', 'jku', 'x5u', 'x5c'] as const;

export function checkAlgorithm({ header }: Examination): Fault | undefined {
  const alg = readMember(header.record, 'alg');
  if (isSignatureAlgorithm(alg)) return undefined;
  if (typeof alg === 'string' && alg.toLowerCase() === 'none')
    return { code: 'alg-none', detail: 'alg is none: the token is not signed' };
  return {
    code: 'alg-not-allowed',
    detail: `alg is ${quoteValue(alg)}; RS256, RS384, RS512, ES256, ES384 and ES512 are allowed`,
  };
}

/** RFC 7515 section 4.1.11: who does not understand an extension that is named must refuse. */
export function checkCritical({ header }: Examination): Fault | undefined {
  if (!Object.hasOwn(header.record, 'crit')) return undefined;
  const seen = quoteValue(header.record['crit']);
  return { code: 'crit-not-supported', detail: `crit is ${seen}: no extension is known here, leave it out` };
}

export function checkNoKeyInHeader({ header }: Examination): Fault | undefined {
  const found = KEY_MEMBERS.filter((name) => Object.hasOwn(header.record, name));
  if (found.length === 0) return undefined;
  return {
    code: 'key-in-header',
    detail: `the header has ${found.join(', ')}: keys come from the issuer, never from the token`,
  };
}

/** A token of another type (`at+jwt`, `secevent+jwt`) was made for somebody else. */
export function checkType({ header }: Examination): Fault | undefined {
  const typ = readMember(header.record, 'typ');
  if (!Object.hasOwn(header.record, 'typ') || (typeof typ === 'string' && typ.toUpperCase() === 'JWT'))
    return undefined;
  return { code: 'typ-not-allowed', detail: `typ is ${quoteValue(typ)}; JWT, or nothing, is allowed` };
}

export function checkEncodedPayload({ header }: Examination): Fault | undefined {
  if (!Object.hasOwn(header.record, 'b64')) return undefined;
  return {
    code: 'unencoded-payload',
    detail: `b64 is ${quoteValue(header.record['b64'])}: a JWT never has it (RFC 7797 section 7)`,
  };
}
