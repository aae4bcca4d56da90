import { quoteValue, quoteValues } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import { toAudiences, toEffectiveAudience } from '../claim-values.ts';
import type { Examination, Fault } from '../examination.ts';

export function checkAudienceForm({ payload }: Examination): Fault | undefined {
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
}

export function checkSingleAudience({ payload }: Examination): Fault | undefined {
  const audiences = toAudiences(readMember(payload.record, 'aud')) ?? [];
  if (audiences.length === 1 || Object.hasOwn(payload.record, 'azp')) return undefined;
  return {
    code: 'audience-ambiguous',
    detail: `aud is ${quoteValues(audiences)}, and azp is absent: ask for a token of one audience`,
  };
}

export function checkAudience(examination: Examination): Fault | undefined {
  const audience = toEffectiveAudience(examination.payload.record);
  const allowed = listAudiences(examination);
  if (allowed.includes(audience)) return undefined;
  const known = allowed.length === 0 ? 'none' : quoteValues(allowed);
  return {
    code: 'audience-not-allowed',
    detail: `the token is for ${quoteValue(audience)}; accepted: ${known}`,
  };
}

function listAudiences({ options, payload }: Examination): readonly string[] {
  const { audiences } = options;
  if (!('get' in audiences)) return audiences;
  return audiences.get(String(readMember(payload.record, 'iss'))) ?? [];
}
