import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { listBuiltinResources } from '../../src/access/resources/builtin.ts';
import { runTree } from '../support/commands/tree.ts';
import { type AskedQuestion, askServer } from '../support/e2e/ask-server.ts';
import { awaitRbac } from '../support/e2e/await-rbac.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { RBAC_SCENE } from '../support/e2e/rbac-scene.ts';
import { inParallel } from '../support/e2e/rbac-server.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';

interface Row {
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespaced?: boolean;
  readonly cells: Readonly<Record<string, string>>;
}

interface Table {
  readonly rows: readonly Row[];
  readonly caveats: readonly object[];
}

/** Of requests that there are. */
function listCells({ cells, ...row }: Row) {
  return Object.entries(cells)
    .filter(([, cell]) => cell !== 'n/a')
    .map(([verb, cell]) => ({ ...row, verb, cell }));
}

/** What a role that reads everything but Secrets allows. */
function isRead({ resource, subresource, verb }: ReturnType<typeof listCells>[number]): boolean {
  const what = subresource === undefined ? resource : `${resource}/${subresource}`;
  const connects = /^(?:pods\/(?:exec|attach|portforward|proxy)|(?:nodes|services)\/proxy)$/.test(what);
  return ['get', 'list', 'watch'].includes(verb) && !connects && what !== 'secrets';
}

const EVERYTHING = ['--verbs', 'all', '--subresources', '-o', 'json'];

