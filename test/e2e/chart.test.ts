import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { FIELD_MANAGER } from '../../src/certificates/secret.ts';
import { CHART } from '../../tools/chart/files.ts';
import { type CheckAnswer, runHelmCheck } from '../support/chart/check.ts';
import { findForeignDefinitions } from '../support/chart/crds.ts';
import { describeChartOnCluster, findHelms, type Helm, type HelmAnswer } from '../support/chart/helm.ts';
import {
  listCiFiles,
  listWorkloads,
  NAMESPACE,
  only,
  type Rendered,
  type Rendering,
  readObjects,
  render,
  withValues,
} from '../support/chart/render.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import type { KubectlAnswer } from '../support/e2e/kubectl.ts';
import { showLogsOnFailure } from '../support/e2e/suite.ts';
import { startWebhook, type Webhook } from '../support/e2e/webhook.ts';

const PRIVILEGED = 'iam-privileged';
const ACCOUNT = `system:serviceaccount:${NAMESPACE}:iam-bridge-webhook`;
const ROLE = 'arn:aws:iam::111122223333:role/reader';
const FOREIGN_KINDS = ['certificates', 'issuers', 'podmonitors', 'prometheusrules', 'servicemonitors'];

describeChartOnCluster('the chart on a real API server', () => {
  let cluster: Cluster;
  let helm: Helm;

  beforeAll(async () => {
    const newest = findHelms().at(-1);
    if (newest === undefined) throw new Error('there is no helm');
    helm = newest;
    cluster = await startCluster({
      apiServerFlags: ['--service-cluster-ip-range=10.0.0.0/16,fd00:10::/112'],
    });
    await applyAll([toNamespace(NAMESPACE, 'restricted'), toNamespace(PRIVILEGED, 'privileged')]);
    await applyAll(
      [NAMESPACE, PRIVILEGED].map((namespace) => ({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace },
      })),
    );
    for (const folder of ['check', ...findHelms().map(toOldChart)])
      mkdirSync(join(cluster.workspace.folder, folder, 'templates'), { recursive: true });
    for (const path of findForeignDefinitions()) await expectWell(cluster.kubectl(['create', '-f', path]));
    await eventually(async () => expectWell(cluster.kubectl(['get', FOREIGN_KINDS.join(',')])));
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));

  describe.each(listCiFiles())('with %s', (ci) => {
    it('is applied without an unknown or missing field', async () => {
      const objects = render(helm, { ci }).filter(({ kind }) => kind !== 'Pod');
      const { code, stderr } = await cluster.kubectl(
        ['apply', '--server-side', '--force-conflicts', '--dry-run=server', '--validate=strict', '-f', '-'],
        toManifest(objects),
      );
      expect({ code, stderr: isRestricted(ci) ? stderr : '' }).toEqual({ code: 0, stderr: '' });
    });

    it(`has pods that Pod Security lets into a namespace of level ${isRestricted(ci) ? 'restricted' : 'privileged'}`, async () => {
      const objects = render(helm, {
        ci,
        set: [`namespaceOverride=${isRestricted(ci) ? NAMESPACE : PRIVILEGED}`],
      });
      await applyAll(objects.filter(({ kind }) => kind === 'ServiceAccount'));
      for (const pod of listPods(objects)) {
        const answer = await cluster.kubectl(['create', '--dry-run=server', '-f', '-'], JSON.stringify(pod));
        expect(answer).toMatchObject({ code: 0, stderr: '' });
      }
    });
  });

  describe('the admission policy', () => {
    beforeAll(async () => {
      await applyAll(
        render(helm).filter(({ kind }) => /^(ClusterRole|Mutating|Validating|ServiceAccount)/.test(kind)),
      );
      await eventually(async () =>
        expect((await patch({ failurePolicy: 'Fail' })).stderr).toContain('ValidatingAdmissionPolicy'),
      );
    });

    it('lets the webhook write caBundle', async () => {
      const answer = await patch({
        clientConfig: { caBundle: Buffer.from(cluster.authority.certificate).toString('base64') },
      });
      expect(answer).toMatchObject({ code: 0 });
    });

    it.each<[string, Record<string, unknown>]>([
      ['a URL of its own', { clientConfig: { service: null, url: 'https://elsewhere.example/mutate' } }],
      [
        'another Service',
        { clientConfig: { service: { namespace: 'default', name: 'another', port: 443, path: '/' } } },
      ],
      [
        'all resources',
        { rules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*/*'] }] },
      ],
      ['all namespaces', { namespaceSelector: null }],
      ['all pods', { objectSelector: null }],
      ['its conditions away', { matchConditions: null }],
      ['a failure policy', { failurePolicy: 'Fail' }],
      ['a time limit', { timeoutSeconds: 30 }],
      ['rounds', { reinvocationPolicy: 'Never' }],
      ['a match policy', { matchPolicy: 'Exact' }],
    ])('keeps it from giving itself %s', async (_, change) => {
      const { code, stderr } = await patch(change);
      expect(code).toBe(1);
      expect(stderr).toContain('the webhook may write caBundle of its configuration, and nothing else');
    });

    it('keeps it from adding an entry, and from marking the object', async () => {
      const another = {
        name: 'another.iam-bridge.test',
        clientConfig: { url: 'https://a.example' },
        sideEffects: 'None',
        admissionReviewVersions: ['v1'],
      };
      expect((await patchAll({ webhooks: [another] })).stderr).toContain('and nothing else');
      expect((await patchAll({ metadata: { annotations: { a: 'b' } } })).stderr).toContain(
        'nothing of its metadata',
      );
    });

    it('is not needed to keep it from making another, or from deleting one: it has no right to', async () => {
      const another = {
        ...only(render(helm), 'MutatingWebhookConfiguration'),
        metadata: { name: 'another' },
      };
      const made = await cluster.kubectl(
        ['apply', '--server-side', ...AS_THE_WEBHOOK, '-f', '-'],
        JSON.stringify(another),
      );
      expect(made.stderr).toContain('Forbidden');
      const words = ['delete', 'mutatingwebhookconfiguration', 'iam-bridge-webhook', '--dry-run=server'];
      expect((await cluster.kubectl([...words, ...AS_THE_WEBHOOK])).stderr).toContain('Forbidden');
    });

    it('leaves everybody else alone', async () => {
      expect(await patch({ timeoutSeconds: 4 }, [])).toMatchObject({ code: 0 });
    });

    it('knows every member that an entry has', async () => {
      const { stdout } = await cluster.kubectl([
        'get',
        '--raw',
        '/openapi/v3/apis/admissionregistration.k8s.io/v1',
      ]);
      const { schemas } = JSON.parse(stdout).components;
      const { properties } = schemas['io.k8s.api.admissionregistration.v1.MutatingWebhook'];
      const text = JSON.stringify(only(render(helm), 'ValidatingAdmissionPolicy')['spec'].validations);
      const unknown = Object.keys(properties).filter(
        (name) => !text.includes(`after.${name}`) && !text.includes(`after.?${name}`),
      );
      expect(unknown).toEqual([]);
    });

    const AS_THE_WEBHOOK = [`--as=${ACCOUNT}`];

    function patch(
      change: Record<string, unknown>,
      as: readonly string[] = AS_THE_WEBHOOK,
    ): Promise<KubectlAnswer> {
      return patchAll({ webhooks: [{ name: 'pod-identity-webhook.amazonaws.com', ...change }] }, as);
    }

    function patchAll(
      change: Record<string, unknown>,
      as: readonly string[] = AS_THE_WEBHOOK,
    ): Promise<KubectlAnswer> {
      const words = [
        'patch',
        'mutatingwebhookconfiguration',
        'iam-bridge-webhook',
        '--type=strategic',
        '--dry-run=server',
      ];
      return cluster.kubectl([...words, ...as, '-p', JSON.stringify(change)]);
    }
  });

  describe('the webhook configuration', () => {
    let webhook: Webhook;

    beforeAll(async () => {
      webhook = await startWebhook({ cluster });
      await applyAll(
        render(helm, toUrlMode()).filter(
          ({ kind, metadata }) => kind.startsWith('Mutating') || metadata.name.includes('-check'),
        ),
      );
      await applyAll(
        ['kube-system', 'kube-node-lease', NAMESPACE].flatMap((namespace) => [toAccount(namespace)]),
      );
      await eventually(async () => expect(await readRole('kube-system')).toBe(ROLE));
    });
    afterAll(() => webhook?.stop());

    it('serves kube-system, and the namespace of the release', async () => {
      expect(await readRole('kube-system')).toBe(ROLE);
      expect(await readRole(NAMESPACE)).toBe(ROLE);
    });

    it('leaves alone kube-node-lease, and pods with the label', async () => {
      expect(await readRole('kube-node-lease')).toBeUndefined();
      expect(
        await readRole('kube-system', { labels: { 'eks.amazonaws.com/skip-pod-identity-webhook': 'true' } }),
      ).toBeUndefined();
    });

    it('passes `helm test`, which fails where pods get no role', async () => {
      const { stdout, code } = await runCheck();
      expect({ stdout, code }).toEqual({
        code: 0,
        stdout: `a pod of ServiceAccount ${NAMESPACE}/iam-bridge-check-subject gets arn:aws:iam::111122223333:role/iam-bridge-check\n`,
      });
      await cluster.kubectl([
        'annotate',
        'serviceaccount',
        '-n',
        NAMESPACE,
        'iam-bridge-check-subject',
        'eks.amazonaws.com/role-arn-',
      ]);
      const failed = await runCheck();
      expect(failed.code).toBe(1);
      expect(failed.stderr).toContain('not as it should be: the pod came back without its role');
    });

    function toUrlMode(): Rendering {
      const values = {
        pki: { existingSecret: 'pair', caBundle: cluster.authority.certificate },
        mutatingWebhook: { url: webhook.url },
      };
      return { values };
    }

    async function readRole(
      namespace: string,
      metadata: Record<string, unknown> = {},
    ): Promise<string | undefined> {
      const pod = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'reader', namespace, ...metadata },
        spec: {
          serviceAccountName: 'reader',
          securityContext: { runAsNonRoot: true, runAsUser: 1, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              name: 'reader',
              image: 'reader',
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      };
      const { stdout } = await expectWell(
        cluster.kubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], JSON.stringify(pod)),
      );
      const { env = [] } = JSON.parse(stdout).spec.containers[0];
      return env.find(({ name }: { name: string }) => name === 'AWS_ROLE_ARN')?.value;
    }

    /** With the rights of the pod that it is. */
    async function runCheck(): Promise<CheckAnswer> {
      const { stdout: token } = await expectWell(
        cluster.kubectl(['create', 'token', '-n', NAMESPACE, 'iam-bridge-check']),
      );
      cluster.workspace.write('check/token', token);
      cluster.workspace.write('check/ca.crt', cluster.authority.certificate);
      const { hostname, port } = new URL(cluster.server);
      return runHelmCheck(cluster.workspace, render(helm, toUrlMode()), {
        pod: 'iam-bridge-webhook-check',
        env: {
          KUBERNETES_SERVICE_HOST: hostname,
          KUBERNETES_SERVICE_PORT: port,
          ACCOUNT_FOLDER: join(cluster.workspace.folder, 'check'),
        },
      });
    }
  });

  it.each(findHelms())('$name upgrades a release of another chart with --reuse-values', async (major) => {
    const release = `moved-${major.name.replaceAll('.', '-')}`;
    const old = cluster.workspace.folder;
    cluster.workspace.write(
      `${toOldChart(major)}/Chart.yaml`,
      stringify({ apiVersion: 'v2', name: 'amazon-eks-pod-identity-webhook', version: '2.6.5' }),
    );
    cluster.workspace.write(
      `${toOldChart(major)}/templates/note.yaml`,
      stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: `${release}-note` } }),
    );
    withValues({ ci: 'predecessor-values.yaml' }, ([, values = '']) => {
      expect(
        major.run(
          ['install', release, join(old, toOldChart(major)), '-n', NAMESPACE, '-f', values],
          cluster.kubeconfig,
        ),
      ).toMatchObject({ code: 0 });
    });
    const { code, stdout, stderr } = major.run(
      ['upgrade', release, CHART, '-n', NAMESPACE, '--reuse-values'],
      cluster.kubeconfig,
    );
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stdout).toContain('image names amazon-eks-pod-identity-webhook');
    const manifest = readObjects(
      major.run(['get', 'manifest', release, '-n', NAMESPACE], cluster.kubeconfig).stdout,
    );
    expect(only(manifest, 'Deployment')['spec'].template.spec.containers[0].args).toContain(
      '--aws-default-region=eu-west-1',
    );
    expect(major.run(['uninstall', release, '-n', NAMESPACE], cluster.kubeconfig)).toMatchObject({ code: 0 });
    expect(
      (await cluster.kubectl(['get', 'mutatingwebhookconfiguration', `${release}-iam-bridge-webhook`]))
        .stderr,
    ).toContain('NotFound');
  });

  describe.each(findHelms())(
    '$name, over what others have written into the webhook configuration',
    (major) => {
      const release = `over-${major.name.replaceAll('.', '-')}`;
      const configuration = `${release}-iam-bridge-webhook`;
      const run = (...args: string[]): HelmAnswer =>
        major.run([...args, '--namespace', NAMESPACE], cluster.kubeconfig);
      const write = (manager: string, entry: Record<string, unknown>): Promise<KubectlAnswer> => {
        const webhooks = [{ name: 'pod-identity-webhook.amazonaws.com', ...entry }];
        const words = ['patch', 'mutatingwebhookconfiguration', configuration, `--field-manager=${manager}`];
        return expectWell(
          cluster.kubectl([...words, '--type=strategic', '-p', JSON.stringify({ webhooks })]),
        );
      };
      const read = async (): Promise<Rendered> => {
        const words = ['get', 'mutatingwebhookconfiguration', configuration, '-o', 'json'];
        return JSON.parse((await expectWell(cluster.kubectl(words))).stdout);
      };

      beforeEach(() => {
        expect(run('install', release, CHART)).toMatchObject({ code: 0 });
        return () => expect(run('uninstall', release)).toMatchObject({ code: 0 });
      });

      it('leaves caBundle where it does not say it', async () => {
        const caBundle = Buffer.from(cluster.authority.certificate).toString('base64');
        await write(FIELD_MANAGER, { clientConfig: { caBundle } });
        const set = ['--set', 'mutatingWebhook.strictNamespaces={shop},mutatingWebhook.timeoutSeconds=5'];
        expect(run('upgrade', release, CHART, ...set)).toMatchObject({ code: 0 });
        const { webhooks } = await read();
        expect(webhooks[0]).toMatchObject({ timeoutSeconds: 5, clientConfig: { caBundle } });
      });

      it.each([
        ['caBundle', FIELD_MANAGER],
        ['namespaceSelector', 'admissionsenforcer'],
      ] as const)('takes %s, helm 4 only where it is told to', async (field, manager) => {
        const caBundle = Buffer.from(cluster.authority.certificate).toString('base64');
        const matchExpressions = [{ key: 'control-plane', operator: 'DoesNotExist' }];
        const entries = {
          caBundle: { clientConfig: { caBundle } },
          namespaceSelector: { namespaceSelector: { matchExpressions } },
        };
        await write(manager, entries[field]);
        const ci = 'existing-secret-values.yaml';
        const words = ['upgrade', release, CHART, '--values', join(CHART, 'ci', ci)];
        if (major.name.startsWith('helm-4')) {
          expect(run(...words).stderr).toMatch(new RegExp(`conflicts? with \\\\?"${manager}`));
          words.push('--force-conflicts');
        }
        expect(run(...words)).toMatchObject({ code: 0 });
        const [wanted] = only(render(major, { ci, release }), 'MutatingWebhookConfiguration')['webhooks'];
        const [entry] = (await read())['webhooks'];
        expect(entry.clientConfig.caBundle).toBe(wanted.clientConfig.caBundle);
        expect(entry.namespaceSelector).toEqual(wanted.namespaceSelector);
      });
    },
  );

  async function applyAll(objects: readonly unknown[]): Promise<void> {
    await expectWell(
      cluster.kubectl(['apply', '--server-side', '--force-conflicts', '-f', '-'], toManifest(objects)),
    );
  }
});

