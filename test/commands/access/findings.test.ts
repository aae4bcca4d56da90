import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type RbacServer, startRbacServer } from '../../support/access/rbac-server.ts';
import { SCENE } from '../../support/access/scene.ts';
import { runTree } from '../../support/commands/tree.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const GROUP = 'rbac.authorization.k8s.io';
const MORE = `---
apiVersion: ${GROUP}/v1
kind: ClusterRole
metadata: {name: secrets}
rules:
- {apiGroups: [""], resources: [secrets], verbs: [get]}
---
apiVersion: ${GROUP}/v1
kind: ClusterRoleBinding
metadata: {name: secrets}
roleRef: {apiGroup: ${GROUP}, kind: ClusterRole, name: secrets}
subjects:
- {kind: Group, apiGroup: ${GROUP}, name: "system:serviceaccounts:shop"}
- {kind: User, apiGroup: ${GROUP}, name: "zoë\\u202e"}
---
apiVersion: ${GROUP}/v1
kind: RoleBinding
metadata: {name: secrets, namespace: shop}
roleRef: {apiGroup: ${GROUP}, kind: ClusterRole, name: secrets}
subjects:
- {kind: ServiceAccount, name: ci}
- {kind: Group, apiGroup: ${GROUP}, name: Dev}
`;

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

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly where: string;
  readonly what: string;
}

async function run(words: readonly string[]) {
  const outcome = await runTree(['findings', ...words, '--snapshot', snapshot]);
  const data = words.includes('json') && outcome.stdout !== '' ? JSON.parse(outcome.stdout) : undefined;
  const found = ((data?.findings ?? []) as readonly Finding[]).map(
    ({ severity, code, where }) => `${severity} ${code} ${where}`,
  );
  return { ...outcome, data, found };
}

