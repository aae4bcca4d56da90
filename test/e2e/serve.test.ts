import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { toReview } from '../support/authenticator/bed.ts';
import {
  type LocalSts,
  startLocalSts,
  toRoleArn,
  toSession,
  toUser,
} from '../support/authenticator/local-sts.ts';
import { CLUSTER, signToken } from '../support/authenticator/tokens.ts';
import { type Child, startChild } from '../support/child.ts';
import {
  type AuthenticatorPlace,
  initAuthenticator,
  toEnvironment,
  toPlaceFlags,
  writeUserKubeconfig,
} from '../support/e2e/authenticator.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { awaitReady } from '../support/e2e/components.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { fetchText } from '../support/e2e/fetch-text.ts';
import { grantWebhook, ROLE_ARN, toNamespace, toPod, toServiceAccount } from '../support/e2e/fixtures.ts';
import { readRole } from '../support/e2e/injection.ts';
import { findIssuerUrl, grantDiscovery } from '../support/e2e/issuer.ts';
import { findOurProgram } from '../support/e2e/program.ts';
import { registerWebhook } from '../support/e2e/registration.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { findFreePort } from '../support/free-port.ts';
import { call } from '../support/http/client.ts';
import { createTlsFolder, type TlsFolder } from '../support/tls-folder.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const USER = 'serve';
const DEV = toSession('Dev', 'jane@example.com');
const CONFIG = `
clusterID: ${CLUSTER}
server:
  mapRoles:
  - rolearn: ${toRoleArn('Dev')}
    username: dev:{{SessionName}}
    groups: [viewers]
`;

/** `--port=1` → `--webhook-port=1` */
const of = (server: string, flags: readonly string[]): string[] =>
  flags.map((flag) => flag.replace(/^--/, `--${server}-`));

