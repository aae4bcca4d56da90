import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readWorkflow, WORKFLOWS } from '../support/workflow.ts';

const ROOT = new URL('../../', import.meta.url);

const read = (name: string): string => readFileSync(new URL(name, WORKFLOWS), 'utf8');

describe.each(readdirSync(WORKFLOWS))('%s', (name) => {
  const text = read(name);
  const workflow = readWorkflow(name);
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

  test('has scripts that bash can read', () => {
    for (const script of steps.flatMap(({ run }) => run ?? []))
      expect(spawnSync('bash', ['-n', '-c', script], { encoding: 'utf8' }).stderr).toBe('');
  });

  test('asks only for outputs that steps and jobs before have', () => {
    for (const job of Object.values(workflow.jobs)) {
      const ids = job.steps.map(({ id }) => id);
      const asked = JSON.stringify(job).matchAll(/\bsteps\.([\w-]+)\.outputs\.([\w-]+)/g);
      for (const [, id] of asked) expect(ids).toContain(id);
      for (const [, other = '', output] of JSON.stringify(job).matchAll(
        /\bneeds\.([\w-]+)\.outputs\.([\w-]+)/g,
      )) {
        expect(job.needs).toBe(other);
        expect(Object.keys(workflow.jobs[other]?.outputs ?? {})).toContain(output);
      }
    }
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

  test('gives out what its steps have written', () => {
    const { image } = readWorkflow('release.yaml').jobs;
    const build = image?.steps.find(({ id }) => id === 'build')?.run ?? '';
    for (const output of Object.keys(image?.outputs ?? {})) expect(build).toContain(`${output}=%s`);
  });

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
