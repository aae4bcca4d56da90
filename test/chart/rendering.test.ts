import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { AUTHENTICATOR } from '../../src/commands/authenticator/descriptor.ts';
import { readCommandLine } from '../../src/commands/flag-command.ts';
import { ISSUER } from '../../src/commands/issuer/descriptor.ts';
import { WEBHOOK } from '../../src/commands/webhook/descriptor.ts';
import { CHART } from '../../tools/chart/files.ts';
import { describeWithHelm, describeWithNewestHelm } from '../support/chart/helm.ts';
import {
  listCiFiles,
  listWorkloads,
  only,
  type Rendered,
  render,
  template,
} from '../support/chart/render.ts';

const IN_CLUSTER = { KUBERNETES_SERVICE_HOST: '10.0.0.1', KUBERNETES_SERVICE_PORT: '443' };

describeWithHelm('the chart', (helm) => {
  test.each(listCiFiles())('passes helm lint with %s', (ci) => {
    const { code, stdout, stderr } = helm.run([
      'lint',
      CHART,
      '--strict',
      '--kube-version',
      '1.36.0',
      '--values',
      join(CHART, 'ci', ci),
    ]);
    expect(stdout + stderr).toContain('0 chart(s) failed');
    expect(code).toBe(0);
  });

  test.each(listCiFiles())('renders the same twice with %s', (ci) => {
    const first = template(helm, { ci });
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    expect(template(helm, { ci }).stdout).toBe(first.stdout);
  });

  test('leaves ids out that are null, as OpenShift wants it', () => {
    for (const workload of listWorkloads(render(helm, { ci: 'openshift-values.yaml' })))
      expect(workload['spec'].template.spec.securityContext).toEqual({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      });
  });
});

describeWithNewestHelm('what is rendered', (helm) => {
  test.each(listCiFiles())('is told to the program in words that it takes, with %s', (ci) => {
    const objects = render(helm, { ci });
    for (const workload of listWorkloads(objects)) {
      const [name, ...words] = workload['spec'].template.spec.containers[0].args as string[];
      expect(readWords(name ?? '', toLocalConfig(words, objects))).toEqual({ problems: [], remarks: [] });
    }
  });

  test.each(listCiFiles())('has every object in its namespace, with labels of the release, with %s', (ci) => {
    for (const { kind, metadata } of render(helm, { ci })) {
      if (metadata.name === 'iam-bridge-note') continue;
      expect(metadata.labels, kind).toMatchObject({
        'app.kubernetes.io/name': 'iam-bridge',
        'app.kubernetes.io/instance': 'iam-bridge',
        'app.kubernetes.io/managed-by': 'Helm',
      });
      expect(metadata.namespace !== undefined, `${kind} ${metadata.name}`).toBe(!CLUSTER_WIDE.includes(kind));
    }
  });

  test('has no caBundle where the webhook writes it, so that two field managers do not fight', () => {
    const { webhooks } = only(render(helm), 'MutatingWebhookConfiguration');
    expect(webhooks).toHaveLength(2);
    for (const { clientConfig } of webhooks)
      expect(clientConfig).toEqual({
        service: { name: 'iam-bridge-webhook', namespace: 'iam-system', port: 443, path: '/mutate' },
      });
  });

  test('has the host of a URL in its certificate, in lower case as the program wants names', () => {
    const objects = render(helm, { set: ['mutatingWebhook.url=https://Hooks.Example:8443/mutate'] });
    expect(findContainer(objects).args).toContain('--tls-san=hooks.example');
  });

  test('asks a pod on the network of the node at the one address that it listens on', () => {
    const readHosts = (...set: readonly string[]): readonly unknown[] => {
      const objects = render(helm, { ci: 'host-network-values.yaml', set });
      const [container] = only(objects, 'Deployment')['spec'].template.spec.containers;
      return ['startupProbe', 'livenessProbe', 'readinessProbe'].map(
        (probe) => container[probe].httpGet.host,
      );
    };
    expect(readHosts('config.bindAddress=127.0.0.1')).toEqual(Array(3).fill('127.0.0.1'));
    expect(readHosts('config.bindAddress=::')).toEqual(Array(3).fill(undefined));
    expect(readHosts()).toEqual(Array(3).fill(undefined));
  });

  test('gives V8 half of the memory limit, bodies an eighth, and connections their share', () => {
    expect(readMemory('128Mi')).toEqual({ oldSpace: 64, bodies: 16, connections: 1000 });
    expect(readMemory('0.5Gi')).toEqual({ oldSpace: 256, bodies: 64, connections: 4000 });
    expect(readMemory('268435456')).toEqual({ oldSpace: 128, bodies: 32, connections: 2000 });
    expect(readMemory('110M')).toEqual({ oldSpace: 52, bodies: 13, connections: 812 });
  });

  test('leaves the program its own budgets where there is no limit', () => {
    const { args, env } = findContainer(render(helm, { set: ['resources.limits=null'] }));
    expect(args.filter((word) => word.includes('budget'))).toEqual([
      '--body-budget=16',
      '--connection-budget=1000',
    ]);
    expect(env['NODE_OPTIONS']).toContain('64');
    const without = findContainer(render(helm, { set: ['resources.limits.memory=null'] }));
    expect(without.args.filter((word) => word.includes('budget'))).toEqual([]);
    expect(without.env['NODE_OPTIONS']).toBe('--max-semi-space-size=2 --max-old-space-size=192');
  });

  function readMemory(limit: string): Readonly<Record<string, number>> {
    const { args, env } = findContainer(
      render(helm, { values: { resources: { limits: { memory: limit } } } }),
    );
    const read = (flag: string) => Number(args.find((word) => word.startsWith(`--${flag}=`))?.split('=')[1]);
    return {
      oldSpace: Number(env['NODE_OPTIONS']?.split('--max-old-space-size=')[1]),
      bodies: read('body-budget'),
      connections: read('connection-budget'),
    };
  }
});

