import { isServiceAccountSubject, SUBJECT_PREFIX } from '../../base/names/account.ts';
import { ALMOST_STS } from '../audiences.ts';
import { findPlatformOfKey, findPlatformOfSubject } from '../platforms.ts';
import type { Condition } from '../policy/condition.ts';
import { showValue } from '../policy/problem.ts';
import type { LintCode, LintFinding } from './rules.ts';
import { isRestriction, type LintScope, readClaimOfKey } from './scope.ts';
import { measureBreadth } from './subject.ts';

/** Rules that look at the values of one condition. */
export const VALUE_RULES: readonly ((condition: Condition, scope: LintScope) => readonly LintFinding[])[] = [
  checkEmpty,
  checkVariables,
  checkClaimValues,
];

function checkEmpty(
  { values, operator, pointer }: Condition,
  { statement }: LintScope,
): readonly LintFinding[] {
  if (values.length > 0 || statement.effect === 'Deny' || operator.negated) return [];
  const what = 'an empty list of values matches nothing: this statement lets nobody in';
  return [{ code: 'no-values', severity: 'high', where: pointer, what, remedy: 'give at least one value' }];
}

function checkVariables({ values, pointer }: Condition, { version }: LintScope): readonly LintFinding[] {
  const variable = values.find((value) => value.includes('${'));
  if (version !== '2008-10-17' || variable === undefined) return [];
  const what = `${showValue(variable)} has a variable, which is plain text in version 2008-10-17`;
  const remedy = 'write "Version": "2012-10-17"';
  return [{ code: 'variable-in-old-version', severity: 'high', where: pointer, what, remedy }];
}

type ValueCheck = (
  value: string,
  condition: Condition,
  scope: LintScope,
) => Omit<LintFinding, 'where'> | undefined;

/** Of each value only the first thing that is wrong with it. */
function checkClaimValues(condition: Condition, scope: LintScope): readonly LintFinding[] {
  const claim = readClaimOfKey(condition.key, scope.prefixes);
  if (scope.statement.effect === 'Deny' || !isRestriction(condition)) return [];
  const checks = claim === 'sub' ? SUBJECT_CHECKS : claim === 'aud' ? AUDIENCE_CHECKS : [];
  return condition.values.flatMap((value) => {
    for (const check of checks) {
      const found = check(value, condition, scope);
      if (found !== undefined) return [{ ...found, where: condition.pointer }];
    }
    return [];
  });
}

const SUBJECT_CHECKS: readonly ValueCheck[] = [
  checkSwappedSubject,
  checkPlatform,
  checkBlanks,
  checkEquals,
  checkBreadth,
  checkShape,
];
const AUDIENCE_CHECKS: readonly ValueCheck[] = [
  checkSwappedAudience,
  checkBlanks,
  checkEquals,
  checkSpelling,
];

function high(code: LintCode, what: string, remedy: string): Omit<LintFinding, 'where'> {
  return { code, severity: 'high', what, remedy };
}

function checkSwappedSubject(value: string): ReturnType<ValueCheck> {
  if (value !== 'sts.amazonaws.com') return undefined;
  return high(
    'swapped-sub-and-aud',
    `${showValue(value)} is an audience, and the key asks for the subject`,
    'swap the values of sub and aud',
  );
}

function checkSwappedAudience(value: string): ReturnType<ValueCheck> {
  if (!value.startsWith(SUBJECT_PREFIX)) return undefined;
  return high(
    'swapped-sub-and-aud',
    `${showValue(value)} is a subject, and the key asks for the audience`,
    'swap the values of sub and aud',
  );
}

/** A role for GitHub has subjects of GitHub. */
function isForPlatform({ prefixes }: LintScope): boolean {
  return prefixes.some((prefix) => findPlatformOfKey(`${prefix}:`) !== undefined);
}

function checkPlatform(value: string, _: Condition, scope: LintScope): ReturnType<ValueCheck> {
  const platform = findPlatformOfSubject(value);
  if (platform === undefined || isForPlatform(scope)) return undefined;
  const what = `${showValue(value)} is a subject of ${platform.name}, and no token of a cluster has it`;
  return high('other-platform', what, 'write system:serviceaccount:<namespace>:<name>');
}

function checkBlanks(value: string): ReturnType<ValueCheck> {
  if (!/\s/.test(value)) return undefined;
  return high(
    'white-space',
    `${showValue(value)} has white space in it, and no token has`,
    'write it without',
  );
}

function checkEquals(value: string, { operator }: Condition): ReturnType<ValueCheck> {
  const isExact = operator.family === 'string' || operator.family === 'string-ignore-case';
  if (!isExact || !/[*?]/.test(value)) return undefined;
  const what = `${operator.text} takes the wildcards of ${showValue(value)} for plain characters, and no token has them`;
  return high('wildcard-under-equals', what, 'name each in full, or write StringLike');
}

function checkBreadth(value: string, { operator }: Condition, scope: LintScope): ReturnType<ValueCheck> {
  const breadth =
    operator.family === 'string-like' && !isForPlatform(scope) ? measureBreadth(value) : undefined;
  if (breadth === undefined) return undefined;
  return {
    code: 'subject-wildcard',
    severity: breadth.severity,
    what: `${showValue(value)} lets in ${breadth.who}`,
    remedy: 'name each ServiceAccount in full, with StringEquals',
  };
}

/** Other OIDC providers have other subjects: only what means to be a ServiceAccount's is looked at. */
function checkShape(
  value: string,
  { operator }: Condition,
  { ownPrefixes }: LintScope,
): ReturnType<ValueCheck> {
  const isMeant = ownPrefixes.length > 0 || /serviceaccount/i.test(value);
  const subject = operator.family === 'string-ignore-case' ? value.toLowerCase() : value;
  if (!isMeant || value.includes('${') || isServiceAccountSubject(subject)) return undefined;
  const what = `${showValue(value)} is the subject of no ServiceAccount`;
  return high('subject-malformed', what, 'write system:serviceaccount:<namespace>:<name>, all in lower case');
}

function checkSpelling(value: string): ReturnType<ValueCheck> {
  if (!ALMOST_STS.has(value)) return undefined;
  return high(
    'audience-misspelt',
    `${showValue(value)} is not what tokens for STS have`,
    'write sts.amazonaws.com',
  );
}
