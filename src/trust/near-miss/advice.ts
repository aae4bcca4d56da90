import { isServiceAccountSubject } from '../../base/names/account.ts';
import { toAscii } from '../../json/quote.ts';
import { escapeVariables } from '../generate/statement.ts';
import { judgeCondition } from '../judge/condition.ts';
import type { Condition } from '../policy/condition.ts';
import { holdsWhenAbsent } from '../policy/operator.ts';
import type { TrustPolicy } from '../policy.ts';
import { isAlmostSts } from './audience.ts';
import type { FailedCondition } from './failed-condition.ts';

/** What is advised where an edit of the condition would let in others, or shut them out. The correction has it. */
export const OWN_STATEMENT = 'let this caller in by a statement of its own';

/** `write` or `add` with a value of the request, where this caller alone comes in by it and the condition then holds. */
export function adviseValue(failed: FailedCondition, actual: string): string {
  const { condition, claim, version } = failed;
  const value = toValue(actual, version);
  const edited = { ...condition, values: [...condition.values, value] };
  const isAlone = claim === 'sub' ? takesOne(condition, actual) : isForCaller(edited, failed);
  const isSafe = isAlone && holds(edited, failed);
  if (!isSafe) return `${showWhole(value)} is meant, so ${OWN_STATEMENT}`;
  return `${isOfNobody(failed) ? 'write' : 'add'} ${showWhole(value)}`;
}

/** Whether a value more lets in that subject alone: it is no pattern, nor has anybody the same in another case. */
function takesOne({ operator: { family } }: Condition, sub: string): boolean {
  if (family === 'string-ignore-case') return isServiceAccountSubject(sub);
  return family !== 'string-like' || !/[*?]/.test(sub);
}

/** A text in the words of the policy's version. */
export function toValue(text: string, version: TrustPolicy['version']): string {
  return version === '2008-10-17' ? text : escapeVariables(text);
}

/** A remedy is copied: what it says to write is never cut. */
export function showWhole(value: unknown): string {
  return toAscii(JSON.stringify(value));
}

/** Whether the one value of a condition may go, because no token has it. */
function isOfNobody({ condition, claim, request }: FailedCondition): boolean {
  const { operator, values } = condition;
  const [value = '', ...more] = values;
  const isPattern = value.includes('${') || (operator.family === 'string-like' && /[*?]/.test(value));
  if (more.length > 0 || isPattern) return false;
  if (claim === 'aud') return isAlmostSts(value);
  const subject = operator.family === 'string-ignore-case' ? value.toLowerCase() : value;
  const isForAccounts = claim === 'sub' && isServiceAccountSubject(request.token.sub);
  return isForAccounts && !isServiceAccountSubject(subject);
}

/** Whether a condition that was edited lets this caller by. */
export function holds(edited: Condition, failed: FailedCondition): boolean {
  return judgeCondition(edited, failed).matches !== 'no';
}

/** Whether a statement with one condition edited is for this caller alone, so that whoever comes in by the edit is this one. */
export function isForCaller(edited: Condition, failed: FailedCondition): boolean {
  const others = failed.statement.conditions.filter((each) => each !== failed.condition);
  return [edited, ...others].some((each) => namesCaller(each, failed));
}

/** Tokens of other providers lack the key. */
function namesCaller(
  { operator, key, values }: Condition,
  { request: { token }, prefix, version }: FailedCondition,
): boolean {
  const isExact =
    operator.family === 'string' || (operator.family === 'string-like' && !/[*?]/.test(token.sub));
  const isAsked = isExact && !operator.negated && !holdsWhenAbsent(operator);
  const isOfSubject = key.toLowerCase() === `${prefix}:sub`.toLowerCase();
  return isAsked && isOfSubject && values.every((value) => value === toValue(token.sub, version));
}

/** Whether there is room for a condition with another operator or key: JSON takes each once, and IAM does not look at case. */
export function isFree(edited: Condition, { condition, statement }: FailedCondition): boolean {
  return !statement.conditions.some(
    (other) =>
      other !== condition &&
      other.operator.text === edited.operator.text &&
      other.key.toLowerCase() === edited.key.toLowerCase(),
  );
}
