import { measureDistance } from '../../base/edit-distance.ts';
import type { ConditionScope } from '../judge/condition.ts';
import { CLAIM_KEYS } from '../judge/keys.ts';
import { judgePrincipal } from '../judge/principal.ts';
import { stripVariables } from '../judge/variables.ts';
import { matchGlob, toGlob } from '../match/glob.ts';
import { findPlatformOfSubject } from '../platforms.ts';
import type { Condition } from '../policy/condition.ts';
import { showPlain, showValue } from '../policy/problem.ts';
import type { Statement } from '../policy/statement.ts';
import { toConditionPrefix } from '../provider.ts';
import type { TrustRequest } from '../request.ts';
import type { ConditionReport, NearMiss } from '../verdict.ts';
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
  scope: ConditionScope & { readonly request: TrustRequest; readonly statement: Statement },
): NearMiss | undefined {
  if (report.matches !== 'no') return undefined;
  const prefix = toConditionPrefix(scope.request.provider.url);
  if (report.actual === 'absent') {
    const { kind, remedy, write } = explainKey(condition.key, prefix, scope.statement);
    if (write === undefined || namesWho(write, condition, { ...scope, prefix })) return { kind, remedy };
    return { kind, remedy: remedy.replace(`write ${write}`, `${write} is meant, so ${OWN_STATEMENT}`) };
  }
  const claim = readClaim(condition.key, prefix);
  const failed: FailedCondition = { ...scope, condition, report, prefix, claim };
  for (const detect of DETECTORS) {
    const found = detect(failed);
    if (found !== undefined) return found;
  }
  return undefined;
}

/**
 * Whether a condition under another key would let in those alone whom the statement names, and shut out nobody: it is for
 * this provider, and asks for the subject here or elsewhere.
 */
function namesWho(
  key: string,
  condition: Condition,
  {
    statement,
    request,
    prefix,
  }: { readonly statement: Statement; readonly request: TrustRequest; readonly prefix: string },
): boolean {
  const isExact = ({ operator }: Condition): boolean => operator.family === 'string' && !operator.negated;
  const isForProvider = judgePrincipal(statement.principal, 'Allow', request.provider).matches === 'yes';
  const isBound = statement.conditions.some(
    (other) => readClaim(other.key, prefix) === 'sub' && !other.operator.negated,
  );
  return isForProvider && (isBound || (readClaim(key, prefix) === 'sub' && isExact(condition)));
}

function readClaim(key: string, prefix: string): string | undefined {
  const name = key.toLowerCase();
  return CLAIM_KEYS.find((claim) => name === `${prefix.toLowerCase()}:${claim}`);
}

/** What no other caller loses by: the correction has it. */
const OWN_STATEMENT = 'let this caller in by a statement of its own';

/** A value that no token has may go; one that others may have stays. */
function place({ claim, request: { token } }: FailedCondition): 'write' | 'add' {
  return claim === 'sub' || (claim === 'aud' && token.audience === STS_AUDIENCE) ? 'write' : 'add';
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

function findNoValues({ report, claim }: FailedCondition): ReturnType<Detector> {
  if (report.expected.length > 0) return undefined;
  const advice = claim === 'sub' ? `write ${showActual(report.actual)}` : OWN_STATEMENT;
  return nearMiss('no-values', `an empty list matches nothing: ${advice}`);
}

function findReversedNull({ condition: { operator, key } }: FailedCondition): ReturnType<Detector> {
  if (operator.family !== 'null') return undefined;
  const remedy = `"true" asks that ${showPlain(key)} be absent, and it is there: ${OWN_STATEMENT}`;
  return nearMiss('null-reversed', remedy);
}

function findRuledOut({ condition: { operator }, report }: FailedCondition): ReturnType<Detector> {
  if (!operator.negated) return undefined;
  const remedy = `the condition rules out ${showActual(report.actual)}: say who may with StringEquals, in a statement of its own`;
  return nearMiss('ruled-out', remedy);
}

function findOldVariable({ version, report }: FailedCondition): ReturnType<Detector> {
  if (version !== '2008-10-17' || !report.expected.some((value) => value.includes('${'))) return undefined;
  const remedy = 'without "Version": "2012-10-17" a variable is plain text: write that version';
  return nearMiss('variable-in-old-version', remedy);
}

function findOtherType({
  condition: { operator, key },
  report,
  claim,
}: FailedCondition): ReturnType<Detector> {
  const isText = claim !== undefined || key.toLowerCase() === 'sts:rolesessionname';
  if (!isText || TEXT_FAMILIES.has(operator.family)) return undefined;
  const remedy = `${operator.text} does not compare texts: write StringEquals with ${showActual(report.actual)}`;
  return nearMiss('operator-of-another-type', remedy);
}

function findWildcard(failed: FailedCondition): ReturnType<Detector> {
  if (failed.condition.operator.family === 'string-like') return undefined;
  const found = findPair(
    failed,
    (expected, actual) =>
      /[*?]/.test(stripVariables(expected, failed.version)) && matchGlob(toGlob(expected), actual),
  );
  if (found === undefined) return undefined;
  const remedy = `${failed.condition.operator.text} takes * and ? as they are: ${place(failed)} ${showValue(found.actual)}`;
  return nearMiss('wildcard-under-equals', remedy);
}

function findBlanks(failed: FailedCondition): ReturnType<Detector> {
  const found = findPair(failed, (expected, actual) => expected.replace(/\s+/g, '') === actual);
  if (found === undefined) return undefined;
  return nearMiss(
    'white-space',
    `the value has white space in it: ${place(failed)} ${showValue(found.actual)} without`,
  );
}

function findCase(failed: FailedCondition): ReturnType<Detector> {
  const found = findPair(failed, (expected, actual) => expected.toLowerCase() === actual.toLowerCase());
  if (found === undefined) return undefined;
  return nearMiss('case', `upper and lower case count: ${place(failed)} ${showValue(found.actual)}`);
}

function findSwapped(failed: FailedCondition): ReturnType<Detector> {
  const { claim, prefix, request, report } = failed;
  if (claim !== 'sub' && claim !== 'aud') return undefined;
  const { sub, audience } = request.token;
  const [own, others] = claim === 'sub' ? [sub, audience] : [audience, sub];
  if (!report.expected.includes(others)) return undefined;
  const remedy = `sub and aud are swapped: write ${prefix}:${claim} ${showValue(own)}, and ${showValue(others)} under ${prefix}:${claim === 'sub' ? 'aud' : 'sub'}`;
  return nearMiss('swapped-sub-and-aud', remedy);
}

function findPlatform({ claim, report, request }: FailedCondition): ReturnType<Detector> {
  if (claim !== 'sub') return undefined;
  const platform = report.expected.map(findPlatformOfSubject).find((found) => found !== undefined);
  if (platform === undefined) return undefined;
  const remedy = `the value was copied from a policy for ${platform.name}: write ${showValue(request.token.sub)} with StringEquals`;
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
  return nearMiss('spelling', `a letter or two differ: ${place(failed)} ${showValue(found.actual)}`);
}

function tellOtherValue({ report }: FailedCondition): ReturnType<Detector> {
  const remedy = `the request has ${showActual(report.actual)}: change the request, or ${OWN_STATEMENT}`;
  return nearMiss('other-value', remedy);
}

function showActual(actual: FailedCondition['report']['actual']): string {
  return typeof actual === 'string' ? actual : actual.map(showValue).join(', ');
}
