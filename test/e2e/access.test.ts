import { execFile } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { listBuiltinResources } from '../../src/access/resources/builtin.ts';
import { createKubeApi } from '../../src/kube/api.ts';
import { discoverResources } from '../../src/kube/discovery.ts';
import { loadKubeconfigAccess } from '../../src/kube/kubeconfig.ts';
import { createAuthority } from '../support/certificates.ts';
import { runTree, toLines } from '../support/commands/tree.ts';
import { askServer } from '../support/e2e/ask-server.ts';
import { findAssets } from '../support/e2e/assets.ts';
import { awaitRbac } from '../support/e2e/await-rbac.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { RBAC_SCENE, SCENE_QUESTIONS } from '../support/e2e/rbac-scene.ts';
import { inParallel } from '../support/e2e/rbac-server.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

async function writeScene({ client }: Cluster): Promise<void> {
  for (const object of RBAC_SCENE) await client.create(object);
  await awaitRbac(client);
}

interface Answer {
  readonly allowed: boolean;
  readonly because: readonly object[];
  readonly caveats: readonly { readonly code: string; readonly message: string }[];
}

describeOnCluster('rights on a real API server', () => {
  let cluster: Cluster;
  let workspace: Workspace;

  beforeAll(async () => {
    workspace = createWorkspace();
    cluster = await startCluster({ users: ['viewer', 'nobody'] });
    await writeScene(cluster);
  });
  afterAll(async () => {
    await cluster?.stop();
    await workspace.remove();
  });
  beforeEach(() => showLogsOnFailure(cluster));

  const live = (): string[] => ['--kubeconfig', cluster.kubeconfig];

  async function askAll(words: readonly string[]): Promise<readonly Answer[]> {
    const input = SCENE_QUESTIONS.map((each) => JSON.stringify(each)).join('\n');
    const { code, stdout, stderr } = await runTree(['can', '--batch', '-', ...words], { input });
    expect([code, stderr]).toEqual([0, '']);
    return toLines(stdout).map((line) => JSON.parse(line) as Answer);
  }

  it('are answered as the server answers: live, from a snapshot of ours, from kubectl, and from manifests', async () => {
    const truth = await inParallel(SCENE_QUESTIONS, (question) => askServer(cluster, question));
    // Of both there are plenty, so that nobody is right by always saying the same.
    expect(truth.filter(Boolean).length).toBeGreaterThan(50);
    expect(truth.filter((allowed) => !allowed).length).toBeGreaterThan(50);

    const snapshot = `${workspace.folder}/snapshot.json`;
    expect(await runTree(['snapshot', '-o', snapshot, ...live()])).toMatchObject({ code: 0, stderr: '' });
    const kinds = 'clusterroles,clusterrolebindings,roles,rolebindings,serviceaccounts,namespaces';
    const printed = await cluster.kubectl(['get', kinds, '-A', '-o', 'json']);
    const sources = {
      live: live(),
      verified: ['--verify', ...live()],
      snapshot: ['--snapshot', snapshot],
      'kubectl json': ['--snapshot', workspace.write('kubectl.json', printed.stdout)],
    };
    for (const [name, words] of Object.entries(sources)) {
      const answers = await askAll(words);
      const wrong = SCENE_QUESTIONS.filter((_, index) => answers[index]?.allowed !== truth[index]);
      expect([name, wrong]).toEqual([name, []]);
      const reasonless = answers.filter(({ allowed, because }) => allowed !== because.length > 0);
      expect([name, reasonless]).toEqual([name, []]);
      const others = answers.flatMap(({ caveats }) =>
        caveats.filter(({ code }) => code === 'other-authorizer'),
      );
      expect([name, others]).toEqual([name, []]);
    }
    // The server's own roles are not in manifests: what it grants by itself is left out of the comparison.
    const manifests = workspace.write(
      'manifests.json',
      JSON.stringify({ apiVersion: 'v1', kind: 'List', items: RBAC_SCENE }),
    );
    const answers = await askAll(['--snapshot', manifests]);
    const wrong = SCENE_QUESTIONS.filter((question, index) => {
      const isBuiltIn =
        question.path === '/version' ||
        question.path?.startsWith('/healthz') ||
        question.group === 'authorization.k8s.io';
      return !isBuiltIn && answers[index]?.allowed !== truth[index];
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ['list', 'pods', '-n', 'team-a'],
    ['list', 'pods', '-n', 'team-b'],
    ['get', 'secrets/db', '-n', 'team-a'],
    ['update', 'deploy', '--subresource=scale', '-n', 'team-b'],
    ['get', '/metrics'],
    ['get', 'no/n1'],
    ['list', 'po', '-A'],
  ])('are answered one by one as kubectl answers: %s %s', async (...words) => {
    for (const user of ['jane', 'system:serviceaccount:team-b:ci']) {
      const asked = [...words, `--as=${user}`, '-q'];
      const ours = await runTree(['can', ...asked, ...live()]);
      const theirs = await cluster.kubectl(['auth', 'can-i', ...asked]);
      expect([user, ours.code]).toEqual([user, theirs.code]);
    }
  });

  it('of oneself are listed as SelfSubjectRulesReview lists them', async () => {
    await cluster.client.create({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'viewer', namespace: 'team-a' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'pod-reader' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'viewer' }],
    });
    await awaitRbac(cluster.client);
    const theirs = await reviewRules(cluster.findKubeconfig('viewer'), 'team-a');
    const words = ['can', '--list', '-n', 'team-a', '--as', 'viewer', '-o', 'json', ...live()];
    const { rules } = JSON.parse((await runTree(words)).stdout);
    // URLs of a RoleBinding have no effect; the server lists them all the same.
    const idle = ['get /healthz/*', 'get /metrics'];
    expect(toAtoms(theirs)).toEqual(expect.arrayContaining(idle));
    expect(toAtoms(rules)).toEqual(toAtoms(theirs).filter((atom) => !idle.includes(atom)));
    expect(toAtoms(rules)).toContain('list  pods any');
  });

  it('that may not be read are not made up, and the missing right is named', async () => {
    const nobody = ['--kubeconfig', cluster.findKubeconfig('nobody')];
    const self = await runTree(['can', 'list', 'pods', '-n', 'team-a', '-o', 'json', ...nobody]);
    expect(self.code).toBe(1);
    expect(JSON.parse(self.stdout).caveats).toMatchObject([
      {
        code: 'no-evidence',
        message: expect.stringContaining('list clusterroles.rbac.authorization.k8s.io'),
      },
    ]);
    const other = await runTree(['can', 'list', 'pods', '-n', 'team-a', '--as', 'jane', ...nobody]);
    expect([other.code, other.stdout]).toEqual([3, '']);
    const list = await runTree(['who-can', 'list', 'secrets', '-o', 'json', ...nobody]);
    expect(JSON.parse(list.stdout).caveats.map(({ code }: { code: string }) => code)).toContain(
      'no-evidence',
    );
  });

  it('are asked for by every line of the walk-through in docs/who-may-what.md', async () => {
    const page = await readFile(new URL('../../docs/who-may-what.md', import.meta.url), 'utf8');
    const rows = page
      .slice(page.indexOf('## Where one comes from'))
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    const lines = rows.flatMap((row) => (row.split(' | ')[1] ?? '').match(/(?<=`iam-bridge )[^`]+/g) ?? []);
    expect(lines.length).toBeGreaterThan(10);
    for (const line of lines) {
      const words = line.split(' ').map((word) => word.replace(/^'|'$/g, ''));
      const { code, stdout, stderr } = await runTree([...words, ...live()]);
      // A pattern may find nothing, and that is an answer.
      expect([line, code === 0 || (code === 1 && line.includes('-e'))]).toEqual([line, true]);
      expect([line, stdout + stderr]).toEqual([line, expect.stringMatching(/\S/)]);
    }
  });

  it('are asked for by the resources of Kubernetes itself, which are those that it serves', async () => {
    const api = createKubeApi(await loadKubeconfigAccess({ path: cluster.kubeconfig }));
    const { resources, problems } = await discoverResources(api);
    api.close();
    expect(problems).toEqual([]);
    const known = new Map(listBuiltinResources().map((each) => [`${each.group}/${each.resource}`, each]));
    for (const served of resources) {
      const own = known.get(`${served.group}/${served.resource}`);
      expect(own).toEqual({
        ...served,
        verbs: served.verbs.toSorted(),
        subresources: served.subresources.map((each) => ({ ...each, verbs: each.verbs.toSorted() })),
      });
    }
  });

  it('say who one is as the server does', async () => {
    const words = ['whoami', '-o', 'json', '--kubeconfig', cluster.findKubeconfig('viewer')];
    const { code, stdout } = await runTree(words);
    const told = JSON.parse(stdout);
    const theirs = await cluster.kubectl([
      ...[`--kubeconfig=${cluster.findKubeconfig('viewer')}`, 'auth', 'whoami', '-o', 'json'],
    ]);
    const { username, groups } = JSON.parse(theirs.stdout).status.userInfo;
    expect([code, told.user]).toEqual([0, username]);
    expect(told.groups.map(({ name }: { name: string }) => name)).toEqual(groups);
    expect(told.groups).toContainEqual({ name: 'system:authenticated', origin: { kind: 'api-server' } });
  });

  it('are had as a plugin of kubectl', async () => {
    const bin = fileURLToPath(new URL('../../bin/iam-bridge', import.meta.url));
    symlinkSync(bin, join(workspace.folder, 'kubectl-iam_bridge'));
    const kubectl = join(findAssets() ?? '', 'kubectl');
    const env = {
      KUBECONFIG: cluster.kubeconfig,
      PATH: `${workspace.folder}:/usr/bin:/bin`,
      HOME: workspace.folder,
    };
    const words = ['iam-bridge', 'can', 'list', 'pods', '-n', 'team-a', '--as', 'jane'];
    const { stdout } = await promisify(execFile)(kubectl, words, { env });
    expect(stdout).toMatch(/^yes\n/);
  });
});

