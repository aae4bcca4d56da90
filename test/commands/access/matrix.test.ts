import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type RbacServer,
  type RbacServerOptions,
  type Review,
  startRbacServer,
} from '../../support/access/rbac-server.ts';
import { ANSWERS, ROLE_BINDINGS, SCENE } from '../../support/access/scene.ts';
import { runTree, toLines } from '../../support/commands/tree.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const GROUP = 'rbac.authorization.k8s.io';
const MORE = `---
apiVersion: ${GROUP}/v1
kind: Role
metadata: {name: nodes, namespace: shop}
rules:
- {apiGroups: [""], resources: [nodes, services], verbs: [list]}
---
apiVersion: ${GROUP}/v1
kind: ClusterRole
metadata: {name: wide, labels: {pick: me}}
aggregationRule: {clusterRoleSelectors: [{matchLabels: {part: "1"}}]}
rules: []
---
apiVersion: ${GROUP}/v1
kind: ClusterRole
metadata: {name: part, labels: {part: "1"}}
rules:
- {apiGroups: [apps], resources: ["*/scale"], verbs: [update]}
---
apiVersion: ${GROUP}/v1
kind: ClusterRoleBinding
metadata: {name: strange}
roleRef: {apiGroup: ${GROUP}, kind: ClusterRole, name: part}
subjects:
- {kind: User, apiGroup: ${GROUP}, name: "=zoë\\u202e,\\"x"}
- {kind: Group, apiGroup: ${GROUP}, name: "system:serviceaccounts:shop"}
- {kind: Group, apiGroup: ${GROUP}, name: "system:masters"}
`;

const CLUSTER_ROLE_BINDINGS = `/apis/${GROUP}/v1/clusterrolebindings`;

let workspace: Workspace;
let snapshot: string;
let server: RbacServer | undefined;

