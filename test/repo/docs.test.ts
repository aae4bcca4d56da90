import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Registry } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { WEBHOOK_FLAGS } from '../../src/commands/webhook/flags.ts';
import { createWebhookMetrics } from '../../src/webhook/metrics.ts';
import { NOTICE_CODES } from '../../src/webhook/notices.ts';
import { outcomeOf, REASONS, type Reason } from '../../src/webhook/reasons.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');
const rowsOf = (page: string): string[] => page.split('\n').filter((line) => line.startsWith('| `'));

describe('docs/webhook.md', () => {
  test('has a row for every reason code, with its outcome', async () => {
    const rows = rowsOf(await read('docs/webhook.md'));
    const missing = Object.keys(REASONS).filter(
      (reason) => !rows.some((row) => row.startsWith(`| \`${reason}\` | ${outcomeOf(reason as Reason)} |`)),
    );
    expect(missing).toEqual([]);
  });

  test('has a row for every notice code', async () => {
    const rows = rowsOf(await read('docs/webhook.md'));
    expect(NOTICE_CODES.filter((code) => !rows.some((row) => row.startsWith(`| \`${code}\` |`)))).toEqual([]);
  });

  test('names every metric of the webhook', async () => {
    const page = await read('docs/webhook.md');
    const registry = new Registry();
    createWebhookMetrics(registry, () => ({ known: 0, annotated: 0 })).missingAccount();
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  test('has a row for every flag that the Go program does not know', async () => {
    const page = await read('docs/webhook.md');
    const ours = Object.keys(WEBHOOK_FLAGS).slice(Object.keys(WEBHOOK_FLAGS).indexOf('version') + 1);
    const own = ours.slice(0, ours.indexOf('add_dir_header'));
    expect(own.length).toBeGreaterThan(2);
    expect(own.filter((name) => !page.includes(`| \`--${name}\` |`))).toEqual([]);
  });
});

describe('docs/compatibility.md', () => {
  test('names a test that exists in every row', async () => {
    const page = await read('docs/compatibility.md');
    const rows = page.split('\n').filter((line) => /^\| (?!---|the (?:Go program|AWS CLI))/.test(line));
    expect(rows.length).toBeGreaterThan(30);
    const named = rows.map((row) => ({ row, files: row.match(/test\/[\w./-]+/g) ?? [] }));
    expect(named.filter(({ files }) => files.length === 0)).toEqual([]);
    expect(named.flatMap(({ files }) => files).filter((file) => !existsSync(new URL(file, root)))).toEqual(
      [],
    );
  });
});

test('every page names only files that exist', async () => {
  const { readdir } = await import('node:fs/promises');
  const pages = (await readdir(new URL('docs/', root), { recursive: true })).map((name) => `docs/${name}`);
  const texts = await Promise.all(
    [
      'README.md',
      'CONTRIBUTING.md',
      'test/e2e/README.md',
      ...pages.filter((name) => name.endsWith('.md')),
    ].map(async (page) => ({ page, text: await read(page) })),
  );
  const named = texts.flatMap(({ page, text }) =>
    (text.match(/(?<![\w/.-])(?:[\w-]+\/)+[\w.-]+\.(?:ts|mjs|md)\b/g) ?? []).map((path) => ({ page, path })),
  );
  expect(named.length).toBeGreaterThan(40);
  const exists = (path: string): boolean =>
    ['', 'src/'].some((base) => existsSync(new URL(base + path, root)));
  expect(named.filter(({ path }) => !exists(path))).toEqual([]);
});

describe('ARCHITECTURE.md', () => {
  test('has a row for every room, and names only files that exist', async () => {
    const page = await read('ARCHITECTURE.md');
    const { readdir } = await import('node:fs/promises');
    const rooms = (await readdir(new URL('src/', root))).map((name) =>
      name.includes('.') ? name : `${name}/`,
    );
    expect(rooms.filter((room) => !page.includes(` | \`${room}\` | `))).toEqual([]);
    const paths = (page.match(/[\w-]+(?:\/[\w<>-]+)*\/(?:[\w-]+\.(?:test\.)?ts)?/g) ?? []).filter(
      (path) => !path.includes('<') && !path.startsWith('docs/'),
    );
    expect(paths.length).toBeGreaterThan(80);
    const exists = (path: string): boolean =>
      ['src/', ''].some((base) => existsSync(new URL(base + path, root)));
    const ofRooms = paths.filter(
      (path) => rooms.includes(`${path.split('/')[0]}/`) || path.startsWith('test/'),
    );
    expect(ofRooms.filter((path) => !exists(path))).toEqual([]);
  });
});
