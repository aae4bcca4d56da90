import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const ROOT = new URL('../../', import.meta.url);
const FOLDER = new URL('.github/workflows/', ROOT);

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { readonly permissions?: object; readonly steps: readonly Step[] }>>;
}

const read = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');

describe.each(readdirSync(FOLDER))('%s', (name) => {
  const text = read(name);
  const workflow = parse(text) as Workflow;
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

  test('may do nothing that a job does not ask for', () => {
    expect(workflow.permissions).toEqual({});
    for (const job of Object.values(workflow.jobs)) expect(job.permissions).toBeTypeOf('object');
  });

  test('has actions by commit, with the version beside it', () => {
    const uses = text.split('\n').filter((line) => /^\s*(?:- )?uses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    expect(
      uses.filter((line) => !/uses: [\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
    ).toEqual([]);
  });

  test('leaves no credential of git behind', () => {
    const checkouts = steps.filter(({ uses }) => uses?.startsWith('actions/checkout@'));
    for (const { with: options } of checkouts)
      expect(options).toMatchObject({ 'persist-credentials': false });
  });

  test('puts no expression into a script, where it would be code', () => {
    expect(steps.flatMap(({ run }) => run ?? []).filter((script) => script.includes('${{'))).toEqual([]);
  });

  test('runs only tools and scripts that are there', () => {
    const { scripts } = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8'));
    const runs = steps.flatMap(({ run }) => run ?? []).join('\n');
    const asked = [...runs.matchAll(/npm run (?:--silent )?([\w-]+)/g)].map(([, script = '']) => script);
    expect(asked.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
    const tools = runs.match(/\btools\/[\w-]+\.ts\b/g) ?? [];
    expect(tools.filter((tool) => !existsSync(new URL(tool, ROOT)))).toEqual([]);
  });
});

describe('the release', () => {
  const release = read('release.yaml');

  test('finds both bases in the Dockerfile by tags, which it resolves itself', () => {
    const dockerfile = readFileSync(new URL('Dockerfile', ROOT), 'utf8');
    for (const name of ['BUILD_BASE', 'FINAL_BASE'])
      expect(new RegExp(`^ARG ${name}=[\\w./-]+:[\\w.-]+$`, 'm').test(dockerfile)).toBe(true);
    expect(dockerfile + release).not.toMatch(/@sha256:[0-9a-f]{64}/);
  });

  test('checks the identity that docs/image.md tells readers to ask for', () => {
    const page = readFileSync(new URL('docs/image.md', ROOT), 'utf8');
    for (const text of [
      'https://token.actions.githubusercontent.com',
      '/.github/workflows/release.yaml@refs/tags/',
    ])
      expect([release.includes(text), page.includes(text)]).toEqual([true, true]);
  });
});
