import { quoteValue, quoteValues, toPlainText } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import type { Examination, Fault } from '../examination.ts';

/** Of tokens that are kept in Secrets; no URL, so no provider can have it. */
const LEGACY_ISSUER = 'kubernetes/serviceaccount';

export function checkIssuerClaim({ payload }: Examination): Fault | undefined {
  const iss = readMember(payload.record, 'iss');
  if (typeof iss === 'string') return undefined;
  if (iss === undefined)
    return { code: 'claim-missing', detail: 'the claim iss is absent', values: { claim: 'iss' } };
  return { code: 'claim-malformed', detail: `iss is ${quoteValue(iss)}; it must be a string` };
}

/** Whose keys are asked for is decided here: by our list, which the token cannot add to. */
export function checkIssuer({ payload, options }: Examination): Fault | undefined {
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
}

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
