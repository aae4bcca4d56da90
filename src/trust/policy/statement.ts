import { findNearest } from '../../base/edit-distance.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import { type ActionElement, readAction } from './action.ts';
import { type Condition, readConditions } from './condition.ts';
import { type PrincipalElement, readPrincipal } from './principal.ts';
import { type ReadingContext, showValue } from './problem.ts';

export interface Statement {
  /** From 0. */
  readonly index: number;
  /** `/Statement/0`, or `/Statement` where there is no list. */
  readonly pointer: string;
  readonly sid: string | undefined;
  readonly effect: 'Allow' | 'Deny';
  readonly action: ActionElement;
  readonly principal: PrincipalElement;
  readonly conditions: readonly Condition[];
}

const MEMBERS = ['Sid', 'Effect', 'Principal', 'Action', 'NotAction', 'Condition'];

/**
 * Source: IAM user guide, "Grammar of the IAM JSON policy language".
 * @param index from 0
 */
export function readStatement(value: unknown, index: number, context: ReadingContext): Statement | undefined {
  const { pointer, lists } = context;
  if (!isRecord(value)) {
    const remedy = 'give an object with Effect, Principal, Action and Condition';
    lists.problems.push({ pointer, problem: `it is ${showValue(value)}`, remedy });
    return undefined;
  }
  checkMembers(value, context);
  const effect = readEffect(value, context);
  return {
    index,
    pointer,
    sid: readSid(value, context),
    effect,
    action: readAction(value, context),
    principal: readPrincipal(value, effect, context),
    conditions: readConditions(readMember(value, 'Condition'), { pointer: `${pointer}/Condition`, lists }),
  };
}

function checkMembers(statement: JsonRecord, { pointer, lists: { problems } }: ReadingContext): void {
  for (const name of Object.keys(statement)) {
    // What NotPrincipal would be for is told with the principals.
    if (MEMBERS.includes(name) || name === 'NotPrincipal') continue;
    if (name === 'Resource' || name === 'NotResource') {
      const problem = `it has the prohibited field ${name}: the resource of a trust policy is its role`;
      problems.push({ pointer: `${pointer}/${name}`, problem, remedy: 'remove it' });
      continue;
    }
    const nearest = findNearest(name, MEMBERS);
    const remedy = nearest === undefined ? 'remove it' : `write ${nearest}`;
    problems.push({ pointer, problem: `it has the unknown member ${showValue(name)}`, remedy });
  }
}

function readEffect(statement: JsonRecord, { pointer, lists }: ReadingContext): Statement['effect'] {
  const effect = readMember(statement, 'Effect');
  if (effect === 'Allow' || effect === 'Deny') return effect;
  lists.problems.push({
    pointer: effect === undefined ? pointer : `${pointer}/Effect`,
    problem: effect === undefined ? 'it has no Effect' : `the effect is ${showValue(effect)}`,
    remedy: 'write "Effect": "Allow" or "Deny", with these capitals',
  });
  return 'Deny';
}

function readSid(statement: JsonRecord, { pointer, lists }: ReadingContext): string | undefined {
  const sid = readMember(statement, 'Sid');
  if (sid === undefined) return undefined;
  const place = `${pointer}/Sid`;
  if (typeof sid !== 'string') {
    lists.problems.push({ pointer: place, problem: `it is ${showValue(sid)}`, remedy: 'give a text' });
    return undefined;
  }
  if (!/^[A-Za-z0-9]*$/.test(sid)) {
    const problem = `${showValue(sid)} has other characters than letters and digits`;
    lists.notes.push({
      about: 'sid',
      pointer: place,
      problem,
      remedy: 'write it with A–Z, a–z and 0–9 only',
    });
  }
  return sid;
}
