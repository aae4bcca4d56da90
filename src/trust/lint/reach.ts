import { toAscii } from '../../json/quote.ts';
import { judgeAction } from '../judge/action.ts';
import { judgeCondition } from '../judge/condition.ts';
import type { Condition } from '../policy/condition.ts';
import { showValue } from '../policy/problem.ts';
import type { TrustAction } from '../verdict.ts';
import { isMetByOthers, isRestriction, listConditionsOn, type StatementFacts } from './facts.ts';
import { namesSubjects } from './names-subjects.ts';
import type { Observation } from './rule.ts';
import { writeCondition } from './write-condition.ts';

/** All that a session of a token may need: a statement that allows one of them has its use. */
const OF_TOKENS: readonly TrustAction[] = [
  'sts:AssumeRoleWithWebIdentity',
  'sts:TagSession',
  'sts:SetSourceIdentity',
];

/** Whoever opens a statement that does not say by name who comes in opens it to others. */
export function withSubject(facts: StatementFacts): string {
  if (namesSubjects(facts.statement.conditions, facts)) return '';
  const who = listConditionsOn('sub', facts).some(isRestriction) ? 'that fits' : 'of the cluster';
  return `, with a condition on the subject: without one every ServiceAccount ${who} would come in`;
}

/** Whom a statement would let in by name. */
export function nameSubjects(facts: StatementFacts): string {
  const subjects = listConditionsOn('sub', facts)
    .filter((condition) => namesSubjects([condition], facts))
    .flatMap(({ values }) => values);
  return subjects.length === 0
    ? withSubject(facts)
    : toAscii(`, which lets in ${subjects.map(showValue).join(', ')}`);
}

/** An Allow for OIDC providers alone, of actions that none of their tokens performs. */
export function findOtherAction(facts: StatementFacts): Observation[] {
  const { statement, providers, isForTokensAlone } = facts;
  const { action, effect } = statement;
  const isUsed = OF_TOKENS.some((each) => judgeAction(action, each).matches === 'yes');
  if (effect === 'Deny' || !isForTokensAlone || providers.length === 0 || isUsed) return [];
  const what = `no token performs ${action.patterns.map(showValue).join(', ')}: this statement lets nobody in`;
  const remedy = `write "Action": "sts:AssumeRoleWithWebIdentity"${nameSubjects(facts)}`;
  return [{ severity: 'high', where: action.pointer, what, remedy }];
}

/** An Allow of AssumeRoleWithWebIdentity alone, for callers who have no token. */
export function findOtherPrincipal(facts: StatementFacts): Observation[] {
  const { statement, providers } = facts;
  const { principal, action, effect } = statement;
  const isOpen = principal.everyone || principal.members.some(({ value }) => value === '*');
  const isAlone =
    !action.inverted &&
    action.patterns.every((each) => each.toLowerCase() === 'sts:assumerolewithwebidentity');
  if (effect === 'Deny' || isOpen || providers.length > 0 || !isAlone) return [];
  const kinds = [
    ...new Set(principal.members.map(({ kind }) => (kind === 'Federated' ? 'a SAML provider' : kind))),
  ];
  const what = `${kinds.join(' and ')} is not who calls with a token of an OIDC provider: this statement lets nobody in`;
  return [{ severity: 'high', where: principal.pointer, what, remedy: adviseProvider(facts) }];
}

/** The principal that somebody with a token has, and who comes in by it then. */
export function adviseProvider(facts: StatementFacts): string {
  const arn = `arn:aws:iam::<account>:oidc-provider/${facts.prefixes[0] ?? '<issuer without https://>'}`;
  return `write {"Federated": ${showValue(arn)}}${nameSubjects(facts)}`;
}

/** The literals of a key are tried against its other conditions; what has no literals may be met by something. */
export function findContradictions(facts: StatementFacts): Observation[] {
  const { statement, isForTokensAlone, prefixes, providers } = facts;
  if (statement.effect === 'Deny' || !isForTokensAlone) return [];
  const byKey = Map.groupBy(statement.conditions, ({ key }) => key.toLowerCase());
  return [...byKey].flatMap(([key, conditions]) => {
    const isOfToken = prefixes.some((prefix) =>
      ['sub', 'aud'].some((claim) => `${prefix}:${claim}`.toLowerCase() === key),
    );
    const literal = isOfToken ? conditions.find(hasLiterals) : undefined;
    const others = conditions.filter(
      (condition) => condition !== literal && condition.operator.family !== 'null',
    );
    const [other] = others;
    if (literal === undefined || other === undefined) return [];
    if (conditions.every((condition) => isMetByOthers(condition, providers))) return [];
    if (literal.values.some((value) => others.every((each) => mayMeet(each, value, facts)))) return [];
    const what = `no value of ${showValue(literal.key)} meets ${literal.operator.text} and ${other.operator.text}: this statement lets nobody in`;
    return [
      { severity: 'high', where: other.pointer, what, remedy: writeCondition(facts, { without: others }) },
    ];
  });
}

/** The provider's ARN is a key, too: a statement may name one and ask for another. */
export function findOtherProvider(facts: StatementFacts): Observation[] {
  const { statement, isForTokensAlone } = facts;
  const { members, everyone } = statement.principal;
  const isOpen = everyone || members.some(({ value }) => value === '*');
  const arns = members.filter(({ kind, value }) => kind === 'Federated' && value.startsWith('arn:'));
  if (statement.effect === 'Deny' || !isForTokensAlone || isOpen || arns.length !== members.length) return [];
  const failing = statement.conditions.filter(
    (condition) =>
      condition.key.toLowerCase() === 'aws:federatedprovider' &&
      !arns.some(({ value }) => mayMeet(condition, value, facts)),
  );
  const remedy = writeCondition(facts, { without: failing });
  return failing.map(({ operator, pointer }) => {
    const what = `${operator.text} on "aws:FederatedProvider" shuts out every provider of the principal: this statement lets nobody in`;
    return { severity: 'high', where: pointer, what, remedy };
  });
}

function hasLiterals({ operator, values }: Condition): boolean {
  return operator.family === 'string' && !operator.negated && !values.some((value) => value.includes('${'));
}

function mayMeet(condition: Condition, value: string, { version }: StatementFacts): boolean {
  const key = condition.key.toLowerCase();
  const context = {
    find: (asked: string) =>
      asked.toLowerCase() === key
        ? { kind: 'values' as const, values: [value] }
        : { kind: 'unknown' as const },
  };
  return judgeCondition(condition, { context, version }).matches !== 'no';
}
