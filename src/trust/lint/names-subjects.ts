import type { Condition } from '../policy/condition.ts';
import { holdsWhenAbsent } from '../policy/operator.ts';
import { isRestriction, type StatementFacts } from './facts.ts';
import { readClaimOfKey } from './issuers.ts';

/**
 * Whether conditions say by name who comes in, so that a statement of them may be opened. On other platforms a pattern is
 * what people mean.
 */
export function namesSubjects(conditions: readonly Condition[], facts: StatementFacts): boolean {
  return conditions.some((condition) => {
    if (readClaimOfKey(condition.key, facts.prefixes) !== 'sub' || !isRestriction(condition)) return false;
    const { operator, values } = condition;
    const isExact = operator.family === 'string' && !values.some((value) => value.includes('${'));
    return facts.isForPlatform || (isExact && !holdsWhenAbsent(operator));
  });
}
