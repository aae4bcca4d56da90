import { explainKey } from '../near-miss/key.ts';
import { findPlatformOfKey } from '../platforms.ts';
import type { Condition } from '../policy/condition.ts';
import { showValue } from '../policy/problem.ts';
import type { NearMissKind } from '../verdict.ts';
import type { LintSeverity } from './finding.ts';
import type { LintCode, LintFinding } from './rules.ts';
import { isRestriction, judgePresence, type LintScope, readClaimOfKey } from './scope.ts';

type ConditionRule = (condition: Condition, scope: LintScope) => readonly LintFinding[];

/** Rules that look at the operator and the key of one condition. */
export const KEY_RULES: readonly ConditionRule[] = [
  checkAbsentKey,
  checkSetOperator,
  checkNegatedDeny,
  checkNull,
];

const IDS: Partial<Record<NearMissKind, LintCode>> = {
  'scheme-in-key': 'scheme-in-key',
  'arn-in-key': 'arn-in-key',
  'slash-in-key': 'slash-in-key',
  'other-issuer': 'other-issuer',
  'other-platform': 'other-platform',
  'claim-is-no-key': 'claim-is-no-key',
  spelling: 'misspelt-key',
};

/** An Allow that asks for a key that is never there lets nobody in, or, with some operators, everybody. */
function checkAbsentKey(condition: Condition, scope: LintScope): readonly LintFinding[] {
  const { operator, key, pointer } = condition;
  if (scope.statement.effect === 'Deny' || operator.family === 'null') return [];
  const presence = judgePresence(key, scope.prefixes);
  const { kind, remedy } = explainKey(key, scope.prefixes[0] ?? '<issuer>');
  const passes = (code: LintCode, what: string): LintFinding[] => [
    { code, severity: severityOfOpening(scope), where: pointer, what, remedy },
  ];
  if (operator.setOperator === 'ForAllValues' && presence !== 'always') {
    return passes(
      'for-all-values-on-absent-key',
      `where ${showValue(key)} is absent, ForAllValues is true: the condition asks for nothing`,
    );
  }
  if (presence !== 'never') return [];
  if (operator.ifExists || operator.negated) {
    return passes(
      'if-exists-on-unset-key',
      `${showValue(key)} is never there, and ${operator.text} is true then: the condition asks for nothing`,
    );
  }
  const what = `${showValue(key)} is never there: this statement lets nobody in`;
  return [{ code: IDS[kind] ?? 'unset-key', severity: 'high', where: pointer, what, remedy }];
}

/** Beside a condition on the subject that holds, it opens little. */
function severityOfOpening({ statement, prefixes }: LintScope): LintSeverity {
  const isBound = statement.conditions.some(
    (condition) => readClaimOfKey(condition.key, prefixes) === 'sub' && isRestriction(condition),
  );
  return isBound ? 'medium' : 'critical';
}

const SEVERAL: ReadonlySet<string> = new Set(['aws:tagkeys', 'sts:transitivetagkeys']);

function checkSetOperator(
  { operator, key, pointer }: Condition,
  { prefixes }: LintScope,
): readonly LintFinding[] {
  if (operator.family === 'null') return [];
  const claim = readClaimOfKey(key, prefixes);
  const isKubernetes = prefixes.every((prefix) => findPlatformOfKey(`${prefix}:`) === undefined);
  const hasSeveral =
    SEVERAL.has(key.toLowerCase()) || (isKubernetes && (claim === 'oaud' || claim === 'amr'));
  if (operator.setOperator !== undefined && (claim === 'sub' || claim === 'aud')) {
    const what = `${showValue(key)} has one value, and ${operator.setOperator} is for keys with several`;
    const remedy = `write ${operator.name}: a list of values means any of them already`;
    return [{ code: 'set-operator-on-single-value', severity: 'low', where: pointer, what, remedy }];
  }
  if (operator.setOperator !== undefined || !hasSeveral) return [];
  const what = `${showValue(key)} may have several values, and AWS does not say which of them ${operator.text} looks at`;
  return [
    {
      code: 'missing-set-operator',
      severity: 'medium',
      where: pointer,
      what,
      remedy: `write ForAnyValue:${operator.text}`,
    },
  ];
}

function checkNegatedDeny(
  { operator, key, pointer }: Condition,
  { statement, prefixes }: LintScope,
): readonly LintFinding[] {
  const isOpen = operator.negated && !operator.ifExists && operator.setOperator !== 'ForAnyValue';
  if (statement.effect === 'Allow' || !isOpen) return [];
  const presence = judgePresence(key, prefixes);
  if (presence === 'always' || ALWAYS_SET.has(key.toLowerCase())) return [];
  const what = `${operator.text} is true where ${showValue(key)} is absent: the Deny then meets every pod`;
  const remedy = `write ${operator.text}IfExists if a request without the key may pass`;
  return [
    {
      code: 'negated-deny-on-absent-key',
      severity: presence === 'never' ? 'high' : 'medium',
      where: pointer,
      what,
      remedy,
    },
  ];
}

const ALWAYS_SET: ReadonlySet<string> = new Set([
  'aws:currenttime',
  'aws:epochtime',
  'aws:federatedprovider',
  'aws:securetransport',
  'sts:rolesessionname',
]);

function checkNull(
  { operator, key, values, pointer }: Condition,
  { statement, prefixes }: LintScope,
): readonly LintFinding[] {
  const asksForAbsence = operator.family === 'null' && values.some((value) => value.toLowerCase() === 'true');
  if (!asksForAbsence || statement.effect === 'Deny' || judgePresence(key, prefixes) !== 'always') return [];
  const what = `"true" asks that ${showValue(key)} be absent, and every token has it: this statement lets nobody in`;
  const remedy = 'write "false", or remove the condition';
  return [{ code: 'null-reversed', severity: 'high', where: pointer, what, remedy }];
}
