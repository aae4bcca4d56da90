import { measureDistance } from '../../base/edit-distance.ts';
import { isServiceAccountSubject } from '../../base/names/account.ts';
import { CLAIM_KEYS } from '../judge/keys.ts';
import { stripVariables } from '../judge/variables.ts';
import { matchGlob, toGlob } from '../match/glob.ts';
import { findPlatformOfSubject } from '../platforms.ts';
import type { Condition } from '../policy/condition.ts';
import { holdsWhenAbsent, parseOperator } from '../policy/operator.ts';
import { showPlain, showValue } from '../policy/problem.ts';
import { toConditionPrefix } from '../provider.ts';
import type { ConditionReport, NearMiss } from '../verdict.ts';
import { adviseValue, holds, isForCaller, isFree, OWN_STATEMENT, showWhole, toValue } from './advice.ts';
import { isAlmostSts, STS_AUDIENCE } from './audience.ts';
import { type Detector, type FailedCondition, nearMiss } from './failed-condition.ts';
import { explainKey } from './key.ts';
import { findOtherServiceAccount } from './subject.ts';

/** For keys that the request has, with other values; in this order. */
const DETECTORS: readonly Detector[] = [
  findNoValues,
  findReversedNull,
  findRuledOut,
  findOldVariable,
  findOtherType,
  findWildcard,
  findBlanks,
  findCase,
  findSwapped,
  findPlatform,
  findOtherServiceAccount,
  findSessionName,
  findSpelling,
  tellOtherValue,
];

