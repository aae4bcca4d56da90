import { type JsonRecord, readMember } from '../../json/record.ts';
import { judgeAction } from '../judge/action.ts';
import { showValue } from '../policy/problem.ts';
import type { Statement } from '../policy/statement.ts';
import { nameStatement } from '../summary.ts';
import type { StatementReport, TrustAction } from '../verdict.ts';
import { type FixScope, mendConditions } from './condition.ts';

/** An Allow of the policy, as it is and as it was judged. */
export interface MendableStatement {
  readonly statement: Statement;
  readonly report: StatementReport;
  /** As in the document. */
  readonly json: JsonRecord;
}

/** The same statement, changed as little as it takes to let this caller in, and no other. */
export function mendStatement(
  mendable: MendableStatement,
  actions: readonly TrustAction[],
  scope: FixScope,
): JsonRecord {
  const members = copyMembers(mendable.json);
  const name = nameStatement(mendable.report);
  const own: FixScope = { ...scope, note: (change) => scope.note(`${name} ${change}`) };
  mendAction(members, mendable.statement, { actions, scope: own });
  if (mendable.report.principal.matches !== 'yes') {
    members.set('Principal', { Federated: scope.request.provider.arn });
    own.note(`with the Federated principal ${scope.request.provider.arn}`);
  }
  members.set('Condition', mendConditions(members.get('Condition'), mendable, own));
  return Object.fromEntries(members);
}

/** Of any JSON object, one that may be changed. */
function copyMembers(value: JsonRecord): Map<string, unknown> {
  return new Map(Object.keys(value).map((name) => [name, readMember(value, name)]));
}

function mendAction(
  members: Map<string, unknown>,
  { action }: Statement,
  { actions, scope }: { readonly actions: readonly TrustAction[]; readonly scope: FixScope },
): void {
  const missing = actions.filter((wanted) => judgeAction(action, wanted).matches !== 'yes');
  if (missing.length === 0) return;
  const fitting = action.inverted
    ? []
    : action.patterns.filter((pattern) =>
        actions.some((wanted) => judgeAction({ ...action, patterns: [pattern] }, wanted).matches === 'yes'),
      );
  const list = action.inverted ? actions : [...fitting, ...missing];
  members.delete('NotAction');
  members.set('Action', list.length === 1 ? list[0] : list);
  scope.note(`with Action ${list.map(showValue).join(', ')}`);
}