async function reviewRules(kubeconfig: string, namespace: string): Promise<readonly object[]> {
  const api = createKubeApi(await loadKubeconfigAccess({ path: kubeconfig }));
  const review = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectRulesReview',
    spec: { namespace },
  };
  const { body } = await api.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', review);
  api.close();
  const { resourceRules, nonResourceRules } = JSON.parse(body).status;
  return [...resourceRules, ...nonResourceRules];
}

/** A verb, a group, a resource and a name each: how rules are cut is nobody's right. */
function toAtoms(rules: readonly object[]): readonly string[] {
  const atoms = rules.flatMap((rule) => {
    const {
      verbs = [],
      apiGroups = [],
      resources = [],
      resourceNames = ['any'],
      nonResourceURLs = [],
    } = rule as Readonly<Record<string, readonly string[]>>;
    return verbs.flatMap((verb) => [
      ...nonResourceURLs.map((url) => `${verb} ${url}`),
      ...apiGroups.flatMap((group) =>
        resources.flatMap((resource) => resourceNames.map((name) => `${verb} ${group} ${resource} ${name}`)),
      ),
    ]);
  });
  return [...new Set(atoms)].toSorted();
}

describeOnCluster('an API server with authorizers beside RBAC', () => {
  let cluster: Cluster;
  let workspace: Workspace;
  let authorizer: Server;

  beforeAll(async () => {
    workspace = createWorkspace();
    authorizer = await startAuthorizer();
    cluster = await startCluster({
      apiServerFlags: [`--authorization-config=${writeConfig(workspace, authorizer)}`],
    });
    await writeScene(cluster);
  });
  afterAll(async () => {
    await cluster?.stop();
    authorizer?.closeAllConnections();
    await new Promise((resolve) => authorizer.close(resolve));
    await workspace.remove();
  });
  beforeEach(() => showLogsOnFailure(cluster));

  async function ask(...words: readonly string[]): Promise<Answer & { readonly code: number }> {
    const { code, stdout } = await runTree([
      'can',
      ...words,
      '-o',
      'json',
      '--kubeconfig',
      cluster.kubeconfig,
    ]);
    return { code, ...JSON.parse(stdout) };
  }

  it('says yes where RBAC says no, and that another has decided', async () => {
    const answer = await ask('delete', 'nodes', '--as', 'friend');
    expect(answer).toMatchObject({ code: 0, allowed: true, because: [] });
    expect(answer.caveats).toEqual([
      {
        code: 'other-authorizer',
        message: 'the API server allows what RBAC does not, with the reason: a friend',
      },
    ]);
  });

  it('says no where RBAC says yes', async () => {
    const answer = await ask('list', 'pods', '-n', 'team-a', '--as', 'enemy', '--as-group', 'dev');
    expect(answer).toMatchObject({ code: 1, allowed: false, because: [{ subject: { name: 'dev' } }] });
    expect(answer.caveats).toMatchObject([
      { code: 'other-authorizer', message: expect.stringContaining('an enemy') },
    ]);
  });

  it('says what RBAC says of everybody else', async () => {
    expect(await ask('list', 'pods', '-n', 'team-a', '--as', 'jane')).toMatchObject({ code: 0, caveats: [] });
  });

  it('gives a node what no role shows, and that is told', async () => {
    const node = ['--as', 'system:node:n1', '--as-group', 'system:nodes'];
    const answer = await ask('get', 'nodes/n1', ...node);
    expect(answer).toMatchObject({ code: 0, because: [] });
    expect(answer.caveats.map(({ code }) => code).toSorted()).toEqual([
      'node-authorizer',
      'other-authorizer',
    ]);
    const refused = await ask('get', 'nodes/n2', ...node);
    expect(refused.caveats.map(({ code }) => code)).toContain('node-authorizer');
  });
});

