import { readFileSync } from 'node:fs';
import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { MEMBERS } from '../../src/certificates/contents.ts';
import { FIELD_MANAGER } from '../../src/certificates/secret.ts';
import { ISSUER_FLAGS } from '../../src/commands/issuer/flags.ts';
import { createKeptMetrics } from '../../src/commands/server/kept-metrics.ts';
import { WEBHOOK_FLAGS } from '../../src/commands/webhook/flags.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const page = read('docs/certificates.md');

test('docs/certificates.md has a row for each metric, member and flag', () => {
  const registry = new Registry();
  createKeptMetrics(registry, false);
  const metrics = registry.getMetricsAsArray().map(({ name }) => name);
  expect(metrics).toHaveLength(5);
  expect(metrics.filter((name) => !page.includes(`\n| \`${name}\` |`))).toEqual([]);
  expect(MEMBERS.filter((member) => !page.includes(`\`${member}\``))).toEqual([]);
  expect(page).toContain(`\`${FIELD_MANAGER}\``);
  const rows = page.split('\n').filter((line) => line.startsWith('| `--'));
  const told = rows.map((row) => row.split('|').map((cell) => cell.trim().replaceAll('`', '')));
  expect(told.length).toBe(6);
  for (const [, flag = '', webhook, issuer] of told) {
    const name = flag.slice(2) as keyof typeof WEBHOOK_FLAGS & keyof typeof ISSUER_FLAGS;
    expect([flag, webhook]).toEqual([flag, String(WEBHOOK_FLAGS[name].default)]);
    expect([flag, issuer]).toEqual([flag, name in ISSUER_FLAGS ? String(ISSUER_FLAGS[name].default) : '']);
  }
});

/** The rules about certificates, without the names of whose they are. */
function readRules(text: string): unknown[] {
  const objects = parseAllDocuments(text).map((document) => document.toJS());
  const rules = objects.flatMap((object) => object.rules ?? []);
  return rules.filter(({ resources }) => !resources.includes('serviceaccounts'));
}

test('its rights are those that the test on a real API server runs with', () => {
  const [, yaml = ''] = /```yaml\n([\s\S]*?)```/.exec(page) ?? [];
  expect(readRules(yaml)).toHaveLength(2);
  expect(readRules(yaml)).toEqual(readRules(read('test/e2e/scenarios/own-certificates-rbac.yaml')));
});
