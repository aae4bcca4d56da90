/**
 * What a user can act on, beside the reason: each becomes an admission warning and a metric label.
 * The texts name the thing, what was done with it and the remedy.
 */
export const NOTICE_CODES = [
  'annotation-misplaced',
  'annotation-prefix-unknown',
  'annotation-unknown',
  'audience-empty',
  'audience-several',
  'env-from-aws-prefix',
  'expiration-clamped',
  'expiration-unparsable',
  'left-out',
  'mount-path-taken',
  'own-web-identity',
  'pair-incomplete',
  'regional-sts-unparsable',
  'skip-container-unmatched',
  'skip-containers-quoting',
  'static-keys',
  'volume-audience-differs',
] as const;

export type NoticeCode = (typeof NOTICE_CODES)[number];

export interface Notice {
  readonly code: NoticeCode;
  /** One line of printable ASCII, at most {@link MAX_WARNING_LENGTH} characters: `<fact>: <remedy>`. */
  readonly text: string;
}

/** Kubernetes asks for no more; kube-apiserver cuts at 256, and drops warnings once a request has 4096 in all. */
const MAX_WARNING_LENGTH = 120;

/** More than this many warnings in one answer help nobody. */
const MAX_WARNINGS = 10;

/** The warnings of an answer: each once. */
export function toWarnings(notices: readonly Notice[]): string[] {
  return [...new Set(notices.map(({ text }) => text))].slice(0, MAX_WARNINGS);
}

/** A value from outside within a fact: quoted, and cut as far as the remedy needs the room. */
export interface Quoted {
  readonly quoted: string;
}

/** @param value whatever stands where a text should; anything else is the empty text */
export function quoted(value: unknown): Quoted {
  return { quoted: typeof value === 'string' ? value : '' };
}

/**
 * Makes a notice. Whatever is too long gives way to the remedy, which is whole: it is what the user has to do.
 * @param fact our own words in printable ASCII, and {@link quoted} values
 * @param remedy our own words, far shorter than a warning may be
 */
export function createNotice(
  code: NoticeCode,
  fact: string | readonly (string | Quoted)[],
  remedy: string,
): Notice {
  const room = MAX_WARNING_LENGTH - remedy.length - 2;
  return { code, text: `${fitFact(typeof fact === 'string' ? [fact] : fact, room)}: ${remedy}` };
}

/** What the words leave is shared by the values: short ones take what they need, long ones the rest. */
function fitFact(parts: readonly (string | Quoted)[], room: number): string {
  const values = parts.filter((part) => typeof part !== 'string');
  const words = parts.reduce((sum, part) => sum + (typeof part === 'string' ? part.length : 2), 0);
  const shares = new Map<Quoted, number>();
  let left = room - words;
  for (const [index, value] of values.toSorted((a, b) => a.quoted.length - b.quoted.length).entries()) {
    const share = Math.max(MIN_QUOTE, Math.floor(left / (values.length - index)));
    shares.set(value, share);
    left -= Math.min(share, value.quoted.length);
  }
  const text = parts.map((part) => (typeof part === 'string' ? part : quote(part.quoted, shares.get(part))));
  return cut(text.join(''), room);
}

/** One character and the three dots. */
const MIN_QUOTE = 4;

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 3)}...`;
}

/**
 * A value from outside, fit for one line: cut to a few characters, with everything but printable ASCII replaced. A
 * terminal prints warnings, and a right-to-left mark or an escape sequence is somebody's attempt.
 */
export function quote(value: string, max = 40): string {
  return `"${cut(value, max).replaceAll(/[^ -~]|["\\]/g, '?')}"`;
}
