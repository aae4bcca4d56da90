/** How long things last, and when the next ones are made. Times in ms. */
export interface Timing {
  readonly authorityLife: number;
  readonly leafLife: number;
  /** The part of a life, counted from the issue, after which the next one is due. */
  readonly renewAt: number;
  /** Up to this part of a life later, drawn by each replica: so they do not all write in the same second. */
  readonly spread: number;
  /** How long an authority is in every bundle before it signs: API servers learn of it meanwhile. */
  readonly lead: number;
  /** Certificates are valid from this much before their issue, since clocks of others may be behind. */
  readonly skew: number;
  /** Between two looks where no watch says that anything has changed. */
  readonly look: number;
  /** Writes that a replica may do at once, and then in a second: two programs that undo each other must not run hot. */
  readonly writes: { readonly burst: number; readonly perSecond: number };
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const TIMING: Timing = {
  authorityLife: 365 * DAY,
  leafLife: 30 * DAY,
  renewAt: 2 / 3,
  spread: 1 / 20,
  lead: 10 * MINUTE,
  skew: HOUR,
  look: 5 * MINUTE,
  writes: { burst: 20, perSecond: 0.5 },
};

/** What a certificate says of its time; ms since epoch. */
export interface Period {
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Whether it may be shown or sign now. One of the future is left where all clocks were ahead, and then set right. */
export function isValid({ notBefore, notAfter }: Period, now: number): boolean {
  return notBefore <= now && now < notAfter;
}

/** @param jitter 0 inclusive to 1 exclusive, the replica's own */
export function isDue({ notBefore, notAfter }: Period, timing: Timing, now: number, jitter: number): boolean {
  const issued = notBefore + timing.skew;
  const part = timing.renewAt + jitter * timing.spread;
  return now >= issued + Math.max(0, notAfter - issued) * part;
}

/** @param until what it must not outlive */
export function toPeriod(
  now: number,
  life: number,
  { skew }: Timing,
  until = Number.POSITIVE_INFINITY,
): Period {
  return { notBefore: now - skew, notAfter: Math.min(now + life, until) };
}
