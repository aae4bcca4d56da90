import { afterAll, beforeAll, expect, test } from 'vitest';
import { SCENE } from '../../support/access/scene.ts';
import { runTree } from '../../support/commands/tree.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

let workspace: Workspace;
let scene: string;

beforeAll(() => {
  workspace = createWorkspace();
  scene = workspace.write('cluster.yaml', SCENE);
});
afterAll(() => workspace.remove());

const OPS = ['--arn', 'arn:aws:iam::111122223333:role/ops'];
const LINE = '{"verb": "get", "resource": "pods", "namespace": "shop"}\n';

/** Both outputs: `lookup` and a batch have no place for caveats in one of them. */
async function ask(words: readonly string[], identity: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runTree([...words, ...identity, '--snapshot', scene], { input: LINE });
  return `${stdout}${stderr}`;
}

test.each<[string, string[]]>([
  ['rules', ['rules']],
  ['whoami', ['whoami']],
  ['lookup', ['lookup']],
  ['can --list', ['can', '--list', '-n', 'shop']],
  ['can --batch', ['can', '--batch', '-']],
])('%s says what it leaves out where the session is open, and only there', async (_, words) => {
  const open = await ask(words, OPS);
  expect(open).toContain('open-session');
  expect(open).toMatch(/what RBAC gives to \\?"ops:jane\\?" is left out/);
  expect(await ask(words, [...OPS, '--session', 'jane'])).not.toContain('open-session');
  expect(await ask(words, ['--as', 'ops:jane'])).not.toContain('open-session');
});

test('of many names some are told, and how many there are', async () => {
  const subjects = Array.from({ length: 9 }, (_, at) => `- {kind: User, name: "ops:p${at}"}`).join('\n');
  const many = workspace.write('many.yaml', SCENE.replace('- {kind: ServiceAccount, name: ci}', subjects));
  const { stdout } = await runTree(['rules', ...OPS, '--snapshot', many]);
  expect(stdout).toContain('"ops:jane", "ops:p0", "ops:p1", "ops:p2", "ops:p3" and 5 more is left out');
});

test('a section of aws-auth that is no text is unknown, and not empty', async () => {
  const entries = '\n  - rolearn: arn:aws:iam::111122223333:role/ops\n    username: ops\n';
  const awsAuth = `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata:\n  mapRoles:${entries}`;
  const file = workspace.write('aws-auth.yaml', awsAuth);
  const whole = workspace.write(
    'whole.yaml',
    `${SCENE.split('---\n').slice(0, -1).join('---\n')}---\n${awsAuth}`,
  );
  for (const words of [
    ['--snapshot', scene, '--mapping', file],
    ['--snapshot', whole],
  ]) {
    const { code, stdout, stderr } = await runTree(['whoami', ...OPS, ...words]);
    expect([code, `${stdout}${stderr}`]).toEqual([
      3,
      expect.stringContaining('mapRoles: it is no text: write mapRoles: | and its entries below'),
    ]);
  }
});

test('can names no session that the mapping refuses for another of its names', async () => {
  const mapping = workspace.write(
    'refused.yaml',
    `apiVersion: v1
kind: ConfigMap
metadata: {name: aws-auth, namespace: kube-system}
data:
  mapRoles: |
    - rolearn: arn:aws:iam::111122223333:role/ops
      username: ops:{{SessionName}}
      groups: ["system:node:{{EC2PrivateDNSName}}"]
`,
  );
  const ask = (...words: string[]) =>
    runTree(['can', 'get', 'pods', '-n', 'shop', ...OPS, '--snapshot', scene, ...words]);
  expect((await ask()).stdout).toContain('yes for sessions named jane');
  expect((await ask('--mapping', mapping)).stdout).not.toContain('yes for');
});
