import { quoteValue, quoteValues, toPlainText } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import { type Rule, SOURCES } from '../rule.ts';

/** Of tokens that are kept in Secrets; no URL, so no provider can have it. */
const LEGACY_ISSUER = 'kubernetes/serviceaccount';

export const ISSUER_CLAIM = {
  name: 'issuer-claim',
  origin: 'captured',
  source: SOURCES.captured,
  codes: ['claim-missing', 'claim-malformed'],
  needs: ['payload-json'],
  check({ payload }) {
    const iss = readMember(payload.record, 'iss');
    if (typeof iss === 'string') return undefined;
    if (iss === undefined)
      return { code: 'claim-missing', detail: 'the claim iss is absent', values: { claim: 'iss' } };
    return { code: 'claim-malformed', detail: `iss is ${quoteValue(iss)}; it must be a string` };
  },
  see: () => 'iss is a string',
} as const satisfies Rule;

/** Whose keys are asked for is decided here: by our list, which the token cannot add to. */
export const ISSUER = {
  name: 'issuer',
  origin: 'documented',
  source: SOURCES.iamGuide,
  codes: ['legacy-token', 'issuer-unknown'],
  needs: ['issuer-claim'],
  check({ payload, options }) {
    const iss = String(readMember(payload.record, 'iss'));
    if (options.issuers.includes(iss)) return undefined;
    const values = { iss: toPlainText(iss) };
    if (iss === LEGACY_ISSUER) {
      return {
        code: 'legacy-token',
        detail:
          'the token is from a ServiceAccount Secret, which STS never takes: mount a projected token instead',
        values,
      };
    }
    const known = options.issuers.length === 0 ? 'none' : quoteValues(options.issuers);
    const detail = `iss is ${quoteValue(iss)}; trusted: ${known}${findHint(iss, options.issuers)}`;
    return { code: 'issuer-unknown', detail, values };
  },
  see: ({ payload }) => `iss is ${quoteValue(readMember(payload.record, 'iss'))}`,
} as const satisfies Rule;

function findHint(iss: string, issuers: readonly string[]): string {
  const plain = withoutSlash(iss);
  if (issuers.some((known) => withoutSlash(known) === plain))
    return '. They differ in a slash at the end: make both the same';
  if (issuers.some((known) => withoutSlash(known).toLowerCase() === plain.toLowerCase()))
    return '. They differ in upper and lower case: make both the same';
  return '';
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}
