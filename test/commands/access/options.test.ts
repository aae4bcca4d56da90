import { afterAll, beforeAll, expect, test } from 'vitest';
import { SCENE } from '../../support/access/scene.ts';
import { runTree, toLines } from '../../support/commands/tree.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

let workspace: Workspace;
let snapshot: string;

beforeAll(() => {
  workspace = createWorkspace();
  snapshot = workspace.write('cluster.yaml', SCENE);
});
afterAll(() => workspace.remove());

/** Each command about rights, with what it needs to answer about a snapshot where nobody is named. */
const COMMANDS: Readonly<Record<string, { words: string[]; who?: string[]; refuses?: string[] }>> = {
  can: { words: ['can', 'list', 'pods'], who: ['--as', 'jane'] },
  'can --list': { words: ['can', '--list'], who: ['--as', 'jane'] },
  whoami: { words: ['whoami'], who: ['--as', 'jane'], refuses: ['-n', '-A'] },
  lookup: { words: ['lookup'] },
  rules: { words: ['rules'], who: ['--as', 'jane'] },
  'policy-rules': { words: ['policy-rules'], who: ['--as', 'jane'] },
  summary: { words: ['summary'], who: ['--as', 'jane'] },
  'who-can': { words: ['who-can', 'list', 'pods'], refuses: ['identity'] },
  matrix: { words: ['matrix', '--resources', 'pods'], who: ['--as', 'jane'] },
  findings: { words: ['findings'], refuses: ['identity', '-n', '-A'] },
  role: { words: ['role'], refuses: ['identity', '-A'] },
  snapshot: { words: ['snapshot'], refuses: ['identity', '-n', '-A'] },
};

const ARN = 'arn:aws:iam::111122223333:role/ops';
const IDENTITIES: readonly (readonly string[])[] = [
  ['--as', 'jane'],
  ['--as-group', 'dev', '--as', 'jane'],
  ['--sa', 'shop:ci'],
  ['--arn', ARN],
  ['--session', 'jane', '--arn', ARN],
];
const PLACES: readonly (readonly string[])[] = [['-n', 'shop'], ['-A']];

const toRows = (options: readonly (readonly string[])[]) =>
  Object.keys(COMMANDS).flatMap((name) =>
    options.map((given): [string, string, readonly string[]] => [name, given[0] ?? '', given]),
  );

function isRefused(name: string, option: string): boolean {
  const refuses = COMMANDS[name]?.refuses ?? [];
  return refuses.includes(option) || (refuses.includes('identity') && option.startsWith('--'));
}

/** Taken: an answer, of whatever kind. Refused: one line that says why, and nothing else. */
async function expectMeaning(name: string, option: string, words: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await runTree([...words, '--snapshot', snapshot]);
  if (!isRefused(name, option)) {
    expect([code === 0 || code === 1, stderr]).toEqual([
      true,
      expect.not.stringMatching(/unknown option|means/),
    ]);
    return;
  }
  expect([code, stdout, toLines(stderr)]).toEqual([
    2,
    '',
    [expect.stringMatching(new RegExp(`^iam-bridge ${name}: ${option} means nothing here: .{20,}`))],
  ]);
}

test.each(toRows(IDENTITIES))('%s takes %s, or says why not', async (name, option, given) => {
  await expectMeaning(name, option, [...(COMMANDS[name]?.words ?? []), ...given]);
});

test.each(toRows(PLACES))('%s takes %s, or says why not', async (name, option, given) => {
  const { words = [], who = [] } = COMMANDS[name] ?? {};
  await expectMeaning(name, option, [...words, ...who, ...given]);
});

test.each(Object.keys(COMMANDS))('%s takes --snapshot, and -o', async (name) => {
  const { words = [], who = [] } = COMMANDS[name] ?? {};
  const target = name === 'snapshot' ? workspace.write('again.json', '') : 'json';
  const { code, stderr } = await runTree([...words, ...who, '-o', target, '--snapshot', snapshot]);
  expect([code === 0 || code === 1, stderr]).toEqual([true, expect.not.stringMatching(/unknown option/)]);
});

test.each(Object.keys(COMMANDS))('%s takes --kubeconfig and --context', async (name) => {
  const { words = [], who = [] } = COMMANDS[name] ?? {};
  const missing = '/nowhere/no-kubeconfig';
  const { code, stderr } = await runTree([...words, ...who, '--kubeconfig', missing, '--context', 'dev']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('no-kubeconfig')]);
});
