import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCENE } from '../../support/access/scene.ts';
import { runTree } from '../../support/commands/tree.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const GROUP = 'rbac.authorization.k8s.io';
const MORE = `---
apiVersion: ${GROUP}/v1
kind: ClusterRole
metadata: {name: one-node}
rules:
- {apiGroups: [""], resources: [nodes], resourceNames: [n1], verbs: [get]}
- {apiGroups: [apps], resources: ["*/scale"], verbs: ["*"]}
- {nonResourceURLs: [/metrics], verbs: [get]}
---
apiVersion: ${GROUP}/v1
kind: ClusterRoleBinding
metadata: {name: everybody}
roleRef: {apiGroup: ${GROUP}, kind: ClusterRole, name: one-node}
subjects:
- {kind: Group, apiGroup: ${GROUP}, name: "system:authenticated"}
- {kind: User, apiGroup: ${GROUP}, name: "zoë\\u202e"}
`;

let workspace: Workspace;
let snapshot: string;

beforeAll(() => {
  workspace = createWorkspace();
  snapshot = workspace.write('cluster.yaml', SCENE + MORE);
});
afterAll(() => workspace.remove());

async function run(words: readonly string[]) {
  const outcome = await runTree([...words, '--snapshot', snapshot]);
  const isJson = words.includes('json') && outcome.stdout !== '';
  return { ...outcome, json: isJson ? JSON.parse(outcome.stdout) : undefined };
}

describe('who-can', () => {
  const namesOf = ({ json }: Awaited<ReturnType<typeof run>>): string[] =>
    json.subjects.map(
      ({ subject }: { subject: { kind: string; name: string } }) => `${subject.kind} ${subject.name}`,
    );

  test('tells everybody, with where', async () => {
    const outcome = await run(['who-can', 'get', 'pods', '-o', 'json']);
    expect(outcome.code).toBe(0);
    expect(namesOf(outcome).toSorted()).toEqual([
      'Group dev',
      'Group system:masters',
      'ServiceAccount ci',
      'User ops:jane',
    ]);
    expect(outcome.json.question).toEqual({ verb: 'get', group: '', resource: 'pods' });
    const dev = outcome.json.subjects.find(
      ({ subject }: { subject: { name: string } }) => subject.name === 'dev',
    );
    expect(dev.scope).toEqual({ cluster: false, namespaces: ['shop'] });
  });

  test('tells only of a namespace where one is named', async () => {
    expect(namesOf(await run(['who-can', 'get', 'pods', '-n', 'other', '-o', 'json']))).toEqual([
      'Group system:masters',
    ]);
  });

  test('marks who may it to some objects only', async () => {
    const { json, stdout } = await run(['who-can', 'get', 'nodes', '-o', 'json']);
    expect(stdout).not.toContain('shop');
    const everybody = json.subjects.find(({ names }: { names?: string[] }) => names !== undefined);
    expect(everybody).toMatchObject({
      subject: { name: 'system:authenticated' },
      names: ['n1'],
      scope: { cluster: true },
    });
    expect((await run(['who-can', 'get', 'nodes'])).stdout).toMatch(
      /system:authenticated .* cluster \(only n1\)/,
    );
  });

  test('tells names with the namespace in which they are meant', async () => {
    const role = (namespace: string, name: string): string => `---
apiVersion: ${GROUP}/v1
kind: Role
metadata: {name: one, namespace: ${namespace}}
rules: [{apiGroups: [""], resources: [secrets], resourceNames: [${name}], verbs: [get]}]
---
apiVersion: ${GROUP}/v1
kind: RoleBinding
metadata: {name: one, namespace: ${namespace}}
roleRef: {apiGroup: ${GROUP}, kind: Role, name: one}
subjects: [{kind: User, apiGroup: ${GROUP}, name: jane}]
`;
    const file = workspace.write('names.yaml', role('b', 'queue') + role('a', 'db'));
    const { stdout } = await runTree(['who-can', 'get', 'secrets', '--snapshot', file]);
    expect(stdout).toContain('  a (only db); b (only queue)  ');
  });

  test('knows that a RoleBinding gives no URLs', async () => {
    expect(namesOf(await run(['who-can', 'get', '/metrics', '-o', 'json'])).toSorted()).toEqual([
      'Group system:authenticated',
      'Group system:masters',
      'User zoë\u202e',
    ]);
  });

  test('says who is behind users and groups', async () => {
    const { json } = await run(['who-can', 'get', 'pods', '--people', '-o', 'json']);
    const people = Object.fromEntries(
      json.subjects.map(({ subject, people: who }: { subject: { name: string }; people: object[] }) => [
        subject.name,
        who,
      ]),
    );
    expect(people['dev']).toMatchObject([
      { kind: 'mapping', entry: { arn: 'arn:aws:iam::111122223333:role/dev' } },
    ]);
    expect(people['ops:jane']).toMatchObject([{ kind: 'mapping', template: 'ops:{{SessionName}}' }]);
    expect(people['ci']).toEqual([
      {
        kind: 'account',
        account: { namespace: 'shop', name: 'ci' },
        exists: true,
        roleArn: 'arn:aws:iam::111122223333:role/ci',
      },
    ]);
    const { stdout } = await run(['who-can', 'get', 'pods', '--people']);
    expect(stdout).toContain(
      '← arn:aws:iam::111122223333:role/ops by aws-auth of the snapshot, mapRoles[1], line 4 (as ops:{{SessionName}})',
    );
  });

  test('shows names that a terminal would obey escaped', async () => {
    const { stdout } = await run(['who-can', 'get', '/metrics']);
    expect(stdout).toContain('zoë\\u202e ');
    expect(stdout).not.toContain('\u202e');
  });

  test('tells of a resource that nobody knows', async () => {
    const { stdout } = await run(['who-can', 'get', 'podz']);
    expect(stdout).toContain('did you mean pods? (unknown-resource)');
  });
});

