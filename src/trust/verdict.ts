import type { Tristate } from './tristate.ts';

/** Actions that assuming a role by a token may need; the first always. */
export type TrustAction = 'sts:AssumeRoleWithWebIdentity' | 'sts:TagSession' | 'sts:SetSourceIdentity';

/** What a role's trust policy makes of one request, and why. */
export interface TrustVerdict {
  /** `indeterminate`: it depends on facts that only AWS knows, or on what AWS does not document. */
  readonly decision: 'allow' | 'deny' | 'indeterminate';
  /** The action that was denied or is in doubt; absent where all are allowed. */
  readonly action?: TrustAction;
  /** A Deny statement matched: no Allow can help. */
  readonly explicitDeny: boolean;
  /** One sentence for people. */
  readonly summary: string;
  /** Every statement for every action that was needed, in the order of the policy. */
  readonly statements: readonly StatementReport[];
}

export interface StatementReport {
  /** From 0. */
  readonly index: number;
  readonly sid?: string;
  readonly effect: 'Allow' | 'Deny';
  readonly forAction: TrustAction;
  readonly action: PartReport;
  readonly principal: PartReport;
  readonly conditions: readonly ConditionReport[];
  readonly matches: Tristate;
}

export interface PartReport {
  readonly matches: Tristate;
  /** What the policy has and what the request has, in one line. */
  readonly detail: string;
}

export interface ConditionReport {
  /** As in the policy: `StringEquals`, `ForAnyValue:StringLike`, … */
  readonly operator: string;
  readonly key: string;
  readonly matches: Tristate;
  /** The values of the policy. */
  readonly expected: readonly string[];
  /** The values of the request; `absent` and `unknown` as in `Fact`. */
  readonly actual: readonly string[] | 'absent' | 'unknown';
  /** Where it does not match and something much like it would. */
  readonly nearMiss?: NearMiss;
}

/** Mistakes that look right. */
export type NearMissKind =
  | 'case'
  | 'white-space'
  | 'wildcard-under-equals'
  | 'swapped-sub-and-aud'
  | 'arn-in-key'
  | 'slash-in-key'
  | 'other-issuer'
  | 'claim-is-no-key'
  | 'unset-key'
  | 'placeholder-in-key'
  | 'two-issuers'
  | 'spelling'
  | 'other-service-account'
  | 'other-namespace'
  | 'other-platform'
  | 'variable-in-old-version'
  | 'session-name-of-an-sdk'
  | 'operator-of-another-type'
  | 'no-values'
  | 'null-reversed'
  | 'ruled-out'
  /** Nothing looks alike: the values are just not these. */
  | 'other-value';

export interface NearMiss<Kind extends NearMissKind = NearMissKind> {
  readonly kind: Kind;
  /** One sentence that says what to write instead. */
  readonly remedy: string;
}
