import { describe, expect, test } from 'vitest';
import { isRenewalDue } from '../../../src/local-cluster/node/token-grant.ts';

const HOUR = 3_600_000;
const ISSUED = 1_700_000_000_000;

/** @param hours of life */
const grant = (hours: number) => ({ token: 't', expiresAt: ISSUED + hours * HOUR, lifetime: hours * HOUR });

describe('a token is renewed as kubelet does it', () => {
  test.each([
    ['just issued', 1, 0, 0, false],
    ['before 80 % of its life', 1, 0.79, 0, false],
    ['at 80 % of its life', 1, 0.8, 0, false],
    ['after 80 % of its life', 1, 0.8001, 0, true],
    ['a little earlier, by chance', 1, 0.7999, 0.9999, true],
    ['never more than ten seconds earlier', 1, 0.797, 0.9999, false],
    ['a day of life at 19.2 hours', 24, 19.3, 0, true],
    ['not before', 24, 19.1, 0, false],
    ['a long life after a day', 720, 24.1, 0, true],
    ['and not before', 720, 23.9, 0, false],
    ['issued in the future', 1, -0.1, 0, true],
    ['expired', 1, 5, 0, true],
  ])('%s', (...[, hours, age, random, expected]) => {
    expect(isRenewalDue(grant(hours), ISSUED + age * HOUR, random)).toBe(expected);
  });
});