describe('lookup', () => {
  const rowsOf = ({ json }: Awaited<ReturnType<typeof run>>): string[] =>
    (json ?? []).map(
      ({
        subject,
        binding,
        dangling,
      }: {
        subject: { name: string };
        binding: { name: string };
        dangling?: true;
      }) => `${subject.name} ${binding.name}${dangling ? ' dangling' : ''}`,
    );

  test.each<[string, string[], string[]]>([
    ['a group', ['dev'], ['dev readers']],
    ['an account by its name', ['ci'], ['ci readers']],
    ['an account by its full name', ['shop/ci'], ['ci readers']],
    ['an account by its user name', ['system:serviceaccount:shop:ci'], ['ci readers']],
    ['a role that is missing', ['bob'], ['bob dangling dangling']],
    ['what is implied', ['shop:ci', '--implied'], ['system:authenticated everybody', 'ci readers']],
    ['a pattern', ['-e', '^ops:'], ['ops:jane readers']],
    ['what a pattern does not find', ['-e', 'o', '--not'], ['system:authenticated everybody', 'dev readers']],
    ['a kind', ['-k', 'ServiceAccount'], ['ci readers']],
    ['a namespace', ['-e', '.', '-k', 'Group', '-n', 'other'], ['system:authenticated everybody']],
    ['an identity', ['--sa', 'shop:ci'], ['system:authenticated everybody', 'ci readers']],
    ['a kind of what an identity has', ['--sa', 'shop:ci', '-k', 'ServiceAccount'], ['ci readers']],
    [
      'a principal',
      ['--arn', 'arn:aws:iam::111122223333:role/dev'],
      ['system:authenticated everybody', 'dev readers'],
    ],
  ])('finds %s', async (_, words, expected) => {
    const outcome = await run(['lookup', ...words, '-o', 'json']);
    expect([outcome.code, rowsOf(outcome)]).toEqual([0, expected]);
  });

  test('has a row with the people behind', async () => {
    const { stdout } = await run(['lookup', 'dev']);
    expect(stdout.replace(/ {2,}/g, '  ')).toBe(
      'SUBJECT  KIND  SUBJECT-NS  SCOPE  ROLE  BINDING  FROM\n' +
        'dev  Group  shop  ClusterRole pod-reader  RoleBinding shop/readers  arn:aws:iam::111122223333:role/dev by aws-auth of the snapshot, mapRoles[0], line 1\n' +
        `\nsource  ${snapshot}\n`,
    );
    expect((await run(['lookup', 'bob'])).stdout).toContain('Role shop/gone (missing)');
  });

  test.each<[string, string[], number, RegExp]>([
    ['nobody', ['system.masters'], 1, /nothing is bound to such a subject/],
    [
      'a pattern that is none',
      ['-e', '['],
      2,
      /-e is no regular expression \(.*\): mend it, or give the NAME itself/,
    ],
    ['two questions', ['dev', '-e', 'x'], 2, /NAME and -e ask for different subjects/],
    ['--not alone', ['--not'], 2, /--not turns -e round/],
    ['--implied alone', ['--implied'], 2, /--implied goes with a NAME/],
    ['an identity beside a name', ['dev', '--as', 'x'], 2, /NAME and an identity ask/],
    ['a principal that nobody knows', ['--arn', 'arn:aws:iam::111122223333:role/x'], 1, /make nobody/],
  ])('of %s says so', async (_, words, code, problem) => {
    const outcome = await run(['lookup', ...words]);
    expect([outcome.code, outcome.stdout]).toEqual([code, '']);
    expect(outcome.stderr).toMatch(problem);
  });
});

