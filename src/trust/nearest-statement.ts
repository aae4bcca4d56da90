import type { StatementReport } from './verdict.ts';

/** The Allow that lacks least: where a person would mend. undefined where the policy has none. */
export function findNearestStatement(statements: readonly StatementReport[]): StatementReport | undefined {
  let nearest: StatementReport | undefined;
  for (const statement of statements) {
    if (statement.effect !== 'Allow') continue;
    if (nearest === undefined || countFaults(statement) < countFaults(nearest)) nearest = statement;
  }
  return nearest;
}

/** A statement for other callers is further away than one with a wrong value. */
function countFaults({ action, principal, conditions }: StatementReport): number {
  const failed = conditions.filter(({ matches }) => matches === 'no').length;
  const doubtful = conditions.filter(({ matches }) => matches === 'unknown').length;
  const parts = { yes: 0, unknown: 1, no: 10 };
  return parts[action.matches] + parts[principal.matches] + failed * 2 + doubtful;
}
