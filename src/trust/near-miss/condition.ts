import { measureDistance } from '../../base/edit-distance.ts';
import type { ConditionScope } from '../judge/condition.ts';
import { CLAIM_KEYS } from '../judge/keys.ts';
import { stripVariables } from '../judge/variables.ts';
import { matchGlob, toGlob } from '../match/glob.ts';
import { findPlatformOfSubject } from '../platforms.ts';
import type { Condition } from '../policy/condition.ts';
import { showPlain, showValue } from '../policy/problem.ts';
import { toConditionPrefix } from '../provider.ts';
import type { TrustRequest } from '../request.ts';
import type { ConditionReport, NearMiss } from '../verdict.ts';
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
  scope: ConditionScope & { readonly request: TrustRequest },
): NearMiss | undefined {
  if (report.matches !== 'no') return undefined;
  const prefix = toConditionPrefix(scope.request.provider.url);
  if (report.actual === 'absent') return explainKey(condition.key, prefix);
  const claim = readClaim(condition.key, prefix);
  const failed: FailedCondition = { ...scope, condition, report, prefix, claim };
  for (const detect of DETECTORS) {
    const found = detect(failed);
    if (found !== undefined) return found;
  }
  return undefined;
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

function findNoValues({ report }: FailedCondition): ReturnType<Detector> {
  if (report.expected.length > 0) return undefined;
  return nearMiss('no-values', `an empty list matches nothing: write ${showActual(report.actual)}`);
}

function findReversedNull({ condition: { operator, key } }: FailedCondition): ReturnType<Detector> {
  if (operator.family !== 'null') return undefined;
  const remedy = `"true" asks that ${showPlain(key)} be absent, and it is there: write "false", or remove the condition`;
  return nearMiss('null-reversed', remedy);
}

function findRuledOut({ condition: { operator }, report }: FailedCondition): ReturnType<Detector> {
  if (!operator.negated) return undefined;
  const remedy = `the condition rules out ${showActual(report.actual)}: take it off the list, or better say who may with StringEquals`;
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
  const wild = report.expected.some((value) => /[*?]/.test(value));
  const remedy = `${operator.text} does not compare texts: write ${wild ? 'StringLike' : 'StringEquals'} with ${showActual(report.actual)}`;
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
  const remedy = `${failed.condition.operator.text} takes * and ? as they are: write StringLike for the pattern, or better ${showValue(found.actual)} with StringEquals`;
  return nearMiss('wildcard-under-equals', remedy);
}

function findBlanks(failed: FailedCondition): ReturnType<Detector> {
  const found = findPair(failed, (expected, actual) => expected.replace(/\s+/g, '') === actual);
  if (found === undefined) return undefined;
  return nearMiss('white-space', `the value has white space in it: write ${showValue(found.actual)} without`);
}

function findCase(failed: FailedCondition): ReturnType<Detector> {
  const found = findPair(failed, (expected, actual) => expected.toLowerCase() === actual.toLowerCase());
  if (found === undefined) return undefined;
  return nearMiss('case', `upper and lower case count: write ${showValue(found.actual)}`);
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
    'each SDK makes up names of its own: set AWS_ROLE_SESSION_NAME in the pod and ask for that, or remove the condition';
  return nearMiss('session-name-of-an-sdk', remedy);
}

/** Audiences that people write for STS's, `sts.amazonaws.com`. */
export const ALMOST_STS: ReadonlySet<string> = new Set([
  'https://sts.amazonaws.com',
  'sts.amazon.com',
  'sts.amazonaws.com/',
  'sts.aws.amazon.com',
  'sts.aws.com',
]);

function findSpelling(failed: FailedCondition): ReturnType<Detector> {
  const found = findPair(failed, (expected, actual) => {
    const isAlmostSts = actual === 'sts.amazonaws.com' && ALMOST_STS.has(expected);
    return isAlmostSts || measureDistance(expected, actual) <= 2;
  });
  if (found === undefined) return undefined;
  return nearMiss('spelling', `a letter or two differ: write ${showValue(found.actual)}`);
}

function tellOtherValue({ condition, report }: FailedCondition): ReturnType<Detector> {
  const remedy = `the request has ${showActual(report.actual)}: let ${condition.operator.text} take that, change the request, or remove the condition`;
  return nearMiss('other-value', remedy);
}

function showActual(actual: FailedCondition['report']['actual']): string {
  return typeof actual === 'string' ? actual : actual.map(showValue).join(', ');
}
