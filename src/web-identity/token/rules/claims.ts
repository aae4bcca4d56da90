import { isServiceAccountName, parseSubject, SUBJECT_PREFIX } from '../../../base/names/account.ts';
import { quoteValue } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import { toSubject } from '../claims.ts';
import { type Fault, type Rule, SOURCES } from '../rule.ts';
import { readServiceAccount } from '../service-account-claims.ts';

/** The order in which AWS looks for them. */
const REQUIRED = ['iss', 'sub', 'aud', 'iat', 'exp'] as const;

export const REQUIRED_CLAIMS = {
  name: 'required-claims',
  origin: 'captured',
  source: SOURCES.captured,
  codes: ['claim-missing'],
  needs: ['payload-json'],
  check({ payload }) {
    const claim = REQUIRED.find((name) => !Object.hasOwn(payload.record, name));
    if (claim === undefined) return undefined;
    return { code: 'claim-missing', detail: `the claim ${claim} is absent`, values: { claim } };
  },
  see: () => 'iss, sub, aud, iat, exp are there',
} as const satisfies Rule;

export const SUBJECT = {
  name: 'subject',
  origin: 'captured',
  source: SOURCES.captured,
  codes: ['subject-null', 'claim-malformed'],
  needs: ['required-claims'],
  check({ payload }) {
    const sub = readMember(payload.record, 'sub');
    if (toSubject(sub) !== undefined) return undefined;
    if (sub === null)
      return { code: 'subject-null', detail: 'sub is null; it must be a string that is not empty' };
    return { code: 'claim-malformed', detail: `sub is ${quoteValue(sub)}; it must be a string` };
  },
  see: ({ payload }) => `sub is ${quoteValue(readMember(payload.record, 'sub'))}`,
} as const satisfies Rule;

export const SUBJECT_TEXT = {
  name: 'subject-text',
  origin: 'ours',
  source: 'RFC 7519 section 4.1.2',
  codes: ['subject-not-text'],
  needs: ['subject'],
  check({ payload }) {
    const sub = readMember(payload.record, 'sub');
    if (typeof sub === 'string' && sub !== '') return undefined;
    return {
      code: 'subject-not-text',
      detail: `sub is ${quoteValue(sub)}; it must be a string that is not empty`,
    };
  },
  see: () => 'a string that is not empty',
} as const satisfies Rule;

/**
 * What kube-apiserver writes into a token says the same twice, in `sub` and in `kubernetes.io`. Policies look at the one,
 * people at the other.
 */
export const SERVICE_ACCOUNT = {
  name: 'service-account',
  origin: 'ours',
  source: 'KEP-1205: both are written by the same hand',
  codes: ['service-account-mismatch'],
  needs: ['subject'],
  check({ payload }) {
    const sub = toSubject(readMember(payload.record, 'sub')) ?? '';
    const hasClaim = Object.hasOwn(payload.record, 'kubernetes.io');
    if (!hasClaim && !sub.startsWith(SUBJECT_PREFIX)) return undefined;
    const subject = parseSubject(sub);
    if (subject === undefined || !isServiceAccountName(subject))
      return mismatch(`sub is ${quoteValue(sub)}; it must be system:serviceaccount:NAMESPACE:NAME`);
    if (!hasClaim) return undefined;
    const account = readServiceAccount(payload.record);
    if (account === undefined)
      return mismatch('the claim kubernetes.io lacks a namespace, a name or a uid, or one is no string');
    if (account.namespace === subject.namespace && account.name === subject.name) return undefined;
    const claimed = quoteValue(`${account.namespace}:${account.name}`);
    return mismatch(`sub is ${quoteValue(sub)}, and kubernetes.io speaks of ${claimed}`);
  },
  see: ({ payload }) =>
    Object.hasOwn(payload.record, 'kubernetes.io') ? 'sub and kubernetes.io agree' : 'no claim kubernetes.io',
} as const satisfies Rule;

function mismatch(detail: string): Fault {
  return { code: 'service-account-mismatch', detail };
}
