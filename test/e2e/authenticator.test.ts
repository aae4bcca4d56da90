import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { renewCertificate } from '../../src/commands/authenticator/serving/certificate.ts';
import { openStateFolder } from '../../src/commands/authenticator/serving/state-folder.ts';
import { runCommandTree } from '../../src/commands/tree.ts';
import { toReview } from '../support/authenticator/bed.ts';
import {
  type LocalSts,
  type Signer,
  startLocalSts,
  toRoleArn,
  toSession,
  toUser,
} from '../support/authenticator/local-sts.ts';
import { CLUSTER, HOST, signToken } from '../support/authenticator/tokens.ts';
import { BOTOCORE, PYTHON } from '../support/clients/clients.ts';
import { createSurroundings } from '../support/commands/surroundings.ts';
import {
  type AuthenticatorPlace,
  type AuthenticatorProcess,
  type CredentialPlugin,
  initAuthenticator,
  startAuthenticator,
  writeUserKubeconfig,
} from '../support/e2e/authenticator.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import type { KubectlAnswer } from '../support/e2e/kubectl.ts';
import type { KubeObject } from '../support/e2e/objects.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { call } from '../support/http/client.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const USER = 'iam-bridge';
const INSTANCE = 'i-0123456789abcdef0';
const NODE = 'ip-10-0-0-1.us-west-2.compute.internal';

const DEV = toSession('Dev', 'jane@example.com');
const ADMIN = toSession('Admin', 'root');
const KUBELET = toSession('Nodes', INSTANCE);
const STRANGER = toSession('Stranger', 'joe');
const NEWCOMER = toSession('Newcomer', 'ann');
// Sessions of their own, so that the API server remembers none of their tokens.
const CLI_USER = toSession('Dev', 'aws-cli');
const BOTOCORE_USER = toSession('Dev', 'botocore');
const SIGNERS = [
  ...[DEV, ADMIN, KUBELET, STRANGER, NEWCOMER, CLI_USER, BOTOCORE_USER],
  toUser('authenticator'),
];

const REGION = 'us-west-2';
/** How people who do not have our plugin log in. */
const FOREIGN_PLUGINS: readonly { name: string; signer: Signer; plugin: CredentialPlugin }[] = [
  {
    name: 'the AWS CLI',
    signer: CLI_USER,
    plugin: [
      join(dirname(PYTHON ?? ''), 'aws'),
      ...['--region', REGION, 'eks', 'get-token', '--cluster-name', CLUSTER],
    ],
  },
  {
    name: 'botocore',
    signer: BOTOCORE_USER,
    plugin: [
      ...(['sh', '-c', `printf '${toCredentialFormat()}' "$("$@")"`, 'sh'] as const),
      ...[PYTHON ?? '', join(import.meta.dirname, '..', 'clients', 'python', 'eks_token.py')],
      ...[CLUSTER, REGION, HOST],
    ],
  },
];

/** For printf: what kubectl wants of a plugin around the token. */
function toCredentialFormat(): string {
  return JSON.stringify({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    status: { token: '%s' },
  });
}

const CONFIG = `
clusterID: ${CLUSTER}
server:
  backendMode: [EKSConfigMap, MountedFile]
  mapRoles:
  - rolearn: ${toRoleArn('Admin')}
    username: admin:{{SessionName}}
    groups: [system:masters]
  - rolearn: ${toRoleArn('Nodes')}
    username: system:node:{{EC2PrivateDNSName}}
    groups: [system:bootstrappers, system:nodes]
`;

/** ms that a change of aws-auth may take to count */
const SOON = { timeout: 2_000, interval: 20 };

function toAwsAuth(...roles: readonly string[]): KubeObject {
  const entries = roles.map((role) => ({
    rolearn: toRoleArn(role),
    username: `${role.toLowerCase()}:{{SessionName}}`,
    groups: ['viewers'],
  }));
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'aws-auth', namespace: 'kube-system' },
    data: { mapRoles: JSON.stringify(entries) },
  };
}

const GRANTS: readonly KubeObject[] = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'read-aws-auth' },
    rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'read-aws-auth' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'read-aws-auth' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: USER }],
  },
];

/** A cluster whose API server asks us who people are. */
interface Scene {
  readonly workspace: Workspace;
  readonly place: AuthenticatorPlace;
  readonly sts: LocalSts;
  readonly cluster: Cluster;
  readonly authenticator: () => AuthenticatorProcess;
  restartAuthenticator(): Promise<void>;
  kubectl(signer: Signer, ...words: readonly string[]): Promise<KubectlAnswer>;
  /** As `kubectl`, with another credential plugin than ours. */
  kubectlBy(
    plugin: CredentialPlugin | undefined,
    signer: Signer,
    ...words: readonly string[]
  ): Promise<KubectlAnswer>;
  /** What the API server makes of a token; a status. */
  ask(token: string): Promise<number>;
  stop(): Promise<void>;
}