describeOnCluster('tables of rights and roles from discovery, on a real API server', () => {
  let cluster: Cluster;

  beforeAll(async () => {
    cluster = await startCluster({ users: ['viewer'] });
    for (const object of RBAC_SCENE) await cluster.client.create(object);
    await awaitRbac(cluster.client);
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));

  it('are told where they are more than they say, and nothing of what every API server has by itself', async () => {
    const { code, stdout } = await runTree(['findings', '-o', 'json', ...live()]);
    const findings: readonly { code: string; where: string; severity: string }[] =
      JSON.parse(stdout).findings;
    expect(code).toBe(0);
    const told = findings.map((each) => `${each.severity} ${each.code} ${each.where}`);
    expect([...new Set(told)].toSorted()).toEqual([
      'critical impersonates ServiceAccount team-b/ci',
      'low rule-never-matches Role team-a/one-secret, rules[1]',
      'low rule-never-matches Role team-a/one-secret, rules[2]',
      // No kube-controller-manager runs here.
      'medium aggregation-differs ClusterRole admin',
      'medium aggregation-differs ClusterRole edit',
      'medium aggregation-differs ClusterRole view',
      'medium dangling-role-ref RoleBinding team-a/dangling',
      'medium reads-secrets User jane',
    ]);
    const account = { user: 'system:serviceaccount:team-b:ci', groups: [] };
    const asked = { ...account, verb: 'impersonate', group: '', resource: 'users' };
    expect(await askServer(cluster, asked)).toBe(true);
    expect((await runTree(['findings', '--fail-on', 'critical', ...live()])).code).toBe(1);
  });

  const live = (): string[] => ['--kubeconfig', cluster.kubeconfig];

  async function readTable(words: readonly string[]): Promise<Table> {
    const { code, stdout, stderr } = await runTree(['matrix', ...EVERYTHING, ...words]);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout);
  }

  /** The cells, blanks aside, in which the server says something else. @param namespace '': cluster-wide */
  async function findWrong(
    { rows }: Table,
    who: Pick<AskedQuestion, 'user' | 'groups'>,
    namespace: string,
  ): Promise<readonly object[]> {
    const wrong = await inParallel(rows.flatMap(listCells), async ({ verb, cell, namespaced, ...row }) => {
      const place = namespaced ? { namespace } : {};
      const allowed = await askServer(cluster, { ...who, ...row, ...place, verb });
      return cell === (allowed ? 'yes' : 'no') ? [] : [{ ...row, verb, cell }];
    });
    return wrong.flat();
  }

  it.each([
    ['a user', { user: 'jane', groups: ['dev'] }, ['--as', 'jane', '--as-group', 'dev']],
    ['an account', { user: 'system:serviceaccount:team-b:ci', groups: [] }, ['--sa', 'team-b:ci']],
  ])('have the answers of the server for %s, with it and without', async (_, who, words) => {
    const table = await readTable([...words, '-n', 'team-a', ...live()]);
    expect(table.rows.filter(({ cells }) => Object.values(cells).includes('yes')).length).toBeGreaterThan(2);
    expect(table.caveats).toEqual([]);
    expect(await findWrong(table, who, 'team-a')).toEqual([]);

    const snapshot = `${cluster.workspace.folder}/snapshot.json`;
    expect(await runTree(['snapshot', '-o', snapshot, ...live()])).toMatchObject({ code: 0 });
    const offline = await readTable([...words, '-n', 'team-a', '--snapshot', snapshot]);
    expect(offline.rows).toEqual(table.rows);
  });

  it('have the resources that the server has, and blanks for requests that it has not', async () => {
    const { rows } = await readTable(['--as', 'jane', ...live()]);
    const served = rows
      .flatMap(listCells)
      .map(({ verb, group, resource, subresource = '' }) => `${verb} ${group} ${resource} ${subresource}`);
    // That this table is what the server has, another test holds; but for the authenticator's own kind.
    const known = listBuiltinResources()
      .filter(({ group }) => group !== 'iamauthenticator.k8s.aws')
      .flatMap(({ group, resource, verbs, subresources }) =>
        [{ name: '', verbs }, ...subresources].flatMap((part) =>
          part.verbs.map((verb) => `${verb} ${group} ${resource} ${part.name}`),
        ),
      );
    expect(served.toSorted()).toEqual(
      known
        .filter((each) => rows.some(({ group, resource }) => each.includes(` ${group} ${resource} `)))
        .toSorted(),
    );
    expect(new Set(rows.map(({ resource }) => resource))).toContain('customresourcedefinitions');
  });

  it('ask about oneself as access-matrix does, with no right but those of everybody', async () => {
    const viewer = ['--kubeconfig', cluster.findKubeconfig('viewer')];
    const { code, stdout } = await runTree(['matrix', ...EVERYTHING, '-A', ...viewer]);
    expect(code).toBe(0);
    expect(await findWrong(JSON.parse(stdout), { user: 'viewer', groups: [] }, '')).toEqual([]);
  });

  it('have rows of all subjects that are right for each of them', async () => {
    const words = ['--subjects', '^(dev|jane|Jane|team-[ab]/ci)$', '-n', 'team-a', ...live()];
    const { rows } = await readTable(words);
    const subjects = Map.groupBy(
      rows as readonly (Row & { readonly subject: { kind: string; namespace?: string; name: string } })[],
      ({ subject }) => JSON.stringify(subject),
    );
    expect(subjects.size).toBe(5);
    for (const own of subjects.values()) {
      const { kind, namespace, name } = own[0]?.subject ?? { kind: '', name: '' };
      const who =
        kind === 'Group'
          ? { user: 'whoever', groups: [name] }
          : {
              user: namespace === undefined ? name : `system:serviceaccount:${namespace}:${name}`,
              groups: [],
            };
      const bare = own.map(({ subject: _, ...row }) => row);
      expect([name, await findWrong({ rows: bare, caveats: [] }, who, 'team-a')]).toEqual([name, []]);
    }
  });

  it('are granted by a role from discovery, all of it and nothing else', async () => {
    const words = ['role', '--name', 'reads', '--bind-group', 'readers', '--without', 'secrets'];
    const { code, stdout } = await runTree([...words, ...live()]);
    expect([code, stdout.includes('*')]).toEqual([0, false]);
    expect(await cluster.kubectl(['apply', '--dry-run=server', '-f', '-'], stdout)).toMatchObject({
      code: 0,
    });
    expect(await cluster.kubectl(['apply', '-f', '-'], stdout)).toMatchObject({ code: 0 });
    await awaitRbac(cluster.client);
    const { rows } = await readTable(['--as', 'x', '--as-group', 'readers', '-A', ...live()]);
    // What everybody may who has logged in (system:basic-user) is none of it.
    const own = rows.filter(({ resource }) => !resource.startsWith('selfsubject'));
    const wrong = own.flatMap(listCells).filter((each) => each.cell !== (isRead(each) ? 'yes' : 'no'));
    expect(wrong).toEqual([]);
    expect(own.filter(({ cells }) => cells['get'] === 'yes').length).toBeGreaterThan(60);
  });

  it('are granted in one namespace by a Role', async () => {
    // kubectl takes a plain `on` for a boolean.
    const words = ['role', '--name', 'apps', '-n', 'team-b', '--bind-group', 'on', '--for-groups', 'apps'];
    const { stdout } = await runTree([...words, '--verbs', 'all', '-o', 'yaml', ...live()]);
    expect(await cluster.kubectl(['apply', '-f', '-'], stdout)).toMatchObject({ code: 0 });
    const can = async (verb: string, what: string, where: string) => {
      const who = ['--as', 'x', '--as-group', 'on', '-q'];
      return (await runTree(['can', verb, what, '-n', where, ...who, ...live()])).code === 0;
    };
    await awaitRbac(cluster.client);
    expect(await can('patch', 'deployments/scale', 'team-b')).toBe(true);
    expect(await can('delete', 'statefulsets', 'team-b')).toBe(true);
    expect(await can('patch', 'deployments/scale', 'team-a')).toBe(false);
    expect(await can('get', 'pods', 'team-b')).toBe(false);
  });
});
