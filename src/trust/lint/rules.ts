import type { Finding } from '../../base/finding.ts';
import type { LintSeverity } from './finding.ts';

/**
 * What the linter looks for: one table for findings, SARIF and documentation. The text says what the rule is about; a
 * finding says what it saw.
 */
export const RULES = {
  'malformed-policy': 'IAM would refuse the document, or two readers would read it differently.',
  'principal-everybody': 'A wildcard principal names everybody, not the provider of one cluster.',
  'provider-of-other-issuer':
    'The provider is of an issuer that is none of yours: an old cluster, or a typing error.',
  'no-subject':
    'Without a condition on the subject, every ServiceAccount of the cluster can take the role (confused deputy).',
  'subject-wildcard':
    'A pattern for the subject lets in ServiceAccounts that nobody has named, or that do not exist yet.',
  'subject-malformed':
    'The subject is not what a token of a ServiceAccount can have, so that it never matches.',
  'no-audience': "Without a condition on the audience, any of the provider's client ids will do.",
  'audience-misspelt': 'The audience is almost that of STS, so that it never matches.',
  'swapped-sub-and-aud': 'Subject and audience stand in each other’s place, so that neither matches.',
  'deny-list-in-allow': 'An Allow that only names who may not lets in everybody else.',
  'wildcard-under-equals': 'Operators that end in Equals take wildcards for plain characters.',
  'white-space': 'White space is part of a value, so that it never matches.',
  'no-values': 'An empty list of values matches nothing.',
  'if-exists-on-unset-key': 'A condition with IfExists on a key that is never there is no condition at all.',
  'for-all-values-on-absent-key': 'ForAllValues is true where the key is absent.',
  'set-operator-on-single-value': 'Set operators are for keys with several values.',
  'missing-set-operator': 'A key with several values needs ForAnyValue or ForAllValues to have a meaning.',
  'negated-deny-on-absent-key': 'A Deny with a negated operator also denies where the key is absent.',
  'null-reversed': 'Null with "true" asks for a key to be absent.',
  'scheme-in-key': 'Condition keys begin with the issuer without its scheme.',
  'arn-in-key': "Condition keys begin with the issuer, not with the provider's ARN.",
  'slash-in-key': 'A condition key has the slashes of its issuer, no more and no fewer.',
  'other-issuer': 'A condition key of another issuer is never there.',
  'claim-is-no-key': 'STS makes condition keys of a few claims only.',
  'unset-key': 'A request with the token of a ServiceAccount never has this key.',
  'misspelt-key': 'A key that nobody sets, one or two letters from one that is.',
  'other-platform': 'A leftover of a policy for another platform.',
  'key-twice-by-case': 'Two keys that differ in case only are the same key to IAM.',
  'action-broad': 'The action has a wildcard: more ways to take the role than a pod needs.',
  'not-action': 'NotAction allows all actions but those it names.',
  'not-principal': 'Deny with NotPrincipal denies all others, those that come later included.',
  'variable-in-old-version': 'Policy variables are plain text before version 2012-10-17.',
  'old-version': 'The version of the policy language is missing or old.',
  'odd-document': 'IAM takes it, but it may not be meant.',
  'size-near-quota': 'IAM takes 2048 characters unless the quota of the account was raised.',
  'statement-twice': 'Two statements say the same.',
} as const satisfies Readonly<Record<string, string>>;

export type LintCode = keyof typeof RULES;

/** What a rule has against a place in a policy, by JSON Pointer. */
export type LintFinding = Finding<LintCode, LintSeverity>;
