import { request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { runHelmCheck } from '../support/chart/check.ts';
import { type Component, startComponent } from '../support/chart/component.ts';
import { describeChartOnCluster, findHelms } from '../support/chart/helm.ts';
import { NAMESPACE, type Rendered, render } from '../support/chart/render.ts';
import { type AuditedRequest, readAudit } from '../support/e2e/audit.ts';
import { awaitRbac } from '../support/e2e/await-rbac.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { showLogsOnFailure } from '../support/e2e/suite.ts';
import { findFreePort } from '../support/free-port.ts';

const ROLE = 'arn:aws:iam::111122223333:role/reader';
/** Asked for by the API server, and in no line of its audit log: an apply that makes an object needs the right to create it. */
const OF_AN_APPLY = 'create secrets';

describeChartOnCluster('rights that the chart grants', () => {
  let cluster: Cluster;
  let objects: readonly Rendered[];
  let port: number;
  let documents: number;

  beforeAll(async () => {
    const helm = findHelms().at(-1);
    if (helm === undefined) throw new Error('there is no helm');
    cluster = await startCluster({ audit: 'audit.log' });
    const ports = await Promise.all(Array.from({ length: 7 }, findFreePort));
    [port = 0, , documents = 0] = ports;
    objects = render(helm, { values: toValues(ports) });
    await apply([{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }]);
    await apply([toAccount('default', {}), toAccount('reader', { 'eks.amazonaws.com/role-arn': ROLE })]);
    await apply(objects.filter(({ kind }) => kind === 'CustomResourceDefinition'));
    await eventually(() => apply([MAPPING, AWS_AUTH]));
    await apply(objects.filter(({ kind }) => kind !== 'Pod' && kind !== 'CustomResourceDefinition'));
    // Else a component that is quick is refused what it was granted.
    await awaitRbac(cluster.client);
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));

  it('are what the webhook needs, and no more; its own certificate is trusted', async () => {
    const webhook = await startComponent(cluster, objects, {
      kind: 'Deployment',
      name: 'iam-bridge-webhook',
    });
    await eventually(async () => expect(await readRole('reader')).toBe(ROLE));
    expect(await readRole('default')).toBe(ROLE);
    await askForUnknownAccount(port);
    await eventually(() => expect(listUnused(webhook)).toEqual([]));
    expect(listRefused(webhook)).toEqual([]);
  });

  it('are what the issuer needs, and no more', async () => {
    const issuer = await startComponent(cluster, objects, {
      kind: 'Deployment',
      name: 'iam-bridge-issuer',
    });
    await eventually(() => expect(listUnused(issuer)).toEqual([]));
    expect(listRefused(issuer)).toEqual([]);
    const check = { pod: 'iam-bridge-issuer-check', env: { URL: `https://127.0.0.1:${documents}` } };
    expect(await runHelmCheck(cluster.workspace, objects, check)).toMatchObject({
      code: 0,
      stdout: 'public keys of https://issuer.iam-bridge.test: 1\n',
    });
    const other = { ...check, env: { ...check.env, ISSUER: 'https://another.example' } };
    expect((await runHelmCheck(cluster.workspace, objects, other)).stderr).toContain(
      'and not of https://another.example',
    );
  });

  it('are what the authenticator needs, and no more', async () => {
    const authenticator = await startComponent(cluster, objects, {
      kind: 'DaemonSet',
      name: 'iam-bridge-authenticator',
    });
    await eventually(() => expect(listUnused(authenticator)).toEqual([]));
    expect(listRefused(authenticator)).toEqual([]);
    const check = { pod: 'iam-bridge-authenticator-check', env: {} };
    expect(await runHelmCheck(cluster.workspace, objects, check)).toMatchObject({
      code: 0,
      stdout: 'a token that is none is refused\n',
    });
    const closed = { ...check, env: { STATUS: '401' } };
    expect((await runHelmCheck(cluster.workspace, objects, closed)).stderr).toContain(
      'answered with 200, and not with 401',
    );
  });

  function listUnused(component: Component): readonly string[] {
    const used = new Set(listRequests(component).map(toRight));
    return listRights(objects, component).filter((right) => !used.has(right) && right !== OF_AN_APPLY);
  }

  function listRefused(component: Component): readonly string[] {
    return listRequests(component)
      .filter(({ responseStatus }) => responseStatus?.code === 403)
      .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
  }

  function listRequests({ user }: Component): readonly AuditedRequest[] {
    const all = readAudit(join(cluster.workspace.folder, 'audit.log'));
    return all.filter(({ user: { username } }) => username === user);
  }

  async function apply(all: readonly unknown[]): Promise<void> {
    const manifest = all.map((object) => JSON.stringify(object)).join('\n---\n');
    const { code, stderr } = await cluster.kubectl(['apply', '--server-side', '-f', '-'], manifest);
    if (code !== 0) throw new Error(stderr);
  }

  async function readRole(account: string): Promise<string | undefined> {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'reader', namespace: NAMESPACE },
      spec: { serviceAccountName: account, containers: [{ name: 'reader', image: 'reader' }] },
    };
    const { stdout } = await cluster.kubectl(
      ['create', '--dry-run=server', '-o', 'json', '-f', '-'],
      JSON.stringify(pod),
    );
    const { env = [] } = JSON.parse(stdout).spec.containers[0];
    return env.find(({ name }: { readonly name: string }) => name === 'AWS_ROLE_ARN')?.value;
  }
});

