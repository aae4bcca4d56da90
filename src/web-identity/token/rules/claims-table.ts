import { quoteValue, quoteValues } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import { toEffectiveAudience } from '../claim-values.ts';
import type { Examination } from '../examination.ts';
import { type Rule, SOURCES } from '../rule.ts';
import { checkAudience, checkAudienceForm, checkSingleAudience } from './audience.ts';
import { checkRequiredClaims, checkServiceAccount, checkSubject, checkSubjectText } from './claims.ts';
import {
  checkExpiry,
  checkIssuedAt,
  checkLifetime,
  checkNotBefore,
  checkTimes,
  checkTimesAreNumbers,
  readTime,
  toLifetime,
} from './time.ts';

/** What it says: of whom, when, for whom. */
export const CLAIM_RULES = [
  {
    name: 'required-claims',
    origin: 'captured',
    source: SOURCES.captured,
    codes: ['claim-missing'],
    needs: ['payload-json'],
    check: checkRequiredClaims,
    see: () => 'iss, sub, aud, iat, exp are there',
  },
  {
    name: 'subject',
    origin: 'captured',
    source: SOURCES.captured,
    codes: ['subject-null', 'claim-malformed'],
    needs: ['required-claims'],
    check: checkSubject,
    see: ({ payload }) => `sub is ${quoteValue(readMember(payload.record, 'sub'))}`,
  },
  {
    name: 'subject-text',
    origin: 'ours',
    source: 'RFC 7519 section 4.1.2',
    codes: ['subject-not-text'],
    needs: ['subject'],
    check: checkSubjectText,
    see: () => 'a string that is not empty',
  },
  {
    name: 'times',
    origin: 'captured',
    source: SOURCES.captured,
    codes: ['claim-malformed'],
    needs: ['required-claims'],
    check: checkTimes,
    see: () => 'exp, iat and nbf are integers',
  },
  {
    name: 'times-are-numbers',
    origin: 'ours',
    source: 'RFC 7519 section 2, NumericDate',
    codes: ['time-not-number'],
    needs: ['times'],
    check: checkTimesAreNumbers,
    see: () => 'without quotes',
  },
  {
    name: 'audience-form',
    origin: 'documented',
    source: 'RFC 7519 section 4.1.3',
    codes: ['claim-malformed'],
    needs: ['required-claims'],
    check: checkAudienceForm,
    see: () => 'a string, or a list of strings',
  },
  {
    name: 'expiry',
    origin: 'documented',
    source: SOURCES.stsApi,
    codes: ['token-expired'],
    needs: ['times'],
    check: checkExpiry,
    see: (examination) => describeTime(examination, 'exp'),
  },
  {
    name: 'issued-at',
    origin: 'documented',
    source: SOURCES.iamGuide,
    codes: ['issued-in-future'],
    needs: ['times'],
    check: checkIssuedAt,
    see: (examination) => describeTime(examination, 'iat'),
  },
  {
    name: 'not-before',
    origin: 'documented',
    source: SOURCES.iamGuide,
    codes: ['not-yet-valid'],
    needs: ['times'],
    check: checkNotBefore,
    see: (examination) => describeTime(examination, 'nbf'),
  },
  {
    name: 'lifetime',
    origin: 'ours',
    source: 'kubelet asks for a day at most',
    codes: ['lifetime-out-of-range'],
    needs: ['times'],
    check: checkLifetime,
    see: (examination) => `${toLifetime(examination)} s from iat to exp`,
  },
  {
    name: 'single-audience',
    origin: 'captured',
    source: SOURCES.captured,
    codes: ['audience-ambiguous'],
    needs: ['audience-form'],
    check: checkSingleAudience,
    see: ({ payload }) => describeAudience(payload.record),
  },
  {
    name: 'audience',
    origin: 'documented',
    source: SOURCES.iamGuide,
    codes: ['audience-not-allowed'],
    needs: ['issuer', 'single-audience'],
    check: checkAudience,
    see: ({ payload }) => `for ${quoteValue(toEffectiveAudience(payload.record))}`,
  },
  {
    name: 'service-account',
    origin: 'ours',
    source: 'KEP-1205: both are written by the same hand',
    codes: ['service-account-mismatch'],
    needs: ['subject'],
    check: checkServiceAccount,
    see: ({ payload }) =>
      Object.hasOwn(payload.record, 'kubernetes.io')
        ? 'sub and kubernetes.io agree'
        : 'no claim kubernetes.io',
  },
] as const satisfies readonly Rule[];

function describeTime(examination: Examination, name: 'exp' | 'iat' | 'nbf'): string {
  const time = readTime(examination, name);
  if (time === undefined) return `${name} is absent`;
  const away = Math.round(time - examination.now);
  return `${name} ${away >= 0 ? `is ${away} s ahead` : `was ${-away} s ago`}`;
}

function describeAudience(claims: Examination['payload']['record']): string {
  const aud = readMember(claims, 'aud');
  const azp = readMember(claims, 'azp');
  const shown = quoteValues(Array.isArray(aud) ? aud : [aud]);
  return azp === undefined ? `aud is ${shown}` : `aud is ${shown}, azp is ${quoteValue(azp)}`;
}