async function openScene(version: 'v1' | 'v1beta1', isGuarded: boolean): Promise<Scene> {
  const workspace = createWorkspace();
  const sts = await startLocalSts(SIGNERS, { [INSTANCE]: NODE });
  const place = await initAuthenticator(workspace, isGuarded ? ['--client-cert'] : []);
  const cluster = await startCluster({
    users: [USER],
    apiServerFlags: [
      `--authentication-token-webhook-config-file=${place.webhookKubeconfig}`,
      `--authentication-token-webhook-version=${version}`,
      // Beside RBAC, which it has.
      '--authorization-mode=Node',
    ],
  });
  for (const grant of GRANTS) await cluster.client.create(grant);
  await cluster.client.apply(toAwsAuth('Dev'));
  const guard = [`--client-ca-file=${place.stateDir}/ca.pem`, '--client-name=kube-apiserver'];
  const flags = [`--kubeconfig=${cluster.findKubeconfig(USER)}`, ...(isGuarded ? guard : [])];
  const start = async (): Promise<AuthenticatorProcess> => {
    const started = await startAuthenticator(place, sts, { config: CONFIG, flags });
    cluster.adopt(started.child);
    return started;
  };
  let authenticator = await start();
  const access = { server: cluster.server, authority: cluster.authority.certificate };
  const kubectlBy: Scene['kubectlBy'] = (plugin, signer, ...words) =>
    cluster.kubectl([`--kubeconfig=${writeUserKubeconfig(workspace, access, signer, plugin)}`, ...words]);
  return {
    workspace,
    place,
    sts,
    cluster,
    authenticator: () => authenticator,
    async restartAuthenticator() {
      await authenticator.child.stop();
      authenticator = await start();
    },
    kubectl: (signer, ...words) => kubectlBy(undefined, signer, ...words),
    kubectlBy,
    ask: (token) => ask(access, token),
    async stop() {
      await cluster.stop();
      await sts.stop();
      await workspace.remove();
    },
  };
}

