import { judgeAction } from './judge/action.ts';
import { type ConditionScope, judgeCondition } from './judge/condition.ts';
import { createContext } from './judge/context.ts';
import { judgePrincipal } from './judge/principal.ts';
import { explainCondition } from './near-miss/condition.ts';
import type { Statement } from './policy/statement.ts';
import type { TrustPolicy } from './policy.ts';
import type { TrustRequest } from './request.ts';
import { summarise } from './summary.ts';
import { allOf, anyOf, type Tristate } from './tristate.ts';
import type { StatementReport, TrustAction, TrustVerdict } from './verdict.ts';

/**
 * What the role's trust policy makes of a request whose token was found valid: Deny before Allow, and nothing without
 * an Allow (IAM user guide, "Policy evaluation logic"). Every action that is needed is judged for itself, each perhaps
 * allowed by another statement. Pure, never throws; the work is bounded by the size of policy and token.
 */
export function evaluateTrust(policy: TrustPolicy, request: TrustRequest): TrustVerdict {
  const byAction = judgeActions(policy, request, explainCondition);
  const worst = findWorst(byAction);
  const outcome = {
    decision: worst?.decision ?? 'allow',
    explicitDeny: worst?.explicitDeny ?? false,
    ...(worst === undefined ? {} : { action: worst.action }),
    statements: byAction.flatMap(({ statements }) => statements),
  };
  return { ...outcome, summary: summarise(outcome, request) };
}

/** The decision alone, without saying why: for many requests. */
export function decideTrust(policy: TrustPolicy, request: TrustRequest): TrustVerdict['decision'] {
  return findWorst(judgeActions(policy, request, () => undefined))?.decision ?? 'allow';
}

interface JudgedAction extends Pick<TrustVerdict, 'decision' | 'explicitDeny'> {
  readonly action: TrustAction;
  readonly statements: readonly StatementReport[];
}

function judgeActions(policy: TrustPolicy, request: TrustRequest, explain: Explain): readonly JudgedAction[] {
  const { version, statements: all } = policy;
  const scope = { request, context: createContext(request), version, statements: all, explain };
  return listActions(request).map((action) => {
    const statements = policy.statements.map((statement) => judgeStatement(statement, action, scope));
    return { action, statements, ...decideAction(statements) };
  });
}

/** A denial decides whatever else is in doubt. */
function findWorst(byAction: readonly JudgedAction[]): JudgedAction | undefined {
  return (
    byAction.find(({ decision }) => decision === 'deny') ??
    byAction.find(({ decision }) => decision === 'indeterminate')
  );
}

/** The actions that the request needs, the first always. */
function listActions({ sessionTags, transitiveTagKeys, sourceIdentity }: TrustRequest): TrustAction[] {
  const hasTags = Object.keys(sessionTags ?? {}).length > 0 || (transitiveTagKeys ?? []).length > 0;
  return [
    'sts:AssumeRoleWithWebIdentity',
    ...(hasTags ? (['sts:TagSession'] as const) : []),
    ...(sourceIdentity === undefined ? [] : (['sts:SetSourceIdentity'] as const)),
  ];
}

type Explain = typeof explainCondition;

interface Scope extends ConditionScope {
  readonly request: TrustRequest;
  readonly statements: readonly Statement[];
  readonly explain: Explain;
}

function judgeStatement(statement: Statement, forAction: TrustAction, scope: Scope): StatementReport {
  const { index, sid, effect } = statement;
  const action = judgeAction(statement.action, forAction);
  const principal = judgePrincipal(statement.principal, effect, scope.request.provider);
  const conditions = statement.conditions.map((condition) => {
    const report = judgeCondition(condition, scope);
    // A condition of a Deny that does not match is what everybody hopes for.
    const nearMiss =
      effect === 'Allow' ? scope.explain(condition, report, { ...scope, statement }) : undefined;
    return nearMiss === undefined ? report : { ...report, nearMiss };
  });
  const matches = allOf([action.matches, principal.matches, ...conditions.map((report) => report.matches)]);
  const name = sid === undefined ? {} : { sid };
  return { index, ...name, effect, forAction, action, principal, conditions, matches };
}

function decideAction(
  statements: readonly StatementReport[],
): Pick<TrustVerdict, 'decision' | 'explicitDeny'> {
  const matchOf = (wanted: StatementReport['effect']): Tristate =>
    anyOf(statements.filter(({ effect }) => effect === wanted).map(({ matches }) => matches));
  const [denied, allowed] = [matchOf('Deny'), matchOf('Allow')];
  if (denied === 'yes') return { decision: 'deny', explicitDeny: true };
  if (allowed === 'no') return { decision: 'deny', explicitDeny: false };
  const isSure = allowed === 'yes' && denied === 'no';
  return { decision: isSure ? 'allow' : 'indeterminate', explicitDeny: false };
}