describe('findings', () => {
  test('tells the worst first: whose, why, and what to do', async () => {
    const { code, data, found } = await run(['-o', 'json']);
    expect(code).toBe(0);
    expect(found.slice(0, 3).toSorted()).toEqual([
      'critical everyone Group system:serviceaccounts:shop',
      'critical reads-secrets Group system:serviceaccounts:shop',
      'critical reads-secrets User "zo\\u00eb\\u202e"',
    ]);
    expect(found).toEqual(
      expect.arrayContaining([
        'high reads-secrets ServiceAccount shop/ci',
        'medium dangling-role-ref RoleBinding shop/dangling',
        'low unmapped-group Group Dev',
      ]),
    );
    expect(data).toMatchObject({ excluded: 0, caveats: [], source: snapshot });
    for (const { what, remedy } of data.findings) expect([what, remedy].includes('')).toBe(false);
    expect(data.findings.at(-1).severity).toBe('low');
  });

  test('compares bound groups with the mappings, case included', async () => {
    const { data } = await run(['-o', 'json']);
    const dev = data.findings.find(
      ({ where, code }: Finding) => where === 'Group Dev' && code === 'unmapped-group',
    );
    expect(dev.what).toContain('a mapping gives dev');
  });

  test('shows names that a terminal would obey escaped, in text and in SARIF', async () => {
    for (const words of [[], ['-o', 'sarif']]) {
      const { stdout } = await run(words);
      expect(stdout).not.toContain('\u202e');
      expect(stdout).toContain('u202e');
    }
    const { stdout } = await run(['--min', 'critical']);
    expect(stdout).toMatch(
      /^critical {2}everyone {2}Group system:serviceaccounts:shop\n {2}every pod of shop /,
    );
    expect(stdout).toMatch(/found +3 critical\n/);
  });

  test('leaves out what is less than --min, and fails from --fail-on, told or not', async () => {
    const most = await run(['--min', 'high', '-o', 'json']);
    expect(new Set(most.found.map((each) => each.split(' ')[0]))).toEqual(new Set(['critical', 'high']));
    expect((await run(['--fail-on', 'critical'])).code).toBe(1);
    expect((await run(['--min', 'critical', '--fail-on', 'low'])).code).toBe(1);
    const rest = ['--exclude', 'everyone', '--exclude', 'reads-secrets'];
    expect((await run([...rest, '--fail-on', 'high'])).code).toBe(0);
    expect((await run([...rest, '--fail-on', 'medium'])).code).toBe(1);
  });

  test.each([
    ['reads-secrets', 4],
    ['reads-secrets:ServiceAccount shop/ci', 1],
    ['reads-secrets:shop/ci', 1],
    ['reads-secrets:system:serviceaccounts:shop', 1],
    ['reads-secrets:zoë\u202e', 1],
    ['dangling-role-ref:RoleBinding shop/dangling', 1],
    ['dangling-role-ref:shop/dangling', 1],
  ])('leaves out what is excluded: %s', async (exclusion, count) => {
    const all = await run(['-o', 'json']);
    const { data, found, stderr } = await run(['--exclude', exclusion, '-o', 'json']);
    expect([data.excluded, found.length, stderr]).toEqual([count, all.found.length - count, '']);
  });

  test('tells of an exclusion that excludes nothing', async () => {
    const { code, stderr } = await run(['--exclude', 'reads-secrets:nobody\u202e']);
    expect([code, stderr]).toEqual([0, expect.stringContaining('nobody\\u202e leaves nothing out')]);
  });

  test('are a log of SARIF, with what each code is about', async () => {
    const { stdout } = await run(['-o', 'sarif', '--min', 'high']);
    const [log] = JSON.parse(stdout).runs;
    expect(log.tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(['everyone', 'reads-secrets']);
    const ci = log.results.find(({ message }: { message: { text: string } }) =>
      message.text.includes('shop/ci'),
    );
    expect(ci).toMatchObject({
      ruleId: 'reads-secrets',
      level: 'error',
      message: { text: expect.stringMatching(/^ServiceAccount shop\/ci: may read Secrets.* Remedy: /) },
      locations: [{ logicalLocations: [{ fullyQualifiedName: 'ServiceAccount shop/ci' }] }],
    });
    expect(ci.locations[0].physicalLocation.region).toBeUndefined();
  });

  test.each([
    [['--exclude', 'read-secrets'], 'did you mean reads-secrets?'],
    [['--exclude', 'reads-secrets:'], 'names nobody'],
    [['--exclude', ''], 'is no code'],
    [['--context', 'x'], 'leave --context out'],
  ])('refuses %j', async (words, problem) => {
    expect(await run(words)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(problem) });
  });
});

describe('findings, of a cluster that may not be read whole', () => {
  const RBAC = `/apis/${GROUP}/v1`;
  const BINDING = {
    metadata: { name: 'b', uid: '1' },
    roleRef: { apiGroup: GROUP, kind: 'ClusterRole', name: 'r' },
    subjects: [{ kind: 'Group', apiGroup: GROUP, name: 'dev' }],
  };

  test('say so, and nothing of what may only be out of sight', async () => {
    const answers = { [`${RBAC}/clusterrolebindings`]: [BINDING], [`${RBAC}/clusterroles`]: 403 };
    server = await startRbacServer({ answers });
    const kubeconfig = workspace.write('kubeconfig', server.kubeconfig);
    const { code, stdout } = await runTree(['findings', '--kubeconfig', kubeconfig, '-o', 'json']);
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      findings: [],
      caveats: [{ code: 'no-evidence', message: expect.stringContaining('list clusterroles') }],
    });
  });

  test('are of a role that is missing where all may be read', async () => {
    server = await startRbacServer({ answers: { [`${RBAC}/clusterrolebindings`]: [BINDING] } });
    const kubeconfig = workspace.write('kubeconfig', server.kubeconfig);
    const { code, stdout } = await runTree(['findings', '--kubeconfig', kubeconfig, '-o', 'json']);
    expect([code, JSON.parse(stdout).findings]).toMatchObject([0, [{ code: 'dangling-role-ref' }]]);
  });
});