/** Why a condition does not match, and what to write instead; undefined where it does, or where that is not known. */
export function explainCondition(
  condition: Condition,
  report: ConditionReport,
  scope: Omit<FailedCondition, 'condition' | 'report' | 'prefix' | 'claim'>,
): NearMiss | undefined {
  if (report.matches !== 'no') return undefined;
  const prefix = toConditionPrefix(scope.request.provider.url);
  const claim = readClaim(condition.key, prefix);
  const failed: FailedCondition = { ...scope, condition, report, prefix, claim };
  if (report.actual === 'absent') return explainAbsence(failed);
  for (const detect of DETECTORS) {
    const found = detect(failed);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** To rename a key is right where this caller alone comes in then. */
function explainAbsence(failed: FailedCondition): NearMiss {
  const { condition, prefix, statement, request } = failed;
  const { kind, remedy, write, why = '' } = explainKey(condition.key, prefix, statement);
  if (write === undefined) return { kind, remedy };
  const edited = { ...condition, key: write };
  // Callers of other kinds may have the key as it is.
  const { everyone, members } = statement.principal;
  const isOfOne = !everyone && members.every(({ value }) => value === request.provider.arn);
  const isOfCall = readClaim(write, prefix) === undefined;
  const isSafe = isOfOne && isFree(edited, failed) && isForCaller(edited, failed);
  if (isSafe && (isOfCall || holds(edited, failed))) return { kind, remedy };
  return nearMiss(kind, `${why}${write} is meant, so ${OWN_STATEMENT}`);
}

function readClaim(key: string, prefix: string): string | undefined {
  const name = key.toLowerCase();
  return CLAIM_KEYS.find((claim) => name === `${prefix.toLowerCase()}:${claim}`);
}

const TEXT_FAMILIES: ReadonlySet<string> = new Set(['string', 'string-ignore-case', 'string-like']);

/** Each value of the policy beside each of the request. */
function findPair(
  { report, condition }: FailedCondition,
  isAlike: (expected: string, actual: string) => boolean,
): { readonly expected: string; readonly actual: string } | undefined {
  if (!TEXT_FAMILIES.has(condition.operator.family) || typeof report.actual === 'string') return undefined;
  for (const expected of report.expected) {
    const actual = report.actual.find((value) => isAlike(expected, value));
    if (actual !== undefined) return { expected, actual };
  }
  return undefined;
}

function findNoValues(failed: FailedCondition): ReturnType<Detector> {
  const { condition, report, claim, request } = failed;
  if (report.expected.length > 0) return undefined;
  const isSubject = claim === 'sub' && TEXT_FAMILIES.has(condition.operator.family);
  const advice = isSubject ? adviseValue(failed, request.token.sub) : OWN_STATEMENT;
  return nearMiss('no-values', `an empty list matches nothing: ${advice}`);
}

function findReversedNull({ condition: { operator, key } }: FailedCondition): ReturnType<Detector> {
  if (operator.family !== 'null') return undefined;
  const remedy = `"true" asks that ${showPlain(key)} be absent, and it is there: ${OWN_STATEMENT}`;
  return nearMiss('null-reversed', remedy);
}

function findRuledOut({ condition: { operator }, report }: FailedCondition): ReturnType<Detector> {
  if (!operator.negated) return undefined;
  const remedy = `the condition rules out ${showActual(report.actual)}: ${OWN_STATEMENT}, with StringEquals`;
  return nearMiss('ruled-out', remedy);
}

/** A version is of the whole policy: a variable anywhere else would become one, too. */
function findOldVariable(failed: FailedCondition): ReturnType<Detector> {
  const { version, condition, statements } = failed;
  if (version !== '2008-10-17' || !condition.values.some(hasVariable)) return undefined;
  const isAlone = statements
    .flatMap(({ conditions }) => conditions)
    .every((other) => other === condition || !other.values.some(hasVariable));
  const isSafe =
    isAlone && isForCaller(condition, failed) && holds(condition, { ...failed, version: '2012-10-17' });
  const advice = isSafe ? 'write "Version": "2012-10-17"' : OWN_STATEMENT;
  return nearMiss('variable-in-old-version', `a variable is plain text before version 2012-10-17: ${advice}`);
}

function hasVariable(value: string): boolean {
  return value.includes('${');
}

function findOtherType(failed: FailedCondition): ReturnType<Detector> {
  const { condition, claim } = failed;
  const { operator, key } = condition;
  const isText = claim !== undefined || key.toLowerCase() === 'sts:rolesessionname';
  if (!isText || TEXT_FAMILIES.has(operator.family)) return undefined;
  return nearMiss(
    'operator-of-another-type',
    `${operator.text} does not compare texts: ${adviseEquals(failed)}`,
  );
}

/** In the place of a condition that no subject of a ServiceAccount meets, and no token of another provider. */
function adviseEquals(failed: FailedCondition): string {
  const { condition, claim, version, request } = failed;
  const { operator, key } = condition;
  const { sub } = request.token;
  const isMetByNone =
    operator.family !== 'binary' && !holdsWhenAbsent(operator) && isServiceAccountSubject(sub);
  const equals = parseOperator('StringEquals');
  if (claim !== 'sub' || !isMetByNone || equals === undefined) return OWN_STATEMENT;
  if (!isFree({ ...condition, operator: equals }, failed)) return OWN_STATEMENT;
  return `write ${showWhole({ StringEquals: { [key]: toValue(sub, version) } })} in its place`;
}

function findWildcard(failed: FailedCondition): ReturnType<Detector> {
  if (failed.condition.operator.family === 'string-like') return undefined;
  const found = findPair(
    failed,
    (expected, actual) =>
      /[*?]/.test(stripVariables(expected, failed.version)) && matchGlob(toGlob(expected), actual),
  );
  if (found === undefined) return undefined;
  const remedy = `${failed.condition.operator.text} takes * and ? as they are: ${adviseValue(failed, found.actual)}`;
  return nearMiss('wildcard-under-equals', remedy);
}

function findBlanks(failed: FailedCondition): ReturnType<Detector> {
  const found = findPair(failed, (expected, actual) => expected.replace(/\s+/g, '') === actual);
  if (found === undefined) return undefined;
  return nearMiss('white-space', `the value has white space in it: ${adviseValue(failed, found.actual)}`);
}

function findCase(failed: FailedCondition): ReturnType<Detector> {
  const found = findPair(failed, (expected, actual) => expected.toLowerCase() === actual.toLowerCase());
  if (found === undefined) return undefined;
  return nearMiss('case', `upper and lower case count: ${adviseValue(failed, found.actual)}`);
}

function findSwapped(failed: FailedCondition): ReturnType<Detector> {
  const { claim, prefix, request, report, condition, version } = failed;
  const { sub, audience } = request.token;
  if ((claim !== 'sub' && claim !== 'aud') || !isServiceAccountSubject(sub)) return undefined;
  const others = claim === 'sub' ? audience : sub;
  if (!report.expected.includes(others)) return undefined;
  const right = {
    StringEquals: { [`${prefix}:sub`]: toValue(sub, version), [`${prefix}:aud`]: toValue(audience, version) },
  };
  // Nobody comes in by a statement that wants the one of the other.
  const isOfNobody =
    report.expected.every((value) => value === others) && !holdsWhenAbsent(condition.operator);
  const advice = isOfNobody
    ? `write ${showWhole(right)} in the place of all conditions on the two`
    : OWN_STATEMENT;
  return nearMiss('swapped-sub-and-aud', `sub and aud are swapped: ${advice}`);
}

function findPlatform(failed: FailedCondition): ReturnType<Detector> {
  const { claim, report, request } = failed;
  const { sub } = request.token;
  if (claim !== 'sub' || !isServiceAccountSubject(sub)) return undefined;
  const platform = report.expected.map(findPlatformOfSubject).find((found) => found !== undefined);
  if (platform === undefined) return undefined;
  const remedy = `the value was copied from a policy for ${platform.name}: ${adviseValue(failed, sub)}`;
  return nearMiss('other-platform', remedy);
}

/** Names that SDKs make up: which one comes depends on the program in the pod. */
const SDK_SESSION = /^(botocore-session-|aws-sdk-|aws-go-sdk-|[0-9]{10,}$)/;

function findSessionName({ condition: { key }, report }: FailedCondition): ReturnType<Detector> {
  const isMadeUp = report.expected.some((value) => SDK_SESSION.test(value));
  if (key.toLowerCase() !== 'sts:rolesessionname' || !isMadeUp) return undefined;
  const remedy =
    'each SDK makes up names of its own: set AWS_ROLE_SESSION_NAME in the pod to a name that the condition takes';
  return nearMiss('session-name-of-an-sdk', remedy);
}

function findSpelling(failed: FailedCondition): ReturnType<Detector> {
  const found = findPair(failed, (expected, actual) => {
    const isMeant = actual === STS_AUDIENCE && isAlmostSts(expected);
    return isMeant || measureDistance(expected, actual) <= 2;
  });
  if (found === undefined) return undefined;
  return nearMiss('spelling', `a letter or two differ: ${adviseValue(failed, found.actual)}`);
}

function tellOtherValue({ report }: FailedCondition): ReturnType<Detector> {
  const remedy = `the request has ${showActual(report.actual)}: change the request, or ${OWN_STATEMENT}`;
  return nearMiss('other-value', remedy);
}

function showActual(actual: FailedCondition['report']['actual']): string {
  return typeof actual === 'string' ? actual : actual.map(showValue).join(', ');
}
