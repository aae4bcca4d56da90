import { quoteValue } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import { toSeconds } from '../claim-values.ts';
import type { Examination, Fault } from '../examination.ts';

const TIMES = ['exp', 'iat', 'nbf'] as const;
type TimeClaim = (typeof TIMES)[number];

/** Floats are refused, as by AWS; also what is too large to be told from its neighbour. */
export function checkTimes({ payload }: Examination): Fault | undefined {
  const { record } = payload;
  const bad = TIMES.find((name) => Object.hasOwn(record, name) && toSeconds(record[name]) === undefined);
  if (bad === undefined) return undefined;
  return {
    code: 'claim-malformed',
    detail: `${bad} is ${quoteValue(record[bad])}; it must be an integer, seconds since 1970`,
  };
}

export function checkTimesAreNumbers({ payload }: Examination): Fault | undefined {
  const quoted = TIMES.find((name) => typeof readMember(payload.record, name) === 'string');
  if (quoted === undefined) return undefined;
  return { code: 'time-not-number', detail: `${quoted} is an integer in quotes; write it without them` };
}

export function checkExpiry(examination: Examination): Fault | undefined {
  const exp = readTime(examination, 'exp') ?? Number.NEGATIVE_INFINITY;
  const { now, leeway } = examination;
  // RFC 7519 section 4.1.4: on or after.
  if (now < exp + leeway) return undefined;
  const ago = Math.floor(now - exp);
  return {
    code: 'token-expired',
    detail: `exp was ${ago} s ago, and ${leeway} s are allowed: read the token file again, kubelet renews it`,
    values: { now: String(Math.floor(now)), exp: String(exp) },
  };
}

export function checkIssuedAt(examination: Examination): Fault | undefined {
  const ahead = readAhead(examination, 'iat');
  if (ahead === undefined) return undefined;
  return { code: 'issued-in-future', detail: `iat ${ahead}` };
}

export function checkNotBefore(examination: Examination): Fault | undefined {
  const ahead = readAhead(examination, 'nbf');
  if (ahead === undefined) return undefined;
  return { code: 'not-yet-valid', detail: `nbf ${ahead}` };
}

/** @returns a description where the time is further ahead than clocks may differ */
function readAhead(examination: Examination, name: TimeClaim): string | undefined {
  const { now, leeway } = examination;
  const time = readTime(examination, name);
  if (time === undefined || time <= now + leeway) return undefined;
  return `is ${Math.ceil(time - now)} s ahead, and ${leeway} s are allowed: compare the clocks`;
}

/** STS takes any; a token that lives for a year is a password. */
export function checkLifetime(examination: Examination): Fault | undefined {
  const lifetime = toLifetime(examination);
  const { maxLifetime } = examination;
  if (lifetime > 0 && lifetime <= maxLifetime) return undefined;
  return {
    code: 'lifetime-out-of-range',
    detail: `from iat to exp are ${lifetime} s, and 1 to ${maxLifetime} are allowed`,
  };
}

export function toLifetime(examination: Examination): number {
  return (readTime(examination, 'exp') ?? 0) - (readTime(examination, 'iat') ?? 0);
}

export function readTime({ payload }: Examination, name: TimeClaim): number | undefined {
  return toSeconds(readMember(payload.record, name));
}
