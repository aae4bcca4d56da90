import { MAX_SKEW } from '../../../aws/sigv4/clock.ts';
import type { Examination } from '../examination.ts';
import { SOURCES, type TokenRule } from '../rule.ts';

/** Seconds by which the token's date is ahead of the clock; negative: it is in the past. */
function readLead(examination: Examination): number {
  const url = examination.url();
  return url.kind === 'refused' ? Number.NaN : (url.claim.time - examination.options.now) / 1_000;
}

export const NOT_EXPIRED: TokenRule = {
  name: 'not-expired',
  code: 'token-expired',
  source: SOURCES.sigV4,
  check(examination) {
    const lead = readLead(examination);
    return lead >= -MAX_SKEW / 1_000 ? undefined : `signed ${Math.ceil(-lead)} s ago, and 900 s are allowed`;
  },
};

export const NOT_EARLY: TokenRule = {
  name: 'not-early',
  code: 'token-not-yet-valid',
  source: SOURCES.sigV4,
  check(examination) {
    const lead = readLead(examination);
    return lead <= MAX_SKEW / 1_000
      ? undefined
      : `signed ${Math.ceil(lead)} s ahead of this clock, and 900 s are allowed`;
  },
};
