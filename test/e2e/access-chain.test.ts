import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type LocalSts, startLocalSts, toUser } from '../support/authenticator/local-sts.ts';
import { CLUSTER } from '../support/authenticator/tokens.ts';
import { runTree } from '../support/commands/tree.ts';
import { initAuthenticator, startAuthenticator, writeUserKubeconfig } from '../support/e2e/authenticator.ts';
import { awaitRbac } from '../support/e2e/await-rbac.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import type { KubectlAnswer } from '../support/e2e/kubectl.ts';
import type { KubeObject } from '../support/e2e/objects.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const READER = 'iam-bridge';
const TESTUSER = toUser('testuser');
const ARN = TESTUSER.principal.arn;
const RBAC = 'rbac.authorization.k8s.io';

const CONFIG = `
clusterID: ${CLUSTER}
server:
  backendMode: [EKSConfigMap]
`;

function bind(role: string, subject: object): KubeObject {
  return {
    apiVersion: `${RBAC}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: role },
    roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: role },
    subjects: [{ apiGroup: RBAC, ...subject }],
  };
}

function createRole(name: string, resources: readonly string[]): KubeObject {
  const rules = [{ apiGroups: [''], resources, verbs: ['get', 'list', 'watch'] }];
  return { apiVersion: `${RBAC}/v1`, kind: 'ClusterRole', metadata: { name }, rules };
}

/** @param groups of the user; undefined: it is not mapped */
function toAwsAuth(groups: readonly string[] | undefined): KubeObject {
  const entries = groups === undefined ? [] : [{ userarn: ARN, username: 'testuser', groups }];
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'aws-auth', namespace: 'kube-system' },
    data: { mapUsers: JSON.stringify(entries) },
  };
}

describeOnCluster('a user of IAM, from nobody to administrator to viewer to nobody', () => {
  let workspace: Workspace;
  let sts: LocalSts;
  let cluster: Cluster;
  let testuser: string;

  beforeAll(async () => {
    workspace = createWorkspace();
    sts = await startLocalSts([TESTUSER, toUser('authenticator')]);
    const place = await initAuthenticator(workspace);
    cluster = await startCluster({
      users: [READER],
      apiServerFlags: [
        `--authentication-token-webhook-config-file=${place.webhookKubeconfig}`,
        '--authentication-token-webhook-version=v1',
      ],
    });
    const { client } = cluster;
    await client.create(createRole('read-maps', ['configmaps']));
    await client.create(bind('read-maps', { kind: 'User', name: READER }));
    await client.create(createRole('view-pods', ['pods', 'configmaps']));
    await client.create(bind('view-pods', { kind: 'Group', name: 'viewers' }));
    await awaitRbac(client);
    await client.apply(toAwsAuth(undefined));
    const flags = [`--kubeconfig=${cluster.findKubeconfig(READER)}`];
    const { child } = await startAuthenticator(place, sts, { config: CONFIG, flags });
    cluster.adopt(child);
    const access = { server: cluster.server, authority: cluster.authority.certificate };
    testuser = writeUserKubeconfig(workspace, access, TESTUSER);
  });
  afterAll(async () => {
    await cluster?.stop();
    await sts?.stop();
    await workspace.remove();
  });
  beforeEach(() => showLogsOnFailure(cluster));

  const kubectl = (...words: readonly string[]): Promise<KubectlAnswer> =>
    cluster.kubectl([`--kubeconfig=${testuser}`, ...words]);

  /** As an administrator, about the user. */
  async function ask(...words: readonly string[]) {
    const outcome = await runTree([...words, '--arn', ARN, '-o', 'json', '--kubeconfig', cluster.kubeconfig]);
    return { code: outcome.code, ...JSON.parse(outcome.stdout) };
  }

  /** As the user itself. */
  async function whoami() {
    const outcome = await runTree(['whoami', '-o', 'json', '--kubeconfig', testuser]);
    return { code: outcome.code, ...(outcome.stdout === '' ? {} : JSON.parse(outcome.stdout)) };
  }

  async function map(groups: readonly string[] | undefined): Promise<void> {
    await cluster.client.apply(toAwsAuth(groups));
    // Until the API server sees it by a new token, which it does not remember.
    await eventually(async () => {
      const { code, stdout } = await kubectl('auth', 'whoami', '-o', 'json');
      const own = code === 0 ? JSON.parse(stdout).status.userInfo.groups : undefined;
      expect(own).toEqual(groups && [...groups, 'system:authenticated']);
    });
  }

  async function expectNobody(): Promise<void> {
    expect(await ask('whoami')).toMatchObject({ code: 1, user: null, mapping: { outcome: 'unmapped' } });
    expect(await ask('can', 'list', 'pods')).toMatchObject({ code: 1, allowed: false });
    expect(await kubectl('get', 'pods')).toMatchObject({ code: 1 });
    expect((await whoami()).code).toBe(3);
  }

  it('is nobody before it is mapped', expectNobody);

  it('may everything as a member of system:masters, and knows by which entry', async () => {
    await map(['system:masters']);
    const told = await whoami();
    expect(told).toMatchObject({
      code: 0,
      user: 'testuser',
      groups: [
        { name: 'system:masters', origin: { kind: 'mapping', entry: 'mapUsers[0]', line: 1, arn: ARN } },
        { name: 'system:authenticated', origin: { kind: 'api-server' } },
      ],
      principal: { canonicalArn: ARN },
      mapping: { outcome: 'mapped' },
    });
    expect(told.extra.arn).toEqual([ARN]);
    expect(await ask('whoami')).toMatchObject({ code: 0, user: 'testuser', groups: told.groups });
    expect(await ask('can', 'delete', 'nodes')).toMatchObject({
      code: 0,
      because: expect.arrayContaining([{ builtin: 'system:masters' }]),
      server: { allowed: true },
    });
    expect(await kubectl('get', 'secrets', '-A')).toMatchObject({ code: 0 });
  });

  it('may look at pods as a viewer, and no more', async () => {
    await map(['viewers']);
    expect(await whoami()).toMatchObject({
      code: 0,
      groups: [{ name: 'viewers', origin: { kind: 'mapping' } }, {}],
    });
    expect(await ask('can', 'list', 'pods')).toMatchObject({
      code: 0,
      because: [{ binding: { name: 'view-pods' }, subject: { kind: 'Group', name: 'viewers' } }],
      server: { allowed: true },
    });
    expect(await ask('can', 'delete', 'pods')).toMatchObject({
      code: 1,
      near: [{ field: 'verb', binding: { name: 'view-pods' } }],
      server: { allowed: false },
    });
    const people = await runTree([
      'who-can',
      'list',
      'pods',
      '--people',
      '-o',
      'json',
      '--kubeconfig',
      cluster.kubeconfig,
    ]);
    const viewers = JSON.parse(people.stdout).subjects.find(
      ({ subject }: { subject: { name: string } }) => subject.name === 'viewers',
    );
    expect(viewers.people).toMatchObject([{ kind: 'mapping', entry: { arn: ARN } }]);
    expect(await kubectl('get', 'pods')).toMatchObject({ code: 0 });
    const refused = await kubectl('get', 'secrets');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringContaining('User "testuser" cannot list'),
    ]);
  });

  it('is nobody again when its entry is gone', async () => {
    await map(undefined);
    await expectNobody();
  });
});