async function expectWell(answer: Promise<KubectlAnswer>): Promise<KubectlAnswer> {
  const { code, stdout, stderr } = await answer;
  if (code !== 0) throw new Error(stderr);
  return { code, stdout, stderr };
}

/** What is on the network of the node, or has folders of it, is not. */
function isRestricted(ci: string): boolean {
  return !/^(everything|host-network)/.test(ci);
}

function toNamespace(name: string, level: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name,
      labels: { 'pod-security.kubernetes.io/enforce': level, 'pod-security.kubernetes.io/warn': level },
    },
  };
}

function toAccount(namespace: string): unknown {
  return {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'reader', namespace, annotations: { 'eks.amazonaws.com/role-arn': ROLE } },
  };
}

/** As JSON: YAML 1.2 says `on` where kubectl reads a boolean. */
function toManifest(objects: readonly unknown[]): string {
  return objects.map((object) => JSON.stringify(object)).join('\n---\n');
}

/** The chart that a release comes from. */
function toOldChart({ name }: Helm): string {
  return `old-${name}`;
}

/** Those that workloads would make, and those of the checks. */
function listPods(objects: readonly Rendered[]): readonly unknown[] {
  const made = listWorkloads(objects).map(({ metadata: { name, namespace }, spec }) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...spec.template.metadata, name, namespace },
    spec: spec.template.spec,
  }));
  return [...made, ...objects.filter(({ kind }) => kind === 'Pod')];
}