test('whoami of a group is about nobody, and what it has is told elsewhere', async () => {
  const { code, stderr } = await run(['whoami', '--as-group', 'dev']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('--as-group alone is nobody')]);
});

describe('rules', () => {
  const CI = ['--sa', 'shop:ci'];

  test('are told over the whole cluster, with where, under three names', async () => {
    for (const name of ['rules', 'policy-rules', 'summary']) {
      const { code, stdout } = await run([name, ...CI]);
      expect(code).toBe(0);
      expect(stdout.split('\n').map((line) => line.replace(/ +/g, ' '))).toEqual([
        'system:serviceaccount:shop:ci (in system:serviceaccounts, system:serviceaccounts:shop, system:authenticated)',
        'RESOURCE NAMES G L W C U P D X OTHER SCOPE',
        '*.apps/scale ✔ ✔ ✔ ✔ ✔ ✔ ✔ ✔ * cluster',
        '/metrics ✔ cluster',
        'nodes n1 ✔ cluster',
        'pods ✔ ✔ ✔ shop',
        'pods/log ✔ ✔ ✔ shop',
        '',
        `source ${snapshot}`,
        '',
      ]);
    }
  });

  test('of a namespace are what counts there', async () => {
    expect((await run(['rules', ...CI, '-n', 'other'])).stdout).not.toContain('pods');
  });

  test('cluster-wide are those of no RoleBinding, as rolesum -c has it', async () => {
    const { stdout } = await run(['summary', ...CI, '-c']);
    expect(stdout).toContain('nodes');
    expect(stdout).not.toContain('pods');
    expect((await run(['summary', ...CI, '-c', '-n', 'shop'])).stderr).toMatch(
      /-c is cluster-wide: leave it/,
    );
  });

  test('of all URLs are none of all resources', async () => {
    const stars = workspace.write(
      'stars.yaml',
      `apiVersion: ${GROUP}/v1
kind: ClusterRole
metadata: {name: stars}
rules:
- {apiGroups: [""], resources: ["*"], verbs: [get]}
- {nonResourceURLs: ["*"], verbs: [post]}
---
apiVersion: ${GROUP}/v1
kind: ClusterRoleBinding
metadata: {name: stars}
roleRef: {apiGroup: ${GROUP}, kind: ClusterRole, name: stars}
subjects: [{kind: User, name: x}]
`,
    );
    const { stdout } = await runTree(['rules', '--as', 'x', '--snapshot', stars]);
    expect(stdout.replace(/ +/g, ' ')).toContain('\n* ✔ cluster\n* (URLs) post cluster\n');
  });

  test('have every origin, for programs', async () => {
    const { json } = await run(['rules', ...CI, '-o', 'json']);
    expect(json).toMatchObject({
      identity: { user: 'system:serviceaccount:shop:ci' },
      caveats: [],
      source: snapshot,
    });
    const pods = json.rights.find(({ namespaces }: { namespaces: string[] }) => namespaces.length > 0);
    expect(pods).toMatchObject({
      rule: { resources: ['pods', 'pods/log'] },
      cluster: false,
      namespaces: ['shop'],
      because: [{ binding: { name: 'readers' }, role: { name: 'pod-reader' }, subject: { name: 'ci' } }],
    });
  });

  test('are told binding by binding', async () => {
    const { stdout } = await run(['rules', ...CI, '--by-role']);
    expect(stdout).toContain(
      'ClusterRoleBinding everybody → ClusterRole one-node to Group system:authenticated\n',
    );
    expect(stdout).toMatch(/RoleBinding shop\/readers → .*\n {2}RESOURCE .*\n {2}pods .*\n {2}pods\/log /);
    const { json } = await run(['rules', ...CI, '--by-role', '-o', 'json']);
    expect(json.rights.map(({ binding }: { binding: { name: string } }) => binding.name)).toEqual([
      'everybody',
      'readers',
    ]);
  });

  test('are flat with the members of rbac-tool, but the core group is as in a rule', async () => {
    const { json } = await run(['rules', ...CI, '--flat', '-o', 'json', '-n', 'shop']);
    const ci = json.find(({ name }: { name: string }) => name === 'ci');
    expect(ci).toMatchObject({ kind: 'ServiceAccount', apiGroup: '', namespace: 'shop' });
    expect(ci.allowedTo[0]).toEqual({
      ...{ namespace: 'shop', verb: 'get', apiGroup: '', resource: 'pods' },
      originatedFrom: [{ kind: 'ClusterRole', name: 'pod-reader' }],
    });
    expect(ci.allowedTo).toHaveLength(6);
    const { stdout } = await run(['rules', ...CI, '--flat']);
    expect(stdout.replace(/ {2,}/g, '  ')).toContain(
      'ServiceAccount  shop/ci  get  shop  core  pods  ClusterRoles>>pod-reader',
    );
  });

  test('that are none are 1, those of administrators 0 with a caveat', async () => {
    const none = workspace.write('none.yaml', SCENE);
    expect((await runTree(['rules', '--as', 'x', '--snapshot', none])).code).toBe(1);
    const { code, stdout } = await runTree([
      'rules',
      '--as',
      'x',
      '--as-group',
      'system:masters',
      '--snapshot',
      none,
    ]);
    expect(code).toBe(0);
    expect(stdout).toContain('no rules of RBAC');
    expect(stdout).toContain('(masters)');
  });

  test.each<[string, string[], string[]]>([
    ['an account', ['ci', '-n', 'shop'], ['--sa', 'shop:ci', '-n', 'shop']],
    ['an account by its full name', ['shop/ci'], ['--sa', 'shop:ci']],
    ['a user', ['-k', 'User', 'jane'], ['--as', 'jane']],
    ['any member of a group', ['-k', 'Group', 'dev'], ['--as-group', 'dev']],
  ])('of %s are asked for by name, as rolesum does', async (_, words, identity) => {
    const { code, stdout } = await run(['summary', ...words, '--by-role']);
    expect([code, stdout]).toEqual([0, (await run(['rules', ...identity, '--by-role'])).stdout]);
  });

  test.each<[string, string[], RegExp]>([
    ['without a namespace', ['ci'], /NAME is no ServiceAccount: give NAMESPACE:NAME/],
    ['beside an identity', ['ci', '--as', 'x', '-n', 'shop'], /NAME and an identity are two subjects/],
    ['that is missing', ['-k', 'User', '--as', 'x'], /-k is of a NAME: give one/],
  ])('of a name %s are refused', async (_, words, problem) => {
    expect(await run(['rules', ...words])).toMatchObject({ code: 2, stderr: expect.stringMatching(problem) });
  });

  test('in two forms at once are refused', async () => {
    const { code, stderr } = await run(['rules', ...CI, '--flat', '--by-role']);
    expect([code, stderr]).toEqual([
      2,
      'iam-bridge rules: --flat and --by-role are two forms: keep the one that is meant\n',
    ]);
  });
});
