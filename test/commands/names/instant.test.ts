import { describe, expect, test } from 'vitest';
import { readPlan } from '../../../src/commands/verify/plan.ts';
import { readKeyRecord } from '../../../src/issuer/publish/key-record.ts';
import { matchDate } from '../../../src/trust/match/order.ts';
import { findTakers, type Readers } from '../../support/commands/takers.ts';
import { runTree } from '../../support/commands/tree.ts';

const ISSUER = 'https://oidc.example/a';

describe('an instant', () => {
  const LATER = Date.parse('2200-01-01T00:00:00Z');
  const readers: Readers = {
    verify: (text) => !Array.isArray(readPlan('x', { issuer: [ISSUER], at: text })),
    rotate: async (text) => (await runTree(['keys', 'rotate', '--plan', '--start', text])).code === 0,
    record: (text) => {
      const keys = [{ kid: 'a', firstPublished: text }];
      return readKeyRecord(JSON.stringify({ keys }), LATER).record.get('a')?.firstPublished !== undefined;
    },
    trust: (text) => matchDate(text, text, '='),
  };

  test.each([
    ['2026-01-31T09:00:00Z', 'verify rotate trust'],
    ['2026-01-31T09:00:00.000Z', 'verify rotate record trust'],
    ['2026-01-31T10:00:00+01:00', 'verify rotate trust'],
    ['2026-01-31T09:00:00.123456789Z', 'verify rotate trust'],
    ['2026-01-31T09:00Z', 'rotate trust'],
    ['2026-01-31', 'trust'],
    ['2026-01', 'trust'],
    ['2026', 'verify trust'],
    ['1790856000', 'verify trust'],
    ['2024-02-29T09:00:00.000Z', 'verify rotate record trust'],
    ['2026-02-30T09:00:00Z', ''],
    ['2026-02-29T09:00:00.000Z', ''],
    ['2026-04-31T09:00:00.000Z', ''],
    ['2026-02-30', ''],
    ['2026-02-30T09:00Z', ''],
    ['2026-01-31T24:00:00.000Z', ''],
    ['2026-01-31T24:00:01Z', ''],
    ['2026-12-31T23:59:60Z', ''],
    ['2026-01-31T09:60:00Z', ''],
    ['2026-13-01T09:00:00Z', ''],
    ['2026-01-31T09:00:00', ''],
    ['2026-01-31T09:00:00+24:00', ''],
    ['2026-01-31 09:00:00Z', ''],
    ['2026-01-31t09:00:00z', ''],
  ])('%j is one for: %s', async (text, takers) => {
    expect(await findTakers(readers, text)).toBe(takers);
  });
});