/** An authorization webhook that likes one user and another not, and has no opinion of all others. */
async function startAuthorizer(): Promise<Server> {
  const { certificate, key } = AUTHORITY.issue({ names: ['127.0.0.1'] });
  const server = createServer({ cert: certificate, key }, async (request, response) => {
    const review = JSON.parse(await text(request));
    const { user } = review.spec;
    const status =
      user === 'friend'
        ? { allowed: true, reason: 'a friend' }
        : { allowed: false, denied: user === 'enemy', reason: user === 'enemy' ? 'an enemy' : '' };
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ ...review, status }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const AUTHORITY = createAuthority('authorizer');

function writeConfig(workspace: Workspace, authorizer: Server): string {
  // A server that listens on a TCP port has an address of this shape.
  const { port } = authorizer.address() as AddressInfo;
  const data = Buffer.from(AUTHORITY.certificate).toString('base64');
  const kubeConfigFile = workspace.write(
    'authorizer.kubeconfig',
    JSON.stringify({
      ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'x' },
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
      clusters: [
        { name: 'x', cluster: { server: `https://127.0.0.1:${port}`, 'certificate-authority-data': data } },
      ],
      users: [{ name: 'x', user: {} }],
    }),
  );
  const webhook = {
    ...{ timeout: '3s', authorizedTTL: '1ms', unauthorizedTTL: '1ms', failurePolicy: 'NoOpinion' },
    ...{ subjectAccessReviewVersion: 'v1', matchConditionSubjectAccessReviewVersion: 'v1' },
    connectionInfo: { type: 'KubeConfigFile', kubeConfigFile },
  };
  return workspace.write(
    'authorization.json',
    JSON.stringify({
      ...{ apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthorizationConfiguration' },
      authorizers: [
        { type: 'Webhook', name: 'stand-in', webhook },
        { type: 'Node', name: 'node' },
        { type: 'RBAC', name: 'rbac' },
      ],
    }),
  );
}
