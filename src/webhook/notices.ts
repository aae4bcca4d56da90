/**
 * What a user can act on, beside the reason: each becomes an admission warning and a metric label.
 * The texts name the thing, what was done with it and the remedy.
 */
export const NOTICE_CODES = [
  'annotation-misplaced',
  'annotation-unknown',
  'audience-empty',
  'env-from-aws-prefix',
  'expiration-clamped',
  'expiration-unparsable',
  'left-out',
  'mount-path-taken',
  'pair-incomplete',
  'regional-sts-unparsable',
  'skip-container-unmatched',
  'skip-containers-quoting',
  'volume-audience-differs',
] as const;

export type NoticeCode = (typeof NOTICE_CODES)[number];

export interface Notice {
  readonly code: NoticeCode;
  /** One line of printable ASCII, at most {@link MAX_WARNING_LENGTH} characters. */
  readonly text: string;
}

/** kube-apiserver cuts warnings to 256 characters each once all of a request pass 4096, so short ones survive. */
const MAX_WARNING_LENGTH = 119;

/** More than this many warnings in one answer help nobody. */
const MAX_WARNINGS = 10;

/** The warnings of an answer: each once. */
export function toWarnings(notices: readonly Notice[]): string[] {
  return [...new Set(notices.map(({ text }) => text))].slice(0, MAX_WARNINGS);
}

/** Makes a notice; what it quotes from a pod or an annotation must have gone through {@link quote}. */
export function createNotice(code: NoticeCode, text: string): Notice {
  return {
    code,
    text: text.length <= MAX_WARNING_LENGTH ? text : `${text.slice(0, MAX_WARNING_LENGTH - 3)}...`,
  };
}

/**
 * A value from outside, fit for a one-line warning: cut to a few characters, with everything but printable ASCII
 * replaced. A terminal prints warnings, and a right-to-left mark or an escape sequence is somebody's attempt.
 */
export function quote(value: string, max = 40): string {
  const cut = value.length <= max ? value : `${value.slice(0, max - 3)}...`;
  return `"${cut.replaceAll(/[^ -~]|["\\]/g, '?')}"`;
}
