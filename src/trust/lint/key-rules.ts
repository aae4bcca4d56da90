import { isServiceAccountSubject } from '../../base/names/account.ts';
import { CLAIM_KEYS } from '../judge/keys.ts';
import type { KeyMistakeKind } from '../near-miss/key.ts';
import { holdsWhenAbsent } from '../policy/operator.ts';
import { showValue } from '../policy/problem.ts';
import { asksForPresence, type ConditionFacts, isRestriction, listConditionsOn } from './facts.ts';
import { readClaimOfKey } from './issuers.ts';
import { namesSubjects } from './names-subjects.ts';
import type { LintRule, LintSeverity, Observation } from './rule.ts';
import { writeCondition } from './write-condition.ts';

type KeyRule = LintRule<ConditionFacts>;

/** Keys that no request of a pod has, by what was meant: an Allow that asks for one lets nobody in. */
const UNSET_KEY_RULES = {
  'placeholder-in-key': {
    text: 'A condition key has the name of a template in it that nobody has filled in.',
    check: tellUnset('placeholder-in-key'),
  },
  'two-issuers': {
    text: 'A statement asks for keys of two issuers at once, and no token has both.',
    check: tellUnset('two-issuers'),
  },
  'arn-in-key': {
    text: "Condition keys begin with the issuer, not with the provider's ARN.",
    check: tellUnset('arn-in-key'),
  },
  'slash-in-key': {
    text: 'A condition key has the slashes of its issuer, no more and no fewer.',
    check: tellUnset('slash-in-key'),
  },
  'other-issuer': {
    text: 'A condition key of another issuer is never there.',
    check: tellUnset('other-issuer'),
  },
  'claim-is-no-key': {
    text: 'STS makes condition keys of a few claims only.',
    check: tellUnset('claim-is-no-key'),
  },
  'unset-key': {
    text: 'A request with the token of a ServiceAccount never has this key.',
    check: tellUnset('unset-key'),
  },
  'misspelt-key': {
    text: 'A key that nobody sets, one or two letters from one that is.',
    check: tellUnset('spelling'),
  },
  'other-platform': {
    text: 'A leftover of a policy for another platform.',
    check: tellUnset('other-platform'),
  },
} as const satisfies Readonly<Record<Exclude<KeyMistakeKind, 'spelling'> | 'misspelt-key', KeyRule>>;

/** Rules that ask whether the key of a condition is there. */
export const KEY_RULES = {
  'if-exists-on-unset-key': {
    text: 'A condition with IfExists on a key that is never there is no condition at all.',
    check(facts) {
      const { operator, key } = facts.condition;
      const isTrue = operator.setOperator === undefined && holdsWhenAbsent(operator);
      if (!isAsked(facts) || facts.presence !== 'never' || !isTrue) return [];
      const what = `${showValue(key)} is never there, and ${operator.text} is true then: the condition asks for nothing`;
      return [tellOpening(facts, what)];
    },
  },
  'for-all-values-on-absent-key': {
    text: 'ForAllValues is true where the key is absent.',
    check(facts) {
      const { operator, key } = facts.condition;
      const isTrue = operator.setOperator === 'ForAllValues' && facts.presence !== 'always';
      if (!isAsked(facts) || !isTrue || asksForPresence(facts)) return [];
      const what = `where ${showValue(key)} is absent, ForAllValues is true: the condition asks for nothing`;
      return [tellOpening(facts, what)];
    },
  },
  ...UNSET_KEY_RULES,
} as const satisfies Readonly<Record<string, KeyRule>>;

/** An Allow for tokens wants a value of the key. */
function isAsked({ statement, condition, isForTokens }: ConditionFacts): boolean {
  return statement.effect === 'Allow' && isForTokens && condition.operator.family !== 'null';
}

/** Beside a condition on the subject that holds, it opens little. */
function tellOpening(facts: ConditionFacts, what: string): Observation {
  const { condition, presence } = facts;
  const isBound = listConditionsOn('sub', facts).some(isRestriction);
  const severity: LintSeverity = isBound ? 'medium' : 'critical';
  const remedy =
    presence === 'never'
      ? `${writeCondition(facts, { without: [condition], claims: ['sub'] })}${isBound ? '' : ': all others are shut out then'}`
      : `add {"Null": {${showValue(condition.key)}: "false"}}: requests without the key are shut out then`;
  return { severity, where: condition.pointer, what, remedy };
}

function tellUnset(kind: KeyMistakeKind): KeyRule['check'] {
  return (facts) => {
    const { condition, presence, mistake } = facts;
    const { operator, key, pointer } = condition;
    if (!isAsked(facts) || !facts.isForTokensAlone || holdsWhenAbsent(operator)) return [];
    if (presence !== 'never' || mistake.kind !== kind || isOfAnyIssuer(facts)) return [];
    const what = `${showValue(key)} is never there: this statement lets nobody in`;
    return [{ severity: 'high', where: pointer, what, remedy: adviseUnset(facts) }];
  };
}

/** Under a wildcard principal come tokens of issuers that nobody has named, and each has keys of its own. */
function isOfAnyIssuer({ providers, condition: { key } }: ConditionFacts): boolean {
  const [issuer = '', claim = '', ...rest] = key.toLowerCase().split(':');
  return (
    providers.length === 0 &&
    rest.length === 0 &&
    /^[^$<{%[]+\.[^$<{%[]+$/.test(issuer) &&
    CLAIM_KEYS.includes(claim)
  );
}

/** To rename a key is right where its values say who comes in then, or the rest of the statement does. */
function adviseUnset(facts: ConditionFacts): string {
  const { condition, mistake, statement, prefixes } = facts;
  const { write } = mistake;
  if (write === undefined || prefixes.length > 1)
    return withReason(mistake, writeCondition(facts, { without: [condition] }));
  const isThere = statement.conditions.some(({ key }) => key.toLowerCase() === write.toLowerCase());
  const claim = readClaimOfKey(write, prefixes);
  const isNamed = namesSubjects(statement.conditions, facts);
  if (claim === undefined && isNamed) return mistake.remedy;
  const isExact = condition.operator.family === 'string' && condition.values.every(isServiceAccountSubject);
  const isBound = claim === 'sub' ? isExact : isNamed;
  if (isBound && !isThere) return mistake.remedy;
  const { values } = condition;
  return withReason(
    mistake,
    writeCondition(facts, {
      without: [condition],
      ...(claim === undefined ? {} : { instead: { claim, values } }),
    }),
  );
}

/** Why the key is not there, without what somebody who asks for one caller would do. */
function withReason({ remedy }: ConditionFacts['mistake'], advice: string): string {
  const why = remedy.slice(0, Math.max(remedy.lastIndexOf(': '), 0));
  return why === '' ? advice : `${why}: ${advice}`;
}
