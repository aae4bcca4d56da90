import type { Finding } from '../../base/finding.ts';
import { judgeAction } from '../judge/action.ts';
import { matchGlob, toGlob } from '../match/glob.ts';
import { showValue } from '../policy/problem.ts';
import { isRestriction, type LintScope, readClaimOfKey } from './scope.ts';

/** Rules that look at a statement as a whole. */
export const STATEMENT_RULES: readonly ((scope: LintScope) => readonly Finding[])[] = [
  checkPrincipal,
  checkProviders,
  checkSubject,
  checkAudience,
  checkAction,
  checkKeysByCase,
];

function checkPrincipal({ statement }: LintScope): readonly Finding[] {
  const { principal, effect, action } = statement;
  if (principal.inverted) {
    const message = 'NotPrincipal denies everybody but those it names, and whoever is added later';
    const remedy = 'name who may not with Principal, or tell them apart in Condition';
    return [{ id: 'not-principal', severity: 'medium', pointer: principal.pointer, message, remedy }];
  }
  if (effect === 'Deny') return [];
  const remedy = 'write {"Federated": "arn:aws:iam::<account>:oidc-provider/<issuer without https://>"}';
  const anybody =
    principal.everyone || principal.members.some(({ kind, value }) => kind === 'Federated' && value === '*');
  if (anybody) {
    const message =
      'a wildcard principal may let in tokens of every provider of the account, and callers of other accounts';
    return [{ id: 'principal-everybody', severity: 'critical', pointer: principal.pointer, message, remedy }];
  }
  if (!principal.members.some(({ kind, value }) => kind === 'AWS' && value === '*')) return [];
  const opens =
    action.patterns.some((pattern) => matchGlob(toGlob(pattern.toLowerCase()), 'sts:assumerole')) !==
    action.inverted;
  const message = opens
    ? 'every caller of every AWS account may take the role'
    : '{"AWS": "*"} is every caller with AWS keys, and none with a token: nobody comes in by this statement';
  return [
    {
      id: 'principal-everybody',
      severity: opens ? 'critical' : 'high',
      pointer: principal.pointer,
      message,
      remedy,
    },
  ];
}

/** Only where somebody has said which issuers are theirs. */
function checkProviders({ statement, prefixes, ownPrefixes, letsTokensIn }: LintScope): readonly Finding[] {
  if (!letsTokensIn || ownPrefixes.length === 0) return [];
  return prefixes
    .filter((prefix) => !ownPrefixes.includes(prefix))
    .map((prefix) => ({
      id: 'provider-of-other-issuer',
      severity: 'medium',
      pointer: statement.principal.pointer,
      message: `the provider ${showValue(prefix)} is of none of the issuers that were given`,
      remedy: `remove it if the cluster is gone, or write …:oidc-provider/${ownPrefixes[0]}`,
    }));
}

function checkSubject({ statement, prefixes, letsTokensIn, neverMatches }: LintScope): readonly Finding[] {
  if (!letsTokensIn || neverMatches) return [];
  const onSubject = statement.conditions.filter(({ key }) => readClaimOfKey(key, prefixes) === 'sub');
  if (onSubject.some(isRestriction)) return [];
  const negated = onSubject.find(({ operator }) => operator.negated);
  const remedy = `add {"StringEquals": {${showValue(`${prefixes[0] ?? '<issuer>'}:sub`)}: "system:serviceaccount:<namespace>:<name>"}}`;
  if (negated !== undefined) {
    const message = `${negated.operator.text} names who may not take the role: every other ServiceAccount of the cluster may`;
    return [{ id: 'deny-list-in-allow', severity: 'critical', pointer: negated.pointer, message, remedy }];
  }
  const message = 'nothing is asked of the subject: every ServiceAccount of the cluster may take the role';
  return [{ id: 'no-subject', severity: 'critical', pointer: statement.pointer, message, remedy }];
}

function checkAudience({ statement, prefixes, letsTokensIn, neverMatches }: LintScope): readonly Finding[] {
  if (!letsTokensIn || neverMatches) return [];
  const isAsked = statement.conditions.some(
    (condition) => readClaimOfKey(condition.key, prefixes) === 'aud' && isRestriction(condition),
  );
  if (isAsked) return [];
  const message = "nothing is asked of the audience: a token for any of the provider's client ids will do";
  const remedy = `add {"StringEquals": {${showValue(`${prefixes[0] ?? '<issuer>'}:aud`)}: "sts.amazonaws.com"}}`;
  return [{ id: 'no-audience', severity: 'low', pointer: statement.pointer, message, remedy }];
}

function checkAction({ statement: { action, effect } }: LintScope): readonly Finding[] {
  if (effect === 'Deny') return [];
  const remedy = 'write "Action": "sts:AssumeRoleWithWebIdentity"';
  if (action.inverted) {
    const message = 'NotAction allows every action but those it names';
    return [{ id: 'not-action', severity: 'medium', pointer: action.pointer, message, remedy }];
  }
  const broad = action.patterns.find((pattern) => /[*?]/.test(pattern));
  if (broad === undefined) return [];
  // With sts:AssumeRole goes a second way in, by AWS keys.
  const coversMore = matchGlob(toGlob(broad.toLowerCase()), 'sts:assumerole');
  const message = `${showValue(broad)} allows more actions than a pod needs`;
  const severity =
    coversMore || judgeAction(action, 'sts:SetSourceIdentity').matches === 'yes' ? 'medium' : 'low';
  return [{ id: 'action-broad', severity, pointer: action.pointer, message, remedy }];
}

function checkKeysByCase({ statement }: LintScope): readonly Finding[] {
  const seen = new Set<string>();
  const findings: Finding[] = [];
  for (const { operator, key, pointer } of statement.conditions) {
    const name = `${operator.text} ${key.toLowerCase()}`;
    if (seen.has(name)) {
      const message = `${showValue(key)} is under ${operator.text} already, in another case, and IAM tells no difference`;
      const remedy = 'write it once, with a list of the values';
      findings.push({ id: 'key-twice-by-case', severity: 'medium', pointer, message, remedy });
    }
    seen.add(name);
  }
  return findings;
}