const CLUSTER_WIDE = [
  'ClusterRole',
  'ClusterRoleBinding',
  'CustomResourceDefinition',
  'MutatingWebhookConfiguration',
  'ValidatingAdmissionPolicy',
  'ValidatingAdmissionPolicyBinding',
];

interface Container {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}

function findContainer(objects: readonly Rendered[]): Container {
  const { args, env } = only(objects, 'Deployment', 'iam-bridge-webhook')['spec'].template.spec.containers[0];
  return {
    args,
    env: Object.fromEntries(env.map(({ name, value }: { name: string; value: string }) => [name, value])),
  };
}

/** The authenticator reads its configuration while it reads its command line. */
function toLocalConfig(words: readonly string[], objects: readonly Rendered[]): readonly string[] {
  const at = words.findIndex((word) => word.startsWith('--config='));
  if (at === -1) return words;
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-chart-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'config.yaml');
  writeFileSync(path, only(objects, 'ConfigMap', 'iam-bridge-authenticator')['data']['config.yaml']);
  return words.with(at, `--config=${path}`);
}

function readWords(
  name: string,
  words: readonly string[],
): { problems: readonly string[]; remarks: readonly string[] } {
  const line = readLine(name, words);
  if (line.kind === 'run') return { problems: [], remarks: line.settings.remarks };
  return { problems: line.kind === 'problems' ? line.problems : [line.kind], remarks: [] };
}

function readLine(name: string, words: readonly string[]) {
  switch (name) {
    case 'webhook':
      return readCommandLine(WEBHOOK, words, IN_CLUSTER);
    case 'authenticator':
      return readCommandLine(AUTHENTICATOR, words, IN_CLUSTER);
    case 'issuer':
      return readCommandLine(ISSUER, words, IN_CLUSTER);
    default:
      throw new Error(`${name} is no command of the chart`);
  }
}