beforeAll(() => {
  workspace = createWorkspace();
  snapshot = workspace.write('cluster.yaml', SCENE + MORE);
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => workspace.remove());

interface Row {
  readonly resource: string;
  readonly subresource?: string;
  readonly subject?: { readonly kind: string; readonly name: string };
  readonly role?: { readonly kind: string; readonly name: string };
  readonly cells: Readonly<Record<string, string>>;
}

interface Data {
  readonly columns: readonly string[];
  readonly rows: readonly Row[];
  readonly caveats: readonly { readonly code: string; readonly message: string }[];
}

const offline = (words: readonly string[]) => runTree(['matrix', ...words, '--snapshot', snapshot]);

async function offlineData(words: readonly string[]) {
  const outcome = await offline([...words, '-o', 'json']);
  return { ...outcome, data: JSON.parse(outcome.stdout) as Data };
}

describe('matrix, of a snapshot', () => {
  test('answers each cell as can does', async () => {
    const who = ['--as', 'x', '--as-group', 'dev', '-n', 'shop'];
    const { data, code } = await offlineData([...who, '--verbs', 'all', '--subresources']);
    expect([code, data.columns]).toEqual([0, expect.arrayContaining(['get', 'deletecollection'])]);
    expect(data.rows.length).toBeGreaterThan(50);
    const questions = data.rows.flatMap(({ cells, ...row }) =>
      Object.entries(cells)
        .filter(([, cell]) => cell !== 'n/a')
        .map(([verb, cell]) => ({ verb, cell, ...row, namespace: 'shop', user: 'x', groups: ['dev'] })),
    );
    const input = questions.map((question) =>
      JSON.stringify({ ...question, cell: undefined, namespaced: undefined }),
    );
    const { stdout } = await runTree(['can', '--batch', '-', '--snapshot', snapshot], {
      input: input.join('\n'),
    });
    const answers = toLines(stdout).map((line) => JSON.parse(line).allowed);
    expect(questions.map(({ cell }) => cell === 'yes')).toEqual(answers);
    expect(answers.filter(Boolean)).toHaveLength(4);
  });

  test('shows signs, and blanks where the API has no such request', async () => {
    const { stdout } = await offline([
      ...['--sa', 'shop:ci', '-n', 'shop', '--resources', 'pods,pods/log,deploy/scale'],
      ...['--verbs', 'get,list,update'],
    ]);
    expect(toLines(stdout).slice(0, 4)).toEqual([
      'RESOURCE                 GET   LIST   UPDATE',
      'pods                     ✔     ✔      ✖',
      'pods/log                 ✔',
      'deployments.apps/scale   ✖            ✔',
    ]);
    expect(stdout).toMatch(/who +system:serviceaccount:shop:ci \(in system:serviceaccounts, /);
    expect(stdout).toMatch(/where +in shop\n/);
  });

  test('shows words with --ascii', async () => {
    const words = ['--sa', 'shop:ci', '-n', 'shop', '--resources', 'pods/log', '--verbs', 'get,list,bind'];
    const { stdout } = await offline([...words, '--ascii']);
    expect(toLines(stdout)[1]).toMatch(/^pods\/log +yes +n\/a +no$/);
    expect(stdout).not.toMatch(/[✔✖]/);
  });

  test('has rows for each subject that may anything, with the groups that nobody wrote down', async () => {
    const { data } = await offlineData([
      '--subjects',
      '.',
      '-n',
      'shop',
      '--resources',
      'pods,deploy/scale',
      '--verbs',
      'get,update',
    ]);
    const may = data.rows.map(({ subject, resource, cells }) => [
      subject?.name,
      resource,
      cells['get'],
      cells['update'],
    ]);
    expect(may).toEqual([
      ['dev', 'pods', 'yes', 'no'],
      ['system:masters', 'pods', 'yes', 'yes'],
      ['system:masters', 'deployments', 'yes', 'yes'],
      ['system:serviceaccounts:shop', 'deployments', 'no', 'yes'],
      ['=zoë\u202e,"x', 'deployments', 'no', 'yes'],
      ['ops:jane', 'pods', 'yes', 'no'],
      ['ci', 'pods', 'yes', 'no'],
      ['ci', 'deployments', 'no', 'yes'],
    ]);
  });

  test('looks for subjects by their full names', async () => {
    const words = ['-n', 'shop', '--resources', 'pods', '--verbs', 'get'];
    const { data } = await offlineData(['--subjects', '^shop/ci$', ...words]);
    expect(data.rows).toMatchObject([{ subject: { kind: 'ServiceAccount', name: 'ci', namespace: 'shop' } }]);
    const nobody = await offline(['--subjects', '^ci$', ...words]);
    expect(nobody).toMatchObject({ code: 1, stderr: expect.stringContaining('no subject with such a name') });
  });

  test('has rows for roles: as they count, whoever is bound', async () => {
    const { data } = await offlineData([
      '--roles',
      '.',
      '--resources',
      'nodes,services,deploy/scale',
      '--verbs',
      'list,update',
    ]);
    expect(data.rows.map(({ role, resource, cells }) => [role?.name, resource, cells])).toEqual([
      ['part', 'deployments', { list: 'n/a', update: 'yes' }],
      // Aggregated.
      ['wide', 'deployments', { list: 'n/a', update: 'yes' }],
      // A Role gives nothing of nodes.
      ['nodes', 'services', { list: 'yes', update: 'no' }],
    ]);
  });

  test('leaves open what a session decides that nobody named', async () => {
    const words = [
      '--arn',
      'arn:aws:iam::111122223333:role/ops',
      '-n',
      'shop',
      '--resources',
      'pods',
      '--verbs',
      'get,delete',
    ];
    const open = await offlineData(words);
    expect([open.code, open.data.rows[0]?.cells]).toEqual([3, { get: 'unknown', delete: 'no' }]);
    expect(open.data.caveats).toMatchObject([{ code: 'open-session' }]);
    const jane = await offlineData([...words, '--session', 'jane']);
    expect([jane.code, jane.data.rows[0]?.cells]).toEqual([0, { get: 'yes', delete: 'no' }]);
    const nobody = await offline(['--arn', 'arn:aws:iam::111122223333:role/team/none']);
    expect(nobody).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('mappings make nobody'),
    });
  });

  test('writes values that no spreadsheet runs and no terminal obeys', async () => {
    const { stdout, stderr } = await offline([
      ...['--subjects', 'zoë', '--resources', 'deploy/scale,frobs', '--verbs', 'update,list', '-o', 'csv'],
    ]);
    expect(stdout.split('\r\n')).toEqual([
      'subjectKind,subjectNamespace,subjectName,group,resource,subresource,name,update,list',
      `User,,"'=zoë\\u202e,""x",apps,deployments,scale,,yes,n/a`,
      '',
    ]);
    expect(stderr).toContain('(unknown-resource)');
  });

  test.each([
    [['--subjects', '('], '--subjects is no regular expression'],
    [['--subjects', '.', '--as', 'x'], '--subjects and an identity are different tables'],
    [['--subjects', '.', '--roles', '.'], '--subjects and --roles are different tables'],
    [[], 'a snapshot does not know who you are'],
    [['--as', 'x', '--verbs', 'get,,list'], '--verbs has an empty part'],
    [['--as', 'x', '--resources', ''], '--resources has an empty part'],
    [['--as', 'x', '--resources', 'pods', '--subresources'], 'leave --subresources out'],
    [['--as', 'x', '--resources', '/metrics'], 'iam-bridge can get /PATH'],
    [['--as', 'x', '--ascii', '-o', 'csv'], '--ascii is for the table'],
    [['--as', 'x', '--cluster-context', 'prod'], 'leave --context out'],
  ])('refuses %j', async (words, problem) => {
    expect(await offline(words)).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(problem),
    });
  });
});

