import { quoteValue } from '../../../json/quote.ts';
import { readMember } from '../../../json/record.ts';
import { toSeconds } from '../claims.ts';
import type { Examination } from '../examination.ts';
import { type Rule, SOURCES } from '../rule.ts';

const NAMES = ['exp', 'iat', 'nbf'] as const;
type TimeClaim = (typeof NAMES)[number];

/** Floats are refused, as by AWS; also what is too large to be told from its neighbour. */
export const TIMES = {
  name: 'times',
  origin: 'captured',
  source: SOURCES.captured,
  codes: ['claim-malformed'],
  needs: ['required-claims'],
  check({ payload }) {
    const { record } = payload;
    const bad = NAMES.find((name) => Object.hasOwn(record, name) && toSeconds(record[name]) === undefined);
    if (bad === undefined) return undefined;
    return {
      code: 'claim-malformed',
      detail: `${bad} is ${quoteValue(record[bad])}; it must be an integer, seconds since 1970`,
    };
  },
  see: () => 'exp, iat and nbf are integers',
} as const satisfies Rule;

export const TIMES_ARE_NUMBERS = {
  name: 'times-are-numbers',
  origin: 'ours',
  source: 'RFC 7519 section 2, NumericDate',
  codes: ['time-not-number'],
  needs: ['times'],
  check({ payload }) {
    const quoted = NAMES.find((name) => typeof readMember(payload.record, name) === 'string');
    if (quoted === undefined) return undefined;
    return { code: 'time-not-number', detail: `${quoted} is an integer in quotes; write it without them` };
  },
  see: () => 'without quotes',
} as const satisfies Rule;

export const EXPIRY = {
  name: 'expiry',
  origin: 'documented',
  source: SOURCES.stsApi,
  codes: ['token-expired'],
  needs: ['times'],
  check(examination) {
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
  },
  see: (examination) => describeTime(examination, 'exp'),
} as const satisfies Rule;

export const ISSUED_AT = {
  name: 'issued-at',
  origin: 'documented',
  source: SOURCES.iamGuide,
  codes: ['issued-in-future'],
  needs: ['times'],
  check(examination) {
    const ahead = readAhead(examination, 'iat');
    return ahead === undefined ? undefined : { code: 'issued-in-future', detail: `iat ${ahead}` };
  },
  see: (examination) => describeTime(examination, 'iat'),
} as const satisfies Rule;

export const NOT_BEFORE = {
  name: 'not-before',
  origin: 'documented',
  source: SOURCES.iamGuide,
  codes: ['not-yet-valid'],
  needs: ['times'],
  check(examination) {
    const ahead = readAhead(examination, 'nbf');
    return ahead === undefined ? undefined : { code: 'not-yet-valid', detail: `nbf ${ahead}` };
  },
  see: (examination) => describeTime(examination, 'nbf'),
} as const satisfies Rule;

/** STS takes any; a token that lives for a year is a password. */
export const LIFETIME = {
  name: 'lifetime',
  origin: 'ours',
  source: 'kubelet asks for a day at most',
  codes: ['lifetime-out-of-range'],
  needs: ['times'],
  check(examination) {
    const lifetime = toLifetime(examination);
    const { maxLifetime } = examination;
    if (lifetime > 0 && lifetime <= maxLifetime) return undefined;
    return {
      code: 'lifetime-out-of-range',
      detail: `from iat to exp are ${lifetime} s, and 1 to ${maxLifetime} are allowed`,
    };
  },
  see: (examination) => `${toLifetime(examination)} s from iat to exp`,
} as const satisfies Rule;

/** @returns a description where the time is further ahead than clocks may differ */
function readAhead(examination: Examination, name: TimeClaim): string | undefined {
  const { now, leeway } = examination;
  const time = readTime(examination, name);
  if (time === undefined || time <= now + leeway) return undefined;
  return `is ${Math.ceil(time - now)} s ahead, and ${leeway} s are allowed: compare the clocks`;
}

function describeTime(examination: Examination, name: TimeClaim): string {
  const time = readTime(examination, name);
  if (time === undefined) return `${name} is absent`;
  const away = Math.round(time - examination.now);
  return `${name} ${away >= 0 ? `is ${away} s ahead` : `was ${-away} s ago`}`;
}

function toLifetime(examination: Examination): number {
  return (readTime(examination, 'exp') ?? 0) - (readTime(examination, 'iat') ?? 0);
}

function readTime({ payload }: Examination, name: TimeClaim): number | undefined {
  return toSeconds(readMember(payload.record, name));
}
