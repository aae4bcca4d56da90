import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { createAuthenticatorMetrics } from '../../src/authenticator/metrics.ts';
import { REASONS, type Reason } from '../../src/authenticator/reasons.ts';
import { TOKEN_RULES } from '../../src/authenticator/token/rules.ts';
import { createConfig } from '../../src/commands/authenticator/config/config.ts';
import { findOddKeys, listKnownKeys } from '../../src/commands/authenticator/config/keys.ts';
import { AUTHENTICATOR_FLAGS } from '../../src/commands/authenticator/flags.ts';
import { createMappingReport } from '../../src/commands/authenticator/mapping-report.ts';
import { readYaml } from '../../src/mapping/yaml-nodes.ts';
import { createRecordingLog } from '../support/recording-log.ts';

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

  test('has a row for every flag, with its default and what it is', () => {
    for (const [name, spec] of Object.entries(AUTHENTICATOR_FLAGS)) {
      const row = rows.find((line) => line.startsWith(`| \`--${name}\``)) ?? '';
      const told = 'noEffect' in spec ? `no effect: ${spec.noEffect}` : spec.help;
      expect(row).toContain(`| ${told} |`);
      const value = spec.type === 'duration' ? '' : String(spec.default);
      expect(row).toContain(value);
    }
  });

  test('has a configuration that the server takes', () => {
    const [, example = ''] = /```yaml\n(.*?)```/s.exec(page) ?? [];
    const config = readYaml(example);
    if (config.kind === 'malformed') throw new Error(config.problem);
    expect(findOddKeys(createConfig(config.node), listKnownKeys(AUTHENTICATOR_FLAGS))).toEqual([]);
  });

  test('names every metric of mappings', () => {
    const registry = new Registry();
    createMappingReport(registry, createRecordingLog());
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.length).toBeGreaterThan(5);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
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
