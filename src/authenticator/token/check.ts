import type { SignatureClaim } from '../../aws/sigv4/claim.ts';
import { MAX_SKEW } from '../../aws/sigv4/clock.ts';
import type { TokenReason } from '../reasons.ts';
import { Examination, type TokenCheckOptions } from './examination.ts';
import type { AllowedHost } from './hosts.ts';
import { TOKEN_RULES } from './rules.ts';

/** A token that only STS can still refuse, in parts: what is sent to STS is made of these, never of the token's text. */
export interface CheckedToken extends AllowedHost {
  readonly kind: 'checked';
  readonly host: string;
  readonly claim: SignatureClaim;
  /** ms since epoch; STS takes it no longer then */
  readonly expiresAt: number;
}

export interface RefusedToken {
  readonly kind: 'refused';
  readonly rule: string;
  readonly reason: TokenReason;
  /** What was seen, on one line in ASCII, without a secret. */
  readonly detail: string;
}

/** Judges a token without asking anybody. Never throws. */
export function checkToken(token: string, options: TokenCheckOptions): CheckedToken | RefusedToken {
  const examination = new Examination(token, options);
  for (const { name, code, check } of TOKEN_RULES) {
    const detail = check(examination);
    if (detail !== undefined) return { kind: 'refused', rule: name, reason: code, detail };
  }
  return toChecked(examination);
}

function toChecked(examination: Examination): CheckedToken {
  const url = examination.url();
  const allowed = examination.host();
  if (url.kind === 'refused' || allowed === undefined) throw new Error('rules let pass what was not read');
  const { host, claim } = url;
  return { kind: 'checked', ...allowed, host, claim, expiresAt: claim.time + MAX_SKEW };
}

/** A rule and what became of it; `skipped`: one before it failed. */
export interface TokenCheck {
  readonly rule: string;
  readonly source: string;
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly reason?: TokenReason;
  readonly detail?: string;
}

/** The same verdict, with every rule in order: for whoever asks why. */
export function inspectToken(
  token: string,
  options: TokenCheckOptions,
): { readonly verdict: CheckedToken | RefusedToken; readonly checks: readonly TokenCheck[] } {
  const verdict = checkToken(token, options);
  const failed = verdict.kind === 'refused' ? verdict : undefined;
  const end = failed === undefined ? -1 : TOKEN_RULES.findIndex(({ name }) => name === failed.rule);
  const checks = TOKEN_RULES.map(({ name, source }, index): TokenCheck => {
    if (failed !== undefined && index === end) {
      return { rule: name, source, outcome: 'failed', reason: failed.reason, detail: failed.detail };
    }
    return { rule: name, source, outcome: end === -1 || index < end ? 'passed' : 'skipped' };
  });
  return { verdict, checks };
}
