import { quoteValue } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import { type Rule, SOURCES } from '../rule.ts';
import { checkIssuer, checkIssuerClaim } from './issuer.ts';
import { checkKey, checkKeyAlgorithm, checkKid, checkKidForm, checkSignature } from './key.ts';

/** Who signed it. */
export const KEY_RULES = [
  {
    name: 'issuer-claim',
    origin: 'captured',
    source: SOURCES.captured,
    codes: ['claim-missing', 'claim-malformed'],
    needs: ['payload-json'],
    check: checkIssuerClaim,
    see: () => 'iss is a string',
  },
  {
    name: 'issuer',
    origin: 'documented',
    source: SOURCES.iamGuide,
    codes: ['legacy-token', 'issuer-unknown'],
    needs: ['issuer-claim'],
    check: checkIssuer,
    see: ({ payload }) => `iss is ${quoteValue(readMember(payload.record, 'iss'))}`,
  },
  {
    name: 'key-id',
    origin: 'documented',
    source: 'RFC 7515 section 4.1.4, which leaves it open; that STS needs it is assumed',
    codes: ['kid-missing'],
    needs: ['header-json'],
    check: checkKid,
    see: ({ header }) => `kid is ${quoteValue(readMember(header.record, 'kid'))}`,
  },
  {
    name: 'key-id-form',
    origin: 'ours',
    source: 'no issuer has others',
    codes: ['kid-malformed'],
    needs: ['key-id'],
    check: checkKidForm,
    see: () => 'printable, at most 256 characters',
  },
  {
    name: 'key',
    origin: 'documented',
    source: SOURCES.iamGuide,
    codes: ['kid-unknown', 'key-unfit', 'keys-unavailable'],
    needs: ['algorithm', 'critical-header', 'issuer', 'key-id'],
    check: checkKey,
    see: () => 'the issuer publishes it',
  },
  {
    name: 'key-algorithm',
    origin: 'documented',
    source: 'RFC 8725 section 3.1',
    codes: ['key-algorithm-mismatch'],
    needs: ['key'],
    check: checkKeyAlgorithm,
    see: ({ key }) => `the key is one for ${key?.algorithms.join(', ')}`,
  },
  {
    name: 'signature',
    origin: 'documented',
    source: SOURCES.stsApi,
    codes: ['signature-invalid', 'key-unfit'],
    needs: ['key-algorithm'],
    check: checkSignature,
    see: () => 'valid',
  },
] as const satisfies readonly Rule[];
