import { takesAny } from '../fix/tighten.ts';
import { STS_AUDIENCE } from '../near-miss/audience.ts';
import { holdsWhenAbsent } from '../policy/operator.ts';
import { showValue } from '../policy/problem.ts';
import { asksForPresence, type ConditionFacts, isMetByOthers, isOfAnotherType } from './facts.ts';
import { readClaimOfKey } from './issuers.ts';
import { namesSubjects } from './names-subjects.ts';
import { KEEPING_TEXTS } from './old-version.ts';
import type { LintRule, Observation } from './rule.ts';
import { writeCondition } from './write-condition.ts';

type ConditionRule = LintRule<ConditionFacts>;

/** Rules that look at the operator of a condition, with its key and its list of values. */
export const CONDITION_RULES = {
  'set-operator-on-single-value': {
    text: 'Set operators are for keys with several values.',
    check: findSetOperator,
  },
  'missing-set-operator': {
    text: 'A key with several values needs ForAnyValue or ForAllValues to have a meaning.',
    check: findMissingSetOperator,
  },
  'negated-deny-on-absent-key': {
    text: 'A Deny whose operator is true without the key (negated, IfExists, ForAllValues) also denies where it is absent.',
    check: findOpenDeny,
  },
  'null-reversed': {
    text: 'Null with "true" asks for a key to be absent.',
    check(facts) {
      const { condition, statement, presence, isForTokensAlone } = facts;
      const { operator, key, values, pointer } = condition;
      const asksForAbsence =
        operator.family === 'null' && values.some((value) => value.toLowerCase() === 'true');
      if (
        !asksForAbsence ||
        statement.effect === 'Deny' ||
        presence !== 'always' ||
        !isForTokensAlone ||
        isMetByOthers(condition, facts.providers)
      )
        return [];
      const what = `"true" asks that ${showValue(key)} be absent, and every request has it: this statement lets nobody in`;
      return [
        { severity: 'high', where: pointer, what, remedy: writeCondition(facts, { without: [condition] }) },
      ];
    },
  },
  'no-values': {
    text: 'An empty list of values matches nothing.',
    check(facts) {
      const { condition, statement, claim, isForTokensAlone } = facts;
      const { values, operator, pointer } = condition;
      if (values.length > 0 || statement.effect === 'Deny' || operator.negated || !isForTokensAlone)
        return [];
      if (isMetByOthers(condition, facts.providers)) return [];
      const what = 'an empty list of values matches nothing: this statement lets nobody in';
      const isClaim = claim === 'sub' || claim === 'aud';
      const remedy = isClaim
        ? writeCondition(facts, { without: [condition] })
        : 'give the value that is meant';
      return [{ severity: 'high', where: pointer, what, remedy }];
    },
  },
  'operator-of-another-type': {
    text: 'An operator that compares numbers, dates, addresses or ARNs never meets a subject.',
    check(facts) {
      const { condition, claim, statement, isForPlatform, isForTokensAlone } = facts;
      const { operator, key, values, pointer } = condition;
      // An audience may be a number or an ARN, and no text that is none.
      const isText = operator.family === 'arn' && !values.some((value) => /^(arn:|[*?$])/i.test(value));
      if (
        !(claim === 'sub' || (claim === 'aud' && isText)) ||
        !isOfAnotherType(operator) ||
        values.length === 0 ||
        isMetByOthers(condition, facts.providers) ||
        isForPlatform ||
        statement.effect === 'Deny' ||
        !isForTokensAlone
      )
        return [];
      const what = `${operator.text} does not compare texts, and ${showValue(key)} is one: this statement lets nobody in`;
      const remedy = writeCondition(facts, { without: [condition], instead: { claim, values } });
      return [{ severity: 'high', where: pointer, what, remedy }];
    },
  },
  'audience-wildcard': {
    text: 'A pattern that any audience fits asks for none.',
    check({ condition, claim, statement }) {
      const { key, pointer, operator } = condition;
      const isTwice = statement.conditions.some(
        (other) => other !== condition && other.key.toLowerCase() === key.toLowerCase(),
      );
      if (claim !== 'aud' || statement.effect === 'Deny' || !takesAny(condition) || isTwice) return [];
      const what = `${operator.text} takes any audience: a token for any of the provider's client ids will do`;
      const remedy = `write {"StringEquals": {${showValue(key)}: "${STS_AUDIENCE}"}} in its place: tokens for other audiences are shut out then`;
      return [{ severity: 'low', where: pointer, what, remedy }];
    },
  },
  'variable-in-old-version': {
    text: 'Policy variables are plain text before version 2012-10-17.',
    check(facts) {
      const { condition, version, variables, letsTokensIn } = facts;
      const { values, pointer } = condition;
      const variable = values.find((value) => value.includes('${'));
      if (version !== '2008-10-17' || variable === undefined) return [];
      const what = `${showValue(variable)} has a variable, which is plain text in version 2008-10-17`;
      const isOpen = letsTokensIn && !namesSubjects(facts.statement.conditions, facts);
      const remedy = `write "Version": "2012-10-17"${variables > 1 ? KEEPING_TEXTS : ''}${isOpen ? ', with a condition on the subject: all others are shut out then' : ''}`;
      return [{ severity: 'high', where: pointer, what, remedy }];
    },
  },
} as const satisfies Readonly<Record<string, ConditionRule>>;

