import { expect, test } from 'vitest';
import { createKeysCheck } from '../../../src/commands/issuer/keys-check.ts';
import type { KeyStatus } from '../../../src/issuer/keys/key-reports.ts';

const NOW = Date.UTC(2026, 0, 31, 9);

function check(status: KeyStatus | undefined, bound = 300_000) {
  return createKeysCheck({ keys: { status: () => status }, issuer: 'x', bound, now: () => NOW });
}

test('keys are ready from their first delivery until their grace is over', () => {
  expect(check({ state: 'fresh', keys: 1, ageMs: 0 }).check()).toBeUndefined();
  expect(check({ state: 'stale', keys: 1, ageMs: 900_000 }).check()).toBeUndefined();
  expect(check({ state: 'none', keys: 0, lastProblem: 'no answer' }).check()).toMatch(/: no answer$/);
  expect(check({ state: 'none', keys: 0 }).check()).toMatch(/: they were not read yet$/);
});

test('keys that their source has not confirmed for longer than the bound are degraded, with its last error', () => {
  expect(check({ state: 'fresh', keys: 1, ageMs: 300_000 }).degraded?.()).toBeUndefined();
  expect(check({ state: 'stale', keys: 1, ageMs: 300_001, lastProblem: 'answered 403' }).degraded?.()).toBe(
    'the source has not confirmed the keys since 2026-01-31T08:54:59.999Z: answered 403',
  );
});

test('keys of a file are degraded as soon as it is refused, and not while it is good', () => {
  expect(check({ state: 'fresh', keys: 1, ageMs: 50_000 }, 0).degraded?.()).toBeUndefined();
  expect(check({ state: 'fresh', keys: 1, ageMs: 1, lastProblem: 'no key in it' }, 0).degraded?.()).toMatch(
    /no key in it$/,
  );
});
