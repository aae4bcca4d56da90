import { evaluateTrust } from './evaluate.ts';
import { amendStatement } from './fix/amend.ts';
import { exceptCaller } from './fix/exception.ts';
import { createOwnStatement } from './fix/own-statement.ts';
import { isSettled, type Proved, proveCorrection, proveOwnRole } from './fix/proof.ts';
import { applyEdits, type Edit, type Proposal, readStatementJson } from './fix/proposal.ts';
import {
  type Denied,
  isForAwsToSay,
  type JudgedStatement,
  listMissingActions,
  toCallerKeys,
} from './fix/scope.ts';
import { findNearestStatement } from './nearest-statement.ts';
import { showPlain } from './policy/problem.ts';
import type { TrustPolicy } from './policy.ts';
import type { TrustRequest } from './request.ts';
import type { StatementReport } from './verdict.ts';

/** A policy that lets the caller in. Its verdict: allow, or indeterminate where only AWS can say. */
export interface TrustFix extends Proved {
  /** `same`: in the place of the old policy. `own`: for another role; the old one stays as it is. */
  readonly role: 'same' | 'own';
}

/**
 * A correction of a policy that does not let a caller in. It adds: a value, or a statement of its own; a Deny gets an
 * exception. It is proved by judging: this caller comes in, everybody who came in before does, and nobody else. Where IAM's
 * quota leaves no room for it, a policy for a role of its own.
 * @returns undefined where nothing needs to be corrected, or what stands in the way is a fact that only AWS knows
 */
export function fixPolicy(policy: TrustPolicy, request: TrustRequest): TrustFix | undefined {
  const denied: Denied = { policy, request, verdict: evaluateTrust(policy, request) };
  if (isSettled(denied.verdict)) return undefined;
  for (const proposal of listProposals(denied)) {
    const proved = proveCorrection(proposal, policy, request);
    if (proved !== undefined) return { ...proved, role: 'same' };
  }
  const own = proveOwnRole(proposeOwnRole(denied), request);
  return own === undefined ? undefined : { ...own, role: 'own' };
}

/** The least change first. */
function listProposals(denied: Denied): readonly Proposal[] {
  const version = proposeVersion(denied);
  const additions = (['subject', 'both'] as const).flatMap((by) => {
    const exceptions = listObstacles(denied).map((deny) => exceptCaller(deny, toCallerKeys(denied), by));
    return listAdditions(denied, exceptions);
  });
  return version === undefined ? additions : [version, ...additions];
}

/** Variables that were meant, in a version that has none. */
function proposeVersion({ policy, verdict }: Denied): Proposal | undefined {
  const isMeant = verdict.statements.some(({ conditions }) =>
    conditions.some(({ nearMiss }) => nearMiss?.kind === 'variable-in-old-version'),
  );
  if (!isMeant) return undefined;
  const document = { ...policy.document, Version: '2012-10-17' };
  return { document, changes: ['the policy with Version "2012-10-17"'] };
}

function listAdditions(denied: Denied, exceptions: readonly Edit[]): readonly Proposal[] {
  const { policy, request } = denied;
  const keys = toCallerKeys(denied);
  const actions = listMissingActions(denied);
  const toProposal = (edits: readonly Edit[]): Proposal => ({
    document: applyEdits(policy, edits),
    changes: edits.flatMap((edit) => edit.changes),
  });
  if (actions.length === 0) return [toProposal(exceptions)];
  const nearest = findNearest(denied);
  const amended = nearest === undefined ? undefined : amendStatement(nearest, actions, keys);
  const own = createOwnStatement(request, { nearest, actions, keys });
  const withOwn = toProposal(exceptions);
  return [
    ...(amended === undefined ? [] : [toProposal([amended, ...exceptions])]),
    { document: applyEdits(policy, exceptions, [own.json]), changes: [...own.changes, ...withOwn.changes] },
  ];
}

function proposeOwnRole(denied: Denied): Proposal {
  const { policy, request, verdict } = denied;
  const actions = [...new Set(verdict.statements.map(({ forAction }) => forAction))];
  const own = createOwnStatement(request, {
    nearest: findNearest(denied),
    actions,
    keys: toCallerKeys(denied),
  });
  const change = `for a role of its own: beside the rest there is no room for ${showPlain(request.token.sub)} within IAM's quota, and the policy of this role stays as it is`;
  return {
    document: { Version: policy.version, Statement: [own.json] },
    changes: [change, ...own.changes.slice(1)],
  };
}

/** The nearest Allow, unless it is for callers of another kind: what it asks is not for tokens. */
function findNearest({ policy, verdict }: Denied): JudgedStatement | undefined {
  const [action = 'sts:AssumeRoleWithWebIdentity'] = listMissingActions({ verdict });
  const candidates = verdict.statements.filter(({ index, forAction }) => {
    const principal = policy.statements[index]?.principal;
    const isForTokens = principal?.everyone || principal?.members.some(({ kind }) => kind === 'Federated');
    return forAction === action && isForTokens;
  });
  const report = findNearestStatement(candidates);
  return report === undefined ? undefined : toJudged(policy, report);
}

/** Every Deny that meets this caller, or may for another reason than a fact that only AWS knows. */
function listObstacles({ policy, verdict }: Denied): readonly JudgedStatement[] {
  const found = verdict.statements.filter(
    (report) =>
      report.effect === 'Deny' &&
      (report.matches === 'yes' || (report.matches === 'unknown' && !isForAwsToSay(report))),
  );
  const byIndex = new Map(found.map((report) => [report.index, report]));
  return [...byIndex.values()].flatMap((report) => toJudged(policy, report) ?? []);
}

function toJudged(policy: TrustPolicy, report: StatementReport): JudgedStatement | undefined {
  const statement = policy.statements[report.index];
  return statement === undefined
    ? undefined
    : { statement, report, json: readStatementJson(policy, report.index) };
}