function findSetOperator({ condition, claim, statement, providers }: ConditionFacts): Observation[] {
  const { operator, key, pointer } = condition;
  const isSingle = claim === 'sub' || claim === 'aud';
  if (operator.family === 'null' || operator.setOperator === undefined || !isSingle) return [];
  const plain = operator.text.slice(operator.setOperator.length + 1);
  // Two lists in one would let in whoever is in either.
  const isTaken = statement.conditions.some(
    (other) => other.operator.text === plain && other.key.toLowerCase() === key.toLowerCase(),
  );
  // Tokens of other issuers lack the key, and the two need not be alike to them.
  const isAlike = holdsWhenAbsent(operator) === holdsWhenAbsent({ ...operator, setOperator: undefined });
  const isOfOne = statement.principal.members.length === 1 && readClaimOfKey(key, providers) !== undefined;
  if (isTaken || (!isAlike && !isOfOne)) return [];
  const what = `${showValue(key)} has one value, and ${operator.setOperator} is for keys with several`;
  const remedy = `write ${plain}: a list of values means any of them already`;
  return [{ severity: 'low', where: pointer, what, remedy }];
}

/** Of the keys that every request may have. */
const SEVERAL: ReadonlySet<string> = new Set(['aws:tagkeys', 'sts:transitivetagkeys']);

function findMissingSetOperator({ condition, claim, isForPlatform }: ConditionFacts): Observation[] {
  const { operator, key, pointer } = condition;
  const isList = !isForPlatform && (claim === 'oaud' || claim === 'amr');
  const hasSeveral = SEVERAL.has(key.toLowerCase()) || isList;
  if (operator.family === 'null' || operator.setOperator !== undefined || !hasSeveral) return [];
  const what = `${showValue(key)} may have several values, and AWS does not say which of them ${operator.text} looks at`;
  // What is true where the key is absent stays so.
  const setOperator = holdsWhenAbsent(operator) ? 'ForAllValues' : 'ForAnyValue';
  return [{ severity: 'medium', where: pointer, what, remedy: `write ${setOperator}:${operator.text}` }];
}

function findOpenDeny(facts: ConditionFacts): Observation[] {
  const { condition, statement, presence, isForTokens } = facts;
  const { operator, key, pointer } = condition;
  if (statement.effect === 'Allow' || operator.family === 'null' || !holdsWhenAbsent(operator)) return [];
  if (presence === 'always' || !isForTokens || asksForPresence(facts)) return [];
  const what = `${operator.text} is true where ${showValue(key)} is absent: the Deny then meets every pod`;
  const remedy = `if a request without the key may pass, add {"Null": {${showValue(key)}: "false"}}: the Deny then lets such requests alone`;
  return [{ severity: presence === 'never' ? 'high' : 'medium', where: pointer, what, remedy }];
}
