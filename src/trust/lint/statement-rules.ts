import { judgeAction } from '../judge/action.ts';
import { matchGlob, toGlob } from '../match/glob.ts';
import { showValue } from '../policy/problem.ts';
import type { LintFinding } from './rules.ts';
import { isRestriction, type LintScope, readClaimOfKey } from './scope.ts';

/** Rules that look at a statement as a whole. */
export const STATEMENT_RULES: readonly ((scope: LintScope) => readonly LintFinding[])[] = [
  checkPrincipal,
  checkProviders,
  checkSubject,
  checkAudience,
  checkAction,
  checkKeysByCase,
];

function checkPrincipal({ statement }: LintScope): readonly LintFinding[] {
  const { principal, effect, action } = statement;
  if (principal.inverted) {
    const what = 'NotPrincipal denies everybody but those it names, and whoever is added later';
    const remedy = 'name who may not with Principal, or tell them apart in Condition';
    return [{ code: 'not-principal', severity: 'medium', where: principal.pointer, what, remedy }];
  }
  if (effect === 'Deny') return [];
  const remedy = 'write {"Federated": "arn:aws:iam::<account>:oidc-provider/<issuer without https://>"}';
  const anybody =
    principal.everyone || principal.members.some(({ kind, value }) => kind === 'Federated' && value === '*');
  if (anybody) {
    const what =
      'a wildcard principal may let in tokens of every provider of the account, and callers of other accounts';
    return [{ code: 'principal-everybody', severity: 'critical', where: principal.pointer, what, remedy }];
  }
  if (!principal.members.some(({ kind, value }) => kind === 'AWS' && value === '*')) return [];
  const opens =
    action.patterns.some((pattern) => matchGlob(toGlob(pattern.toLowerCase()), 'sts:assumerole')) !==
    action.inverted;
  const what = opens
    ? 'every caller of every AWS account may take the role'
    : '{"AWS": "*"} is every caller with AWS keys, and none with a token: nobody comes in by this statement';
  return [
    {
      code: 'principal-everybody',
      severity: opens ? 'critical' : 'high',
      where: principal.pointer,
      what,
      remedy,
    },
  ];
}

/** Only where somebody has said which issuers are theirs. */
function checkProviders({
  statement,
  prefixes,
  ownPrefixes,
  letsTokensIn,
}: LintScope): readonly LintFinding[] {
  if (!letsTokensIn || ownPrefixes.length === 0) return [];
  return prefixes
    .filter((prefix) => !ownPrefixes.includes(prefix))
    .map((prefix) => ({
      code: 'provider-of-other-issuer',
      severity: 'medium',
      where: statement.principal.pointer,
      what: `the provider ${showValue(prefix)} is of none of the issuers that were given`,
      remedy: `remove it if the cluster is gone, or write …:oidc-provider/${ownPrefixes[0]}`,
    }));
}

function checkSubject({
  statement,
  prefixes,
  letsTokensIn,
  neverMatches,
}: LintScope): readonly LintFinding[] {
  if (!letsTokensIn || neverMatches) return [];
  const onSubject = statement.conditions.filter(({ key }) => readClaimOfKey(key, prefixes) === 'sub');
  if (onSubject.some(isRestriction)) return [];
  const negated = onSubject.find(({ operator }) => operator.negated);
  const remedy = `add {"StringEquals": {${showValue(`${prefixes[0] ?? '<issuer>'}:sub`)}: "system:serviceaccount:<namespace>:<name>"}}`;
  if (negated !== undefined) {
    const what = `${negated.operator.text} names who may not take the role: every other ServiceAccount of the cluster may`;
    return [{ code: 'deny-list-in-allow', severity: 'critical', where: negated.pointer, what, remedy }];
  }
  const what = 'nothing is asked of the subject: every ServiceAccount of the cluster may take the role';
  return [{ code: 'no-subject', severity: 'critical', where: statement.pointer, what, remedy }];
}

function checkAudience({
  statement,
  prefixes,
  letsTokensIn,
  neverMatches,
}: LintScope): readonly LintFinding[] {
  if (!letsTokensIn || neverMatches) return [];
  const isAsked = statement.conditions.some(
    (condition) => readClaimOfKey(condition.key, prefixes) === 'aud' && isRestriction(condition),
  );
  if (isAsked) return [];
  const what = "nothing is asked of the audience: a token for any of the provider's client ids will do";
  const remedy = `add {"StringEquals": {${showValue(`${prefixes[0] ?? '<issuer>'}:aud`)}: "sts.amazonaws.com"}}`;
  return [{ code: 'no-audience', severity: 'low', where: statement.pointer, what, remedy }];
}

function checkAction({ statement: { action, effect } }: LintScope): readonly LintFinding[] {
  if (effect === 'Deny') return [];
  const remedy = 'write "Action": "sts:AssumeRoleWithWebIdentity"';
  if (action.inverted) {
    const what = 'NotAction allows every action but those it names';
    return [{ code: 'not-action', severity: 'medium', where: action.pointer, what, remedy }];
  }
  const broad = action.patterns.find((pattern) => /[*?]/.test(pattern));
  if (broad === undefined) return [];
  // With sts:AssumeRole goes a second way in, by AWS keys.
  const coversMore = matchGlob(toGlob(broad.toLowerCase()), 'sts:assumerole');
  const what = `${showValue(broad)} allows more actions than a pod needs`;
  const severity =
    coversMore || judgeAction(action, 'sts:SetSourceIdentity').matches === 'yes' ? 'medium' : 'low';
  return [{ code: 'action-broad', severity, where: action.pointer, what, remedy }];
}

function checkKeysByCase({ statement }: LintScope): readonly LintFinding[] {
  const seen = new Set<string>();
  const findings: LintFinding[] = [];
  for (const { operator, key, pointer } of statement.conditions) {
    const name = `${operator.text} ${key.toLowerCase()}`;
    if (seen.has(name)) {
      const what = `${showValue(key)} is under ${operator.text} already, in another case, and IAM tells no difference`;
      const remedy = 'write it once, with a list of the values';
      findings.push({ code: 'key-twice-by-case', severity: 'medium', where: pointer, what, remedy });
    }
    seen.add(name);
  }
  return findings;
}