function toValues(ports: readonly number[]): Record<string, unknown> {
  const [webhook, webhookMetrics, documents, issuerMetrics, authenticate, health, metrics] = ports;
  const account = `${NAMESPACE}/default`;
  return {
    config: {
      ports: { webhook, metrics: webhookMetrics },
      podIdentityWebhookMap: {
        enabled: true,
        data: { [account]: { RoleARN: ROLE, Audience: 'sts.amazonaws.com' } },
      },
    },
    mutatingWebhook: { url: `https://127.0.0.1:${webhook}/mutate` },
    issuer: {
      enabled: true,
      config: {
        issuer: 'https://issuer.iam-bridge.test',
        ports: { documents, metrics: issuerMetrics },
        driftInterval: '10s',
        driftServiceAccount: account,
        compareApiServers: true,
      },
    },
    authenticator: {
      enabled: true,
      config: {
        clusterId: 'demo',
        region: 'eu-west-1',
        backendMode: ['EKSConfigMap', 'CRD'],
        ports: { authenticate, health, metrics },
      },
    },
    'iam-bridge-crds': { enabled: true },
  };
}

const MAPPING = {
  apiVersion: 'iamauthenticator.k8s.aws/v1alpha1',
  kind: 'IAMIdentityMapping',
  metadata: { name: 'dev' },
  spec: { arn: ROLE, username: 'dev', groups: [] },
};

const AWS_AUTH = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'aws-auth', namespace: 'kube-system' },
  data: { mapRoles: '[]' },
};

function toAccount(name: string, annotations: Record<string, string>): unknown {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace: NAMESPACE, annotations } };
}

/** Such as `list serviceaccounts`, `get /openid/v1/jwks`. */
function toRight({ verb, objectRef, requestURI }: AuditedRequest): string {
  if (objectRef?.resource === undefined) return `${verb} ${requestURI.split('?')[0]}`;
  return `${verb} ${[objectRef.resource, objectRef.subresource].filter(Boolean).join('/')}`;
}

interface Rule {
  readonly verbs: readonly string[];
  readonly resources?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

/** The rights of roles that are bound to the component's account. */
function listRights(objects: readonly Rendered[], { user }: Component): readonly string[] {
  const bindings = objects.filter(
    ({ kind, subjects }) =>
      kind.endsWith('RoleBinding') &&
      user === `system:serviceaccount:${subjects[0].namespace}:${subjects[0].name}`,
  );
  const roles = bindings.map(({ roleRef, metadata }) =>
    objects.find(
      ({ kind, metadata: { name, namespace } }) =>
        kind === roleRef.kind && name === roleRef.name && namespace === metadata.namespace,
    ),
  );
  const rules = roles.flatMap((role) => (role?.['rules'] ?? []) as readonly Rule[]);
  return rules.flatMap(({ verbs, resources = [], nonResourceURLs = [] }) =>
    [...resources, ...nonResourceURLs].flatMap((what) => verbs.map((verb) => `${verb} ${what}`)),
  );
}

/** As the API server asks for a pod whose account the watch has not brought: that is read by name. */
function askForUnknownAccount(port: number): Promise<void> {
  const review = {
    apiVersion: 'admission.k8s.io/v1',
    kind: 'AdmissionReview',
    request: {
      uid: '1',
      operation: 'CREATE',
      namespace: NAMESPACE,
      kind: { group: '', version: 'v1', kind: 'Pod' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      object: {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {},
        spec: { serviceAccountName: 'unknown', containers: [{ name: 'a', image: 'a' }] },
      },
    },
  };
  return new Promise((resolve, reject) => {
    const call = request(`https://127.0.0.1:${port}/mutate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      rejectUnauthorized: false,
    });
    call.on('error', reject);
    call.on('response', (answer) => answer.resume().on('end', resolve));
    call.end(JSON.stringify(review));
  });
}