describe('matrix, of a cluster', () => {
  const JANE = { username: 'jane', groups: ['dev', 'system:authenticated'] };
  const DISCOVERY = {
    '/api': {
      kind: 'APIGroupDiscoveryList',
      items: [
        {
          metadata: { name: '' },
          versions: [
            {
              version: 'v1',
              resources: [
                {
                  resource: 'pods',
                  responseKind: { kind: 'Pod' },
                  scope: 'Namespaced',
                  verbs: ['get', 'list'],
                },
                { resource: 'nodes', responseKind: { kind: 'Node' }, scope: 'Cluster', verbs: ['list'] },
              ],
            },
          ],
        },
      ],
    },
    '/apis': { kind: 'APIGroupDiscoveryList', items: [] },
  };

  async function run(words: readonly string[], options: Partial<RbacServerOptions> = {}) {
    const review = ({ spec }: Review) => {
      const { resource } = spec['resourceAttributes'] as { readonly resource: string };
      return { allowed: resource === 'pods' };
    };
    const answers = { ...ANSWERS, ...DISCOVERY };
    server = await startRbacServer({ answers, user: JANE, review, ...options });
    const kubeconfig = workspace.write('kubeconfig', server.kubeconfig);
    const outcome = await runTree([
      'matrix',
      '--verbs',
      'get,list',
      '-o',
      'json',
      ...words,
      '--kubeconfig',
      kubeconfig,
    ]);
    return {
      ...outcome,
      data: outcome.stdout === '' ? undefined : (JSON.parse(outcome.stdout) as Data),
      server,
    };
  }

  test('asks about oneself, for each request that there is', async () => {
    const outcome = await run([]);
    expect([outcome.code, outcome.data?.rows]).toEqual([
      0,
      [
        { group: '', resource: 'pods', namespaced: true, cells: { get: 'yes', list: 'yes' } },
        { group: '', resource: 'nodes', namespaced: false, cells: { get: 'n/a', list: 'no' } },
      ],
    ]);
    expect(outcome.server.reviews.map(({ kind, spec }) => [kind, spec['resourceAttributes']])).toEqual([
      [
        'SelfSubjectAccessReview',
        expect.objectContaining({ verb: 'get', resource: 'pods', namespace: 'shop' }),
      ],
      [
        'SelfSubjectAccessReview',
        expect.objectContaining({ verb: 'list', resource: 'pods', namespace: 'shop' }),
      ],
      [
        'SelfSubjectAccessReview',
        expect.objectContaining({ verb: 'list', resource: 'nodes', namespace: '' }),
      ],
    ]);
    expect(outcome.data?.caveats).toEqual([]);
  });

  test('takes the word of the server, and says where RBAC says otherwise', async () => {
    const { data } = await run([], {
      review: ({ spec }) => ({ allowed: JSON.stringify(spec).includes('nodes') }),
    });
    expect(data?.rows.map(({ cells }) => cells)).toEqual([
      { get: 'no', list: 'no' },
      { get: 'n/a', list: 'yes' },
    ]);
    expect(data?.caveats).toMatchObject([
      {
        code: 'other-authorizer',
        message: expect.stringMatching(/denies get pods in shop, .*allows list nodes cluster-wide$/),
      },
    ]);
  });

  test('asks about others with all of their groups, and by RBAC alone where it may not', async () => {
    const others = await run(['--as', 'x', '--as-group', 'dev']);
    expect(others.server.reviews[0]?.spec).toMatchObject({
      user: 'x',
      groups: ['dev', 'system:authenticated'],
    });
    await others.server.close();
    const alone = await run(['--as', 'x', '--as-group', 'dev'], { review: () => 403 });
    expect(alone.server.reviews).toHaveLength(1);
    expect([alone.code, alone.data?.rows[0]?.cells]).toEqual([0, { get: 'yes', list: 'yes' }]);
    expect(alone.data?.caveats).toMatchObject([
      { code: 'server-unasked', message: expect.stringContaining('create on subjectaccessreviews') },
    ]);
  });

  test('leaves a cell open that nobody can tell', async () => {
    const refused = {
      answers: { ...ANSWERS, ...DISCOVERY, [CLUSTER_ROLE_BINDINGS]: 403 },
      review: () => 403,
    };
    const { code, data } = await run(['--as', 'x', '--as-group', 'dev'], refused);
    expect(code).toBe(3);
    expect(data?.rows.map(({ cells }) => cells)).toEqual([
      { get: 'yes', list: 'yes' },
      { get: 'n/a', list: 'unknown' },
    ]);
    expect(data?.caveats.map(({ message }) => message).join()).toContain('list clusterrolebindings');
    await server?.close();
    // Of requests that are cluster-wide, no RoleBinding says anything.
    const wide = { ...refused, answers: { ...ANSWERS, ...DISCOVERY, [ROLE_BINDINGS]: 403 } };
    expect(await run(['--as', 'x', '-A'], wide)).toMatchObject({ code: 0 });
  });
});
