import type { TokenClaims } from './claims.ts';
import type { RefusalCode } from './refusals.ts';
import type { RuleOrigin } from './rule.ts';
import type { RuleName } from './rules.ts';

/** What one rule has against a token. */
export interface RuleFinding {
  readonly rule: RuleName;
  readonly code: RefusalCode;
  /** One sentence: what was seen, what is expected, the remedy. Never a part of the token that could be used. */
  readonly detail: string;
  /** For the placeholders of what STS says to it, plain text; see `StsAnswer`. */
  readonly values?: Readonly<Record<string, string>>;
}

export type Verdict =
  | {
      readonly kind: 'accepted';
      readonly claims: TokenClaims;
      readonly kid: string;
      readonly warnings: readonly RuleFinding[];
    }
  | ({ readonly kind: 'refused' } & RuleFinding);

/** One line of `iam-bridge verify`. */
export interface Check {
  readonly rule: RuleName;
  readonly origin: RuleOrigin;
  /** `skipped`: an earlier failure leaves nothing to look at. */
  readonly outcome: 'passed' | 'failed' | 'warned' | 'skipped';
  /** What was seen. */
  readonly detail: string;
  readonly code?: RefusalCode;
}
