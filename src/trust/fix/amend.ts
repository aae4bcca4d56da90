import { readMember } from '../../json/record.ts';
import { judgeAction } from '../judge/action.ts';
import type { Condition } from '../policy/condition.ts';
import { showPlain, showValue } from '../policy/problem.ts';
import { nameStatement } from '../summary.ts';
import type { TrustAction } from '../verdict.ts';
import { addValue, readBlock, toJson, withMember } from './block.ts';
import type { Edit } from './proposal.ts';
import { type CallerKeys, type JudgedStatement, mayHold } from './scope.ts';

/**
 * A value more in the lists of an Allow: the subject, or an action. Nothing that is there goes, and whether nobody else
 * comes in with it is for the proof to say.
 * @returns undefined where a value more would not let this caller in
 */
export function amendStatement(
  { statement, report, json }: JudgedStatement,
  missing: readonly TrustAction[],
  { sub }: CallerKeys,
): Edit | undefined {
  const failing = statement.conditions.filter((_, index) => {
    const own = report.conditions[index];
    return own !== undefined && !mayHold(own);
  });
  const [condition, ...others] = failing;
  if (report.principal.matches !== 'yes' || others.length > 0) return undefined;
  if (condition !== undefined && !takesSubject(condition, sub)) return undefined;
  const actions = missing.filter((action) => judgeAction(statement.action, action).matches !== 'yes');
  if (actions.length > 0 && statement.action.inverted) return undefined;
  let amended = json;
  const changes: string[] = [];
  const name = nameStatement(report);
  if (actions.length > 0) {
    amended = withMember(amended, 'Action', [...statement.action.patterns, ...actions]);
    changes.push(`${name} with Action ${actions.map(showValue).join(', ')}, too`);
  }
  if (condition !== undefined) {
    const block = readBlock(readMember(json, 'Condition'));
    addValue(block, condition.operator.text, condition.key, sub.value);
    amended = withMember(amended, 'Condition', toJson(block));
    changes.push(
      `${name} with ${condition.operator.text} ${showPlain(condition.key)} ${showPlain(sub.value)}, too`,
    );
  }
  return { index: statement.index, statements: [amended], changes };
}

/** Where any of a list of texts may match, one more lets in that subject alone, unless it would be a pattern. */
function takesSubject({ operator, key }: Condition, sub: CallerKeys['sub']): boolean {
  if (operator.negated || key.toLowerCase() !== sub.key.toLowerCase()) return false;
  return operator.family === 'string' || (operator.family === 'string-like' && !/[*?]/.test(sub.value));
}
