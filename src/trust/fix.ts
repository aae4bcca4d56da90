import { isRecord, type JsonRecord, readMember } from '../json/record.ts';
import { evaluateTrust } from './evaluate.ts';
import type { FixScope } from './fix/condition.ts';
import { type MendableStatement, mendStatement } from './fix/statement.ts';
import { createTrustDocument, createTrustStatement, type TrustedCaller } from './generate/statement.ts';
import { findNearestStatement } from './nearest-statement.ts';
import { showPlain } from './policy/problem.ts';
import { readTrustPolicy, type TrustPolicy } from './policy.ts';
import type { TrustRequest } from './request.ts';
import { nameStatement } from './summary.ts';
import type { StatementReport, TrustAction, TrustVerdict } from './verdict.ts';

/** A policy that lets the caller in. */
export interface TrustFix {
  /** JSON, indented. */
  readonly text: string;
  /** What is different, each a phrase for people. */
  readonly changes: readonly string[];
  /** Of the corrected policy: allow, or indeterminate where only AWS can say. */
  readonly verdict: TrustVerdict;
}

interface Proposal {
  readonly document: unknown;
  readonly changes: readonly string[];
}

interface Denied {
  readonly policy: TrustPolicy;
  readonly request: TrustRequest;
  readonly verdict: TrustVerdict;
}

/**
 * A correction of a policy that does not let a caller in: that would allow exactly this subject and audience of this
 * provider, with the rest of the policy as it was. Each proposal is read and judged like any policy before it counts.
 * @returns undefined where nothing needs to be corrected, or what stands in the way is a fact that only AWS knows
 */
export function fixPolicy(policy: TrustPolicy, request: TrustRequest): TrustFix | undefined {
  const denied: Denied = { policy, request, verdict: evaluateTrust(policy, request) };
  if (isSettled(denied.verdict)) return undefined;
  for (const propose of [proposeVersion, proposeMended, proposeNew]) {
    const proposal = propose(denied);
    const fix = proposal === undefined ? undefined : prove(proposal, request);
    if (fix !== undefined) return fix;
  }
  return undefined;
}

/** Allowed, or in doubt for nothing but facts that only AWS knows. */
function isSettled({ decision, statements }: TrustVerdict): boolean {
  if (decision !== 'indeterminate') return decision === 'allow';
  return statements.filter(({ matches }) => matches === 'unknown').every(isForAwsToSay);
}

function isForAwsToSay({ principal, conditions }: StatementReport): boolean {
  const doubtful = conditions.filter(({ matches }) => matches === 'unknown');
  return principal.matches === 'yes' && doubtful.every(({ actual }) => actual === 'unknown');
}

function prove({ document, changes }: Proposal, request: TrustRequest): TrustFix | undefined {
  const text = JSON.stringify(document, null, 2);
  const reading = readTrustPolicy(text);
  if (reading.kind === 'invalid') return undefined;
  const verdict = evaluateTrust(reading.policy, request);
  return isSettled(verdict) ? { text, changes, verdict } : undefined;
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

function proposeMended(denied: Denied): Proposal {
  const { policy, request, verdict } = denied;
  const changes: string[] = [];
  const scope: FixScope = { request, version: policy.version, note: (change) => void changes.push(change) };
  const target = findMendable(denied);
  const actions = listMissingActions(verdict, target?.statement.index);
  const statements = policy.statements.flatMap((statement) => {
    const json = readStatementJson(policy.document, statement.index);
    if (statement.index === target?.statement.index) return [mendStatement(target, actions, scope)];
    const obstacle = findObstacle(verdict, statement.index);
    if (obstacle === undefined) return [json];
    changes.push(`without ${nameStatement(obstacle)}: it denies this caller`);
    return [];
  });
  if (target === undefined) {
    changes.push(`with a new statement for ${showPlain(request.token.sub)}`);
    statements.push(createTrustStatement(toCaller(request), actions));
  }
  const isList = Array.isArray(readMember(policy.document, 'Statement'));
  const [only] = statements;
  const document = { ...policy.document, Statement: isList || statements.length > 1 ? statements : only };
  return { document, changes };
}

/** Where a policy is full, or its version is in the way, nothing of it can stay. */
function proposeNew({ request, verdict }: Denied): Proposal {
  const document = createTrustDocument(toCaller(request), listMissingActions(verdict, undefined));
  return {
    document,
    changes: [
      `a policy for ${showPlain(request.token.sub)} alone: there is no room for it beside the rest, which needs a role of its own`,
    ],
  };
}

function toCaller({ provider, token }: TrustRequest): TrustedCaller {
  return { provider, sub: token.sub, audience: token.audience };
}

/** The nearest Allow, unless it is for callers of another kind: theirs is not ours to change. */
function findMendable({ policy, verdict }: Denied): MendableStatement | undefined {
  const reports = verdict.statements.filter(({ forAction }) => forAction === 'sts:AssumeRoleWithWebIdentity');
  const candidates = reports.filter(({ index, action }) => {
    const principal = policy.statements[index]?.principal;
    const isForTokens = principal?.everyone || principal?.members.some(({ kind }) => kind === 'Federated');
    return isForTokens || action.matches === 'yes';
  });
  const report = findNearestStatement(candidates);
  const statement = report === undefined ? undefined : policy.statements[report.index];
  if (report === undefined || statement === undefined) return undefined;
  return { report, statement, json: readStatementJson(policy.document, report.index) };
}

/** All that the caller needs and no other statement gives. */
function listMissingActions({ statements }: TrustVerdict, except: number | undefined): TrustAction[] {
  const wanted = [...new Set(statements.map(({ forAction }) => forAction))];
  return wanted.filter((action) => {
    const isGiven = statements.some(
      ({ forAction, effect, matches, index }) =>
        forAction === action && effect === 'Allow' && matches === 'yes' && index !== except,
    );
    return action === 'sts:AssumeRoleWithWebIdentity' || !isGiven;
  });
}

/** A Deny that meets this caller, or may for another reason than a fact that only AWS knows. */
function findObstacle({ statements }: TrustVerdict, index: number): StatementReport | undefined {
  return statements.find(
    (report) =>
      report.index === index &&
      report.effect === 'Deny' &&
      (report.matches === 'yes' || (report.matches === 'unknown' && !isForAwsToSay(report))),
  );
}

function readStatementJson(document: JsonRecord, index: number): JsonRecord {
  const value = readMember(document, 'Statement');
  const statement: unknown = Array.isArray(value) ? value[index] : value;
  return isRecord(statement) ? statement : {};
}
