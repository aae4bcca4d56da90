import type { Examination } from './examination.ts';
import type { RefusalCode } from './refusals.ts';

/**
 * Whose rule it is: AWS, or the RFC that AWS refers to, documents it; others have captured it from AWS; or it is ours
 * alone. Those of ours refuse under `strict` and warn under `aws`.
 */
export type RuleOrigin = 'documented' | 'captured' | 'ours';

/** `rules/` has them, each with its function; `docs/verify.md` lists them all. */
export interface Rule {
  readonly name: string;
  readonly origin: RuleOrigin;
  /** Where it is written, or who saw it. */
  readonly source: string;
  /** All that it may refuse with. */
  readonly codes: readonly RefusalCode[];
  /** Rules without which it has nothing to look at. None of ours: these only warn under `aws`. */
  readonly needs: readonly string[];
  /**
   * May write down what it parsed; see `Examination`.
   * @returns undefined: nothing against it. A promise only where there is something to wait for.
   */
  readonly check: (examination: Examination) => Fault | undefined | Promise<Fault | undefined>;
  /** What there was to see, where it has nothing against it. */
  readonly see: (examination: Examination) => string;
}

/** What a rule has against a token. */
export interface Fault {
  readonly code: RefusalCode;
  /** One sentence: what was seen, what is expected, the remedy. */
  readonly detail: string;
  /** For the placeholders of what STS says to it. */
  readonly values?: Readonly<Record<string, string>>;
}

/** Sources that several rules have. */
export const SOURCES = {
  stsApi: 'AWS STS API reference, AssumeRoleWithWebIdentity',
  iamGuide: 'AWS IAM user guide, OpenID Connect identity providers',
  captured: 'answers of STS, reported in public',
} as const;
