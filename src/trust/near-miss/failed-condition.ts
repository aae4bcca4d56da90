import { toAscii } from '../../json/quote.ts';
import type { ConditionScope } from '../judge/condition.ts';
import type { Condition } from '../policy/condition.ts';
import type { Statement } from '../policy/statement.ts';
import type { TrustRequest } from '../request.ts';
import type { ConditionReport, NearMiss, NearMissKind } from '../verdict.ts';

/** A condition of an Allow that does not match, and all that may say why. */
export interface FailedCondition extends ConditionScope {
  readonly condition: Condition;
  /** That it is a condition of. */
  readonly statement: Statement;
  /** All of the policy. */
  readonly statements: readonly Statement[];
  readonly report: ConditionReport;
  readonly request: TrustRequest;
  /** The issuer without `https://`. */
  readonly prefix: string;
  /** `sub`, `aud`, … where the key is one of the token's issuer; lower case. */
  readonly claim: string | undefined;
}

/** Knows one mistake, or two that are alike, of a key that the request has. */
export type Detector = (failed: FailedCondition) => NearMiss | undefined;

/** The issuer and the keys in a remedy are the word of whoever wrote policy and token: a terminal must not obey them. */
export function nearMiss<Kind extends NearMissKind>(kind: Kind, remedy: string): NearMiss<Kind> {
  return { kind, remedy: toAscii(remedy) };
}