describeOnCluster('webhook, authenticator and issuer of a cluster in one process', () => {
  let workspace: Workspace;
  let sts: LocalSts;
  let cluster: Cluster;
  let child: Child;
  let tls: TlsFolder;
  let issuerUrl: string;
  let opsUrl: string;
  let place: AuthenticatorPlace;
  let pods = 0;

  beforeAll(async () => {
    workspace = createWorkspace();
    sts = await startLocalSts([DEV, toUser('authenticator')]);
    place = await initAuthenticator(workspace);
    issuerUrl = await findIssuerUrl();
    cluster = await startCluster({
      users: [USER],
      issuer: issuerUrl,
      apiServerFlags: [
        `--authentication-token-webhook-config-file=${place.webhookKubeconfig}`,
        '--authentication-token-webhook-version=v1',
      ],
    });
    const { client, authority } = cluster;
    await grantWebhook(client, USER);
    await grantDiscovery(client, USER);
    await client.create(toNamespace('shop'));
    await client.create(toServiceAccount('shop', 'web', { 'role-arn': ROLE_ARN }));
    const pair = authority.issue({ names: ['127.0.0.1'] });
    tls = createTlsFolder(join(workspace.folder, 'tls'), pair);
    const issuerTls = createTlsFolder(join(workspace.folder, 'issuer-tls'), pair);
    const [port, opsPort, healthPort] = [await findFreePort(), await findFreePort(), await findFreePort()];
    opsUrl = `http://127.0.0.1:${opsPort}`;
    const kubeconfig = `--kubeconfig=${cluster.findKubeconfig(USER)}`;
    child = startChild({
      workspace,
      name: 'serve',
      env: { ...toEnvironment(toUser('authenticator')), AWS_REGION: 'us-west-2' },
      command: [
        ...findOurProgram(),
        ...['serve', '--webhook', '--authenticator', '--issuer'],
        ...[`--metrics-port=${opsPort}`, '--metrics-address=127.0.0.1', '--shutdown-delay=60s'],
        ...of('webhook', [
          ...['--in-cluster=false', kubeconfig, `--port=${port}`, '--bind-address=127.0.0.1'],
          ...[`--tls-cert=${tls.certificatePath}`, `--tls-key=${tls.keyPath}`, '--unready-when-degraded'],
        ]),
        ...of('authenticator', [
          ...[`--config=${workspace.write('config.yaml', CONFIG)}`, '--kubeconfig-pregenerated'],
          ...[...toPlaceFlags(place), `--health-port=${healthPort}`],
          ...[
            `--aws-ca-file=${workspace.write('aws.pem', sts.authority)}`,
            `--sts-address=127.0.0.1:${sts.port}`,
          ],
        ]),
        ...of('issuer', [
          ...[
            `--issuer=${issuerUrl}`,
            kubeconfig,
            '--bind-address=127.0.0.1',
            `--port=${new URL(issuerUrl).port}`,
          ],
          ...[`--tls-cert=${issuerTls.certificatePath}`, `--tls-key=${issuerTls.keyPath}`],
          // Keys that cannot be read again are no good after that.
          ...['--refresh-interval=5s', '--stale-grace=0s'],
        ]),
      ] as [string, ...string[]],
    });
    cluster.adopt(child);
    await awaitReady(child, () => fetchText(`${opsUrl}/readyz`));
    await registerWebhook(client, {
      name: 'pod-identity-webhook',
      target: { url: `https://127.0.0.1:${port}/mutate` },
      caBundle: authority.certificate,
      failurePolicy: 'Fail',
    });
  });
  afterAll(async () => {
    await cluster?.stop();
    await sts?.stop();
    await workspace?.remove();
  });
  beforeEach(() => showLogsOnFailure(cluster));

  async function createPod(): Promise<string | undefined> {
    pods += 1;
    const { object } = await cluster.client.create(
      toPod({ namespace: 'shop', name: `pod-${pods}`, serviceAccount: 'web' }),
    );
    return readRole(object);
  }

  async function logIn(): Promise<string> {
    const access = { server: cluster.server, authority: cluster.authority.certificate };
    const kubeconfig = writeUserKubeconfig(workspace, access, DEV);
    const { stdout, stderr } = await cluster.kubectl([
      `--kubeconfig=${kubeconfig}`,
      'auth',
      'whoami',
      '-o',
      'json',
    ]);
    if (stdout === '') throw new Error(stderr);
    return JSON.parse(stdout).status.userInfo.username;
  }

  /** Who is ready: the status of each path. */
  async function readReadiness(): Promise<Record<string, number>> {
    const names = ['', 'webhook', 'authenticator', 'issuer'];
    const answers = await Promise.all(
      names.map(async (name) => {
        const path = name === '' ? '/readyz' : `/readyz/${name}`;
        return [name || 'all', (await fetch(opsUrl + path, { headers: { connection: 'close' } })).status];
      }),
    );
    return Object.fromEntries(answers);
  }

  const READY = { all: 200, webhook: 200, authenticator: 200, issuer: 200 };

  it('each does its work, at its own door', async () => {
    expect(await readReadiness()).toEqual(READY);
    expect(await createPod()).toBe(ROLE_ARN);
    expect(await logIn()).toBe('dev:jane-example.com');
    const { stdout } = await cluster.kubectl(['get', '--raw', '/openid/v1/jwks']);
    expect(JSON.parse(await fetchText(`${issuerUrl}/openid/v1/jwks`))).toEqual(JSON.parse(stdout));
  });

  it('all of them count at one port', async () => {
    const metrics = await fetchText(`${opsUrl}/metrics`);
    expect(metrics).toMatch(/^iam_bridge_admissions_total\{outcome="mutated",reason="web-identity"\} [1-9]/m);
    expect(metrics).toMatch(/^iam_bridge_token_reviews_total\{[^}]*\} [1-9]/m);
    expect(metrics).toMatch(/^iam_bridge_issuer_keys [1-9]/m);
    for (const server of ['webhook', 'authenticator', 'issuer'])
      expect(metrics).toMatch(
        new RegExp(`^iam_bridge_tls_certificate_not_after_seconds\\{server="${server}"\\} \\d`, 'm'),
      );
  });

  it('a certificate of the webhook that cannot be taken is the webhook’s matter', async () => {
    tls.swap({ certificate: 'none', key: 'none' });
    await eventually(async () => expect(await readReadiness()).toEqual({ ...READY, webhook: 503 }));
    expect(await logIn()).toBe('dev:jane-example.com');
    tls.swap(cluster.authority.issue({ names: ['127.0.0.1'] }));
    await eventually(async () => expect(await readReadiness()).toEqual(READY));
  });

  it('keys that the issuer may not read any more are the issuer’s matter', async () => {
    await cluster.client.delete({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: USER },
    });
    await eventually(async () => expect(await readReadiness()).toEqual({ ...READY, issuer: 503 }), {
      timeout: 30_000,
    });
    expect(await createPod()).toBe(ROLE_ARN);
    await grantDiscovery(cluster.client, USER);
    await eventually(async () => expect(await readReadiness()).toEqual(READY), { timeout: 60_000 });
  });

  it('all of them become unready together, and still answer until they are told again', async () => {
    child.kill('SIGTERM');
    await eventually(async () =>
      expect(await readReadiness()).toEqual({ all: 503, webhook: 503, authenticator: 503, issuer: 503 }),
    );
    expect(await createPod()).toBe(ROLE_ARN);
    expect(JSON.parse(await fetchText(`${issuerUrl}/openid/v1/jwks`)).keys).not.toEqual([]);
    const token = signToken({ keys: DEV, at: Date.now() - 7_000 });
    const ca = readFileSync(join(place.stateDir, 'ca.pem'), 'utf8');
    const door = { port: place.port, ca };
    const { text } = await call(door, { path: '/authenticate', body: toReview(token) });
    expect(JSON.parse(text).status.authenticated).toBe(true);
    child.kill('SIGTERM');
    expect(await child.exited).toEqual({ code: 0, signal: null });
  });
});
