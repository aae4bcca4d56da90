import type { JsonRecord } from '../../json/record.ts';
import { escapeVariables } from '../generate/statement.ts';
import type { Statement } from '../policy/statement.ts';
import type { TrustPolicy } from '../policy.ts';
import { toConditionPrefix } from '../provider.ts';
import type { TrustRequest } from '../request.ts';
import type { ConditionReport, StatementReport, TrustAction, TrustVerdict } from '../verdict.ts';

/** A policy that does not let a caller in, and what was made of it. */
export interface Denied {
  readonly policy: TrustPolicy;
  readonly request: TrustRequest;
  readonly verdict: TrustVerdict;
}

/** A statement of the policy, as it is and as it was judged. */
export interface JudgedStatement {
  readonly statement: Statement;
  readonly report: StatementReport;
  /** As in the document. */
  readonly json: JsonRecord;
}

/** What asks for exactly this caller, in the words of the policy's version. */
export interface CallerKeys {
  readonly sub: { readonly key: string; readonly value: string };
  readonly aud: { readonly key: string; readonly value: string };
}

export function toCallerKeys({
  policy: { version },
  request: { provider, token },
}: Omit<Denied, 'verdict'>): CallerKeys {
  const prefix = toConditionPrefix(provider.url);
  const toValue = version === '2008-10-17' ? (text: string): string => text : escapeVariables;
  return {
    sub: { key: `${prefix}:sub`, value: toValue(token.sub) },
    aud: { key: `${prefix}:aud`, value: toValue(token.audience) },
  };
}

/** All that the caller needs and no statement gives. */
export function listMissingActions({ verdict: { statements } }: Pick<Denied, 'verdict'>): TrustAction[] {
  const wanted = [...new Set(statements.map(({ forAction }) => forAction))];
  return wanted.filter(
    (action) =>
      !statements.some(
        (report) => report.forAction === action && report.effect === 'Allow' && isGiven(report),
      ),
  );
}

function isGiven(report: StatementReport): boolean {
  return report.matches === 'yes' || (report.matches === 'unknown' && isForAwsToSay(report));
}

/** In doubt for nothing but facts that only AWS knows. */
export function isForAwsToSay({ principal, conditions }: StatementReport): boolean {
  const doubtful = conditions.filter(({ matches }) => matches === 'unknown');
  return principal.matches === 'yes' && doubtful.every(isOpen);
}

/** Whether a condition holds, or may for all that anybody but AWS knows. */
export function mayHold(report: ConditionReport): boolean {
  return report.matches === 'yes' || isOpen(report);
}

function isOpen({ matches, actual }: ConditionReport): boolean {
  return matches === 'unknown' && actual === 'unknown';
}
