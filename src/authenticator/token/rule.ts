import type { TokenReason } from '../reasons.ts';
import type { Examination } from './examination.ts';

/** One thing that must hold of a token. */
export interface TokenRule {
  readonly name: string;
  /** What a token that fails is refused with. */
  readonly code: TokenReason;
  /** Where it is written, or why it is there. */
  readonly source: string;
  /** Only asked where all rules before it hold. @returns undefined where it holds; what was seen, without a secret */
  readonly check: (examination: Examination) => string | undefined;
}

export const SOURCES = {
  format: 'the format of tokens',
  sigV4: 'IAM User Guide, Signature Version 4 request elements',
  sts: 'AWS STS API reference, GetCallerIdentity',
  oneReading: 'one text, one reading (CVE-2022-2385)',
} as const;
