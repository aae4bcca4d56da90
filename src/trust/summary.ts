import { findNearestStatement } from './nearest-statement.ts';
import { showValue } from './policy/problem.ts';
import type { TrustRequest } from './request.ts';
import type { StatementReport, TrustVerdict } from './verdict.ts';

/** The verdict in one sentence. */
export function summarise(verdict: Omit<TrustVerdict, 'summary'>, { token }: TrustRequest): string {
  const caller = showValue(token.sub);
  const { action = 'sts:AssumeRoleWithWebIdentity' } = verdict;
  const statements = verdict.statements.filter(({ forAction }) => forAction === action);
  if (verdict.decision === 'allow') return `${caller} may assume the role.`;
  if (verdict.decision === 'indeterminate') {
    return `Whether ${caller} may assume the role depends on ${listDoubts(statements)}.`;
  }
  if (verdict.explicitDeny)
    return `${caller} may not: ${nameDeny(statements)} denies ${action}, and no Allow counts against it.`;
  return `${caller} may not: ${nameGap(statements, action)}.`;
}

/** `statement 1 ("Sid")`, counted as people do. */
export function nameStatement({
  index,
  sid,
}: {
  readonly index: number;
  readonly sid?: string | undefined;
}): string {
  return `statement ${index + 1}${sid === undefined ? '' : ` (${showValue(sid)})`}`;
}

function nameDeny(statements: readonly StatementReport[]): string {
  const deny = statements.find(({ effect, matches }) => effect === 'Deny' && matches === 'yes');
  return deny === undefined ? 'a statement' : nameStatement(deny);
}

function nameGap(statements: readonly StatementReport[], action: string): string {
  const nearest = findNearestStatement(statements);
  if (nearest === undefined) return `no statement allows ${action}`;
  const { action: asked, principal, conditions } = nearest;
  const faults = [
    ...(asked.matches === 'no' ? ['its action'] : []),
    ...(principal.matches === 'no' ? ['its principal'] : []),
    ...conditions
      .filter(({ matches }) => matches === 'no')
      .map(({ operator, key }) => `${operator} on ${showValue(key)}`),
  ];
  return `no statement allows ${action}; ${nameStatement(nearest)} comes nearest and does not match in ${faults.join(', ')}`;
}

function listDoubts(statements: readonly StatementReport[]): string {
  const doubtful = statements.filter(({ matches }) => matches === 'unknown');
  const doubts = doubtful.flatMap(({ principal, conditions }) => [
    ...(principal.matches === 'unknown' ? ['what AWS makes of a wildcard principal'] : []),
    ...conditions.filter(({ matches }) => matches === 'unknown').map(({ key }) => showValue(key)),
  ]);
  return [...new Set(doubts)].join(', ');
}
