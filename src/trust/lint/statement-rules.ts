import { judgeAction } from '../judge/action.ts';
import { matchGlob, toGlob } from '../match/glob.ts';
import type { Condition } from '../policy/condition.ts';
import { showValue } from '../policy/problem.ts';
import { isRestriction, listConditionsOn, type StatementFacts } from './facts.ts';
import type { LintRule, Observation } from './rule.ts';

type StatementRule = LintRule<StatementFacts>;

/** Rules that look at a statement as a whole. */
export const STATEMENT_RULES = {
  'principal-everybody': {
    text: 'A wildcard principal names everybody, not the provider of one cluster.',
    check: findEverybody,
  },
  'provider-of-other-issuer': {
    text: 'The provider is of an issuer that is none of yours: an old cluster, or a typing error.',
    check: findForeignProviders,
  },
  'no-subject': {
    text: 'Without a condition on the subject, every ServiceAccount of the cluster can take the role (confused deputy).',
    check(facts) {
      if (!isOpenToSubjects(facts) || findDenyList(facts) !== undefined) return [];
      const what = 'nothing is asked of the subject: every ServiceAccount of the cluster may take the role';
      return [{ severity: 'critical', where: facts.statement.pointer, what, remedy: adviseSubject(facts) }];
    },
  },
  'deny-list-in-allow': {
    text: 'An Allow that only names who may not lets in everybody else.',
    check(facts) {
      const negated = isOpenToSubjects(facts) ? findDenyList(facts) : undefined;
      if (negated === undefined) return [];
      const what = `${negated.operator.text} names who may not take the role: every other ServiceAccount of the cluster may`;
      return [{ severity: 'critical', where: negated.pointer, what, remedy: adviseSubject(facts) }];
    },
  },
  'no-audience': {
    text: "Without a condition on the audience, any of the provider's client ids will do.",
    check: findMissingAudience,
  },
  'action-broad': {
    text: 'The action has a wildcard: more ways to take the role than a pod needs.',
    check: findBroadAction,
  },
  'not-action': {
    text: 'NotAction allows all actions but those it names.',
    check({ statement: { action, effect } }) {
      if (effect === 'Deny' || !action.inverted) return [];
      const what = 'NotAction allows every action but those it names';
      return [{ severity: 'medium', where: action.pointer, what, remedy: WRITE_ACTION }];
    },
  },
  'key-twice-by-case': {
    text: 'Two keys that differ in case only are the same key to IAM.',
    check: findRepeatedKeys,
  },
} as const satisfies Readonly<Record<string, StatementRule>>;

function findEverybody({ statement: { principal, effect, action } }: StatementFacts): Observation[] {
  if (effect === 'Deny') return [];
  const where = principal.pointer;
  const remedy = 'write {"Federated": "arn:aws:iam::<account>:oidc-provider/<issuer without https://>"}';
  const anybody =
    principal.everyone || principal.members.some(({ kind, value }) => kind === 'Federated' && value === '*');
  if (anybody) {
    const what =
      'a wildcard principal may let in tokens of every provider of the account, and callers of other accounts';
    return [{ severity: 'critical', where, what, remedy }];
  }
  if (!principal.members.some(({ kind, value }) => kind === 'AWS' && value === '*')) return [];
  const opens = action.patterns.some(coversAssumeRole) !== action.inverted;
  const what = opens
    ? 'every caller of every AWS account may take the role'
    : '{"AWS": "*"} is every caller with AWS keys, and none with a token: nobody comes in by this statement';
  return [{ severity: opens ? 'critical' : 'high', where, what, remedy }];
}

function coversAssumeRole(pattern: string): boolean {
  return matchGlob(toGlob(pattern.toLowerCase()), 'sts:assumerole');
}

/** Only where somebody has said which issuers are theirs. */
function findForeignProviders(facts: StatementFacts): Observation[] {
  const { statement, prefixes, ownPrefixes, letsTokensIn } = facts;
  if (!letsTokensIn || ownPrefixes.length === 0) return [];
  return prefixes
    .filter((prefix) => !ownPrefixes.includes(prefix))
    .map((prefix) => ({
      severity: 'medium',
      where: statement.principal.pointer,
      what: `the provider ${showValue(prefix)} is of none of the issuers that were given`,
      remedy: `remove it if the cluster is gone, or write …:oidc-provider/${ownPrefixes[0]}`,
    }));
}

/** It lets tokens in, and does not say of which subjects. */
function isOpenToSubjects(facts: StatementFacts): boolean {
  if (!facts.letsTokensIn || facts.neverMatches) return false;
  return !listConditionsOn('sub', facts).some(isRestriction);
}

function findDenyList(facts: StatementFacts): Condition | undefined {
  return listConditionsOn('sub', facts).find(({ operator }) => operator.negated);
}

function adviseSubject({ prefixes }: StatementFacts): string {
  return `add {"StringEquals": {${showValue(`${prefixes[0] ?? '<issuer>'}:sub`)}: "system:serviceaccount:<namespace>:<name>"}}`;
}

function findMissingAudience(facts: StatementFacts): Observation[] {
  const { statement, prefixes, letsTokensIn, neverMatches } = facts;
  if (!letsTokensIn || neverMatches || listConditionsOn('aud', facts).some(isRestriction)) return [];
  const what = "nothing is asked of the audience: a token for any of the provider's client ids will do";
  const remedy = `add {"StringEquals": {${showValue(`${prefixes[0] ?? '<issuer>'}:aud`)}: "sts.amazonaws.com"}}`;
  return [{ severity: 'low', where: statement.pointer, what, remedy }];
}

const WRITE_ACTION = 'write "Action": "sts:AssumeRoleWithWebIdentity"';

function findBroadAction({ statement: { action, effect } }: StatementFacts): Observation[] {
  const broad = action.patterns.find((pattern) => /[*?]/.test(pattern));
  if (effect === 'Deny' || action.inverted || broad === undefined) return [];
  // With sts:AssumeRole goes a second way in, by AWS keys.
  const coversMore = coversAssumeRole(broad);
  const what = `${showValue(broad)} allows more actions than a pod needs`;
  const severity =
    coversMore || judgeAction(action, 'sts:SetSourceIdentity').matches === 'yes' ? 'medium' : 'low';
  return [{ severity, where: action.pointer, what, remedy: WRITE_ACTION }];
}

function findRepeatedKeys({ statement }: StatementFacts): Observation[] {
  const seen = new Set<string>();
  const found: Observation[] = [];
  for (const { operator, key, pointer } of statement.conditions) {
    const name = `${operator.text} ${key.toLowerCase()}`;
    if (seen.has(name)) {
      const what = `${showValue(key)} is under ${operator.text} already, in another case, and IAM tells no difference`;
      const remedy = 'write it once, with a list of the values';
      found.push({ severity: 'medium', where: pointer, what, remedy });
    }
    seen.add(name);
  }
  return found;
}
