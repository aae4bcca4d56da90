import { isServiceAccountSubject } from '../../base/names/account.ts';
import { showWhole } from '../near-miss/advice.ts';
import { STS_AUDIENCE } from '../near-miss/audience.ts';
import { type ConditionFacts, isMetByOthers, isRestriction, listConditionsOn } from './facts.ts';
import { namesSubjects } from './names-subjects.ts';
import { writeCondition } from './write-condition.ts';

/** A value of a condition that no token has. */
interface WrongValue extends ConditionFacts {
  readonly value: string;
}

/**
 * What to do about a wrong audience: to mend it lets in whoever the statement is for, so that it is mended where that is
 * said by name, and with a subject that has a name where nobody came in so far.
 */
export function adviseAudience(facts: WrongValue, right: string = STS_AUDIENCE): string {
  if (facts.isForPlatform || namesSubjects(facts.statement.conditions, facts))
    return `write ${right === STS_AUDIENCE ? right : showWhole(right)}`;
  return adviseRewriting(facts);
}

/** The condition with subject and audience in their places; one value of several goes. */
export function adviseRewriting(facts: WrongValue): string {
  const { condition, providers, value } = facts;
  if (condition.values.length > 1) return `take ${showWhole(value)} out of the list, no token has it`;
  if (isMetByOthers(condition, providers)) return FOR_OTHERS;
  const audiences = listConditionsOn('aud', facts);
  const without = [...listConditionsOn('sub', facts), ...audiences].filter(isRestriction);
  const subjects = audiences.flatMap(({ values }) => values).filter(isServiceAccountSubject);
  return writeCondition(facts, { without, instead: { claim: 'sub', values: subjects } });
}

/** Tokens of other issuers meet the condition because they lack the key. */
const FOR_OTHERS =
  'let its callers in by a statement of their own: others come in by this one, without the key';
