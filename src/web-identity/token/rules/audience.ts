import { quoteValue, quoteValues } from '../../../json/quote.ts';
import { type JsonRecord, readMember } from '../../../json/record.ts';
import { toAudiences, toEffectiveAudience } from '../claims.ts';
import type { Examination } from '../examination.ts';
import { type Rule, SOURCES } from '../rule.ts';

export const AUDIENCE_FORM = {
  name: 'audience-form',
  origin: 'documented',
  source: 'RFC 7519 section 4.1.3',
  codes: ['claim-malformed'],
  needs: ['required-claims'],
  check({ payload }) {
    const { record } = payload;
    if (toAudiences(readMember(record, 'aud')) === undefined) {
      const seen = quoteValue(readMember(record, 'aud'));
      return {
        code: 'claim-malformed',
        detail: `aud is ${seen}; it must be a string, or a list of strings with one at least`,
      };
    }
    const azp = readMember(record, 'azp');
    if (!Object.hasOwn(record, 'azp') || typeof azp === 'string') return undefined;
    return { code: 'claim-malformed', detail: `azp is ${quoteValue(azp)}; it must be a string` };
  },
  see: () => 'a string, or a list of strings',
} as const satisfies Rule;

export const SINGLE_AUDIENCE = {
  name: 'single-audience',
  origin: 'captured',
  source: SOURCES.captured,
  codes: ['audience-ambiguous'],
  needs: ['audience-form'],
  check({ payload }) {
    const audiences = toAudiences(readMember(payload.record, 'aud')) ?? [];
    if (audiences.length === 1 || Object.hasOwn(payload.record, 'azp')) return undefined;
    return {
      code: 'audience-ambiguous',
      detail: `aud is ${quoteValues(audiences)}, and azp is absent: ask for a token of one audience`,
    };
  },
  see: ({ payload }) => describeAudience(payload.record),
} as const satisfies Rule;

export const AUDIENCE = {
  name: 'audience',
  origin: 'documented',
  source: SOURCES.iamGuide,
  codes: ['audience-not-allowed'],
  needs: ['issuer', 'single-audience'],
  check(examination) {
    const audience = toEffectiveAudience(examination.payload.record);
    const allowed = listAudiences(examination);
    if (allowed.includes(audience)) return undefined;
    const known = allowed.length === 0 ? 'none' : quoteValues(allowed);
    return {
      code: 'audience-not-allowed',
      detail: `the token is for ${quoteValue(audience)}; accepted: ${known}`,
    };
  },
  see: ({ payload }) => `for ${quoteValue(toEffectiveAudience(payload.record))}`,
} as const satisfies Rule;

function listAudiences({ options, payload }: Examination): readonly string[] {
  const { audiences } = options;
  if (!('get' in audiences)) return audiences;
  return audiences.get(String(readMember(payload.record, 'iss'))) ?? [];
}

function describeAudience(claims: JsonRecord): string {
  const aud = readMember(claims, 'aud');
  const azp = readMember(claims, 'azp');
  const shown = quoteValues(Array.isArray(aud) ? aud : [aud]);
  return azp === undefined ? `aud is ${shown}` : `aud is ${shown}, azp is ${quoteValue(azp)}`;
}