function ask({ server, authority }: { server: string; authority: string }, token: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request(
      `${server}/api`,
      { ca: authority, agent: false, headers: { authorization: `Bearer ${token}` } },
      (response) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** Seconds make tokens of one session differ. */
let seconds = 0;
function sign(keys: Signer): string {
  seconds += 1;
  return signToken({ keys, at: Date.now() - seconds * 1_000 });
}

function whoAmI({ code, stdout, stderr }: KubectlAnswer): { username: string; groups: string[] } {
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout).status.userInfo;
}

describeOnCluster('an API server that asks the authenticator, v1', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene('v1', false);
  });
  afterAll(() => scene?.stop());
  beforeEach(() => showLogsOnFailure(scene.cluster));

  function review(token: string) {
    const door = { port: scene.place.port, ca: scene.authenticator().authority };
    return call(door, { path: '/authenticate', body: toReview(token) });
  }

  async function reviewStatus(token: string): Promise<unknown> {
    const { text } = await review(token);
    return JSON.parse(text).status.authenticated;
  }

  async function countReviews(reason: string): Promise<number> {
    const metrics = await scene.authenticator().readMetrics();
    const line = new RegExp(`^iam_bridge_token_reviews_total\\{[^}]*reason="${reason}"[^}]*\\} (\\d+)`, 'm');
    return Number(line.exec(metrics)?.[1] ?? 0);
  }

  it('lets the session of a mapped role in, with its user and groups', async () => {
    const { username, groups } = whoAmI(await scene.kubectl(DEV, 'auth', 'whoami', '-o', 'json'));
    expect([username, groups]).toEqual(['dev:jane-example.com', ['viewers', 'system:authenticated']]);
    const { code, stderr } = await scene.kubectl(DEV, 'get', 'secrets', '-A');
    expect([code, stderr]).toEqual([1, expect.stringContaining('User "dev:jane-example.com" cannot list')]);
  });

  describe('with a token of another maker', () => {
    if (BOTOCORE.missing !== undefined && process.env['IAM_BRIDGE_E2E'] === 'required') {
      it('is required', () => {
        throw new Error(BOTOCORE.missing);
      });
    } else if (BOTOCORE.missing !== undefined) {
      console.error(BOTOCORE.missing);
    }

    it.skipIf(BOTOCORE.missing !== undefined).each(FOREIGN_PLUGINS)(
      'lets in who has it from $name',
      async ({ plugin, signer }) => {
        const answer = await scene.kubectlBy(plugin, signer, 'auth', 'whoami', '-o', 'json');
        expect(whoAmI(answer)).toMatchObject({
          username: `dev:${signer.principal.arn.split('/').at(-1)}`,
          groups: ['viewers', 'system:authenticated'],
        });
        const before = await countReviews('signature-mismatch');
        const stolen = { ...signer, secretAccessKey: 'of-somebody-else' };
        expect(await scene.kubectlBy(plugin, stolen, 'get', 'namespaces')).toMatchObject({ code: 1 });
        expect(await countReviews('signature-mismatch')).toBeGreaterThan(before);
      },
    );
  });

  it('has an administrator by system:masters', async () => {
    expect(await scene.kubectl(ADMIN, 'get', 'secrets', '-A')).toMatchObject({ code: 0 });
  });

  it('has a node that reads itself, and no secret of another', async () => {
    const { client } = scene.cluster;
    await client.create({ apiVersion: 'v1', kind: 'Node', metadata: { name: NODE } });
    await client.create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'foreign', namespace: 'default' },
      stringData: { a: 'b' },
    });
    const own = await scene.kubectl(KUBELET, 'get', 'node', NODE, '-o', 'name');
    expect(own).toMatchObject({ code: 0, stdout: `node/${NODE}\n` });
    const foreign = await scene.kubectl(KUBELET, 'get', 'secret', 'foreign', '-n', 'default');
    expect([foreign.code, foreign.stderr]).toEqual([
      1,
      expect.stringContaining(`User "system:node:${NODE}" cannot get resource "secrets"`),
    ]);
  });

  it('turns an unmapped one away, and says why in the log and in verify', async () => {
    const { code, stderr } = await scene.kubectl(STRANGER, 'get', 'namespaces');
    expect([code, stderr]).toEqual([1, expect.stringMatching(/logged in|Unauthorized/)]);
    const line = new RegExp(`"reason":"unmapped"[^\\n]*"arn":"${STRANGER.principal.arn}"`);
    await eventually(() => expect(scene.authenticator().child.readLog()).toMatch(line));
    const { surroundings, written } = createSurroundings({
      input: signToken({ keys: STRANGER, at: Date.now() }),
    });
    const verified = await runCommandTree(
      [
        ...['verify', '-', '-i', CLUSTER, '--mapping', 'cluster', '-o', 'json'],
        `--kubeconfig=${scene.cluster.kubeconfig}`,
        `--ca=${join(scene.workspace.folder, 'aws.pem')}`,
        `--sts-address=127.0.0.1:${scene.sts.port}`,
      ],
      surroundings,
    );
    expect([verified, JSON.parse(written.stdout)]).toMatchObject([
      1,
      { valid: true, mapping: { reason: 'unmapped' } },
    ]);
  });

  it('goes by a change of aws-auth within two seconds, with the same token', async () => {
    const token = sign(NEWCOMER);
    expect([await reviewStatus(token), await scene.ask(token)]).toEqual([false, 401]);
    await scene.cluster.client.apply(toAwsAuth('Dev', 'Newcomer'));
    await eventually(async () => expect(await reviewStatus(token)).toBe(true), SOON);
    await eventually(async () => expect(await scene.ask(token)).toBe(200), SOON);
    await scene.cluster.client.apply(toAwsAuth('Dev'));
    // The API server remembers whom it let in, by the token.
    await eventually(async () => expect(await scene.ask(sign(NEWCOMER))).toBe(401), SOON);
  });

  it('asks again no more than once for a token that never will be good', async () => {
    const expired = signToken({ keys: DEV, at: Date.now() - 3_600_000 });
    const before = await countReviews('token-expired');
    for (let time = 0; time < 20; time += 1) expect(await scene.ask(expired)).toBe(401);
    expect((await countReviews('token-expired')) - before).toBeLessThanOrEqual(2);
  });

  it('takes a renewed certificate without a restart of its own', async () => {
    const folder = await openStateFolder(scene.place.stateDir);
    const before = readFileSync(join(scene.place.stateDir, 'cert.pem'), 'utf8');
    // As the server does it a month before the end.
    expect(await renewCertificate(folder, ['localhost', '127.0.0.1', 'other.example'], Date.now())).toBe(
      true,
    );
    expect(readFileSync(join(scene.place.stateDir, 'cert.pem'), 'utf8')).not.toBe(before);
    await eventually(() =>
      expect(scene.authenticator().child.readLog()).toContain('"msg":"new certificate served"'),
    );
    expect(await scene.ask(sign(DEV))).toBe(200);
    // Over connections that are opened anew.
    await scene.restartAuthenticator();
    expect(await scene.ask(sign(DEV))).toBe(200);
  });

  it('lets people in after a restart of its own', async () => {
    await scene.cluster.restartApiServer();
    await eventually(async () => expect(await scene.ask(sign(DEV))).toBe(200));
  });
});

describeOnCluster('an API server that shows a certificate, v1beta1', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene('v1beta1', true);
  });
  afterAll(() => scene?.stop());
  beforeEach(() => showLogsOnFailure(scene.cluster));

  describe('is answered', () => {
    it('for people', async () => {
      const { username } = whoAmI(await scene.kubectl(DEV, 'auth', 'whoami', '-o', 'json'));
      expect(username).toBe('dev:jane-example.com');
      expect(await scene.kubectl(STRANGER, 'get', 'namespaces')).toMatchObject({ code: 1 });
    });

    it('alone', async () => {
      const door = { port: scene.place.port, ca: scene.authenticator().authority };
      const { status } = await call(door, { path: '/authenticate', body: toReview(sign(DEV)) });
      expect(status).toBe(401);
    });
  });
});
