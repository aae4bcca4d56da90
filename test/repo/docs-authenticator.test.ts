import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createAuthenticatorMetrics } from '../../src/authenticator/metrics.ts';
import { REASONS, type Reason } from '../../src/authenticator/reasons.ts';
import { TOKEN_RULES } from '../../src/authenticator/token/rules.ts';

const page = readFileSync(new URL('../../docs/authenticator.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| `'));

describe('docs/authenticator.md', () => {
  test('has a row for every rule of a token, in order', () => {
    const expected = TOKEN_RULES.map(({ name, code, source }) => `| \`${name}\` | \`${code}\` | ${source} |`);
    const at = rows.indexOf(expected[0] ?? '');
    expect(rows.slice(at, at + expected.length)).toEqual(expected);
  });

  test('has a row for every reason, with what it means', () => {
    const expected = (Object.keys(REASONS) as Reason[]).map((reason) => {
      const { answer, go, meaning } = REASONS[reason];
      return `| \`${reason}\` | ${answer} | \`${go}\` | ${meaning} |`;
    });
    const at = rows.indexOf(expected[0] ?? '');
    expect(rows.slice(at, at + expected.length)).toEqual(expected);
  });

  test('names every metric', () => {
    const registry = new Registry();
    const sources = { inFlight: () => 0, waiting: () => 0, openCircuits: () => 0, kept: () => 0 };
    const metrics = createAuthenticatorMetrics(registry, () => sources);
    metrics.stsCall('us-west-2', 'sts-throttled', undefined, 1);
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !rows.some((row) => row.startsWith(`| \`${name}\` | `)))).toEqual([]);
  });
});
