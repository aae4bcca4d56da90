import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { AUTHENTICATOR_FLAGS } from '../../src/commands/authenticator/flags.ts';
import { ISSUER_FLAGS } from '../../src/commands/issuer/flags.ts';
import { WEBHOOK_FLAGS } from '../../src/commands/webhook/flags.ts';
import type { FlagTable } from '../../src/settings/pflag.ts';
import { CHART, renderChartFiles } from '../../tools/chart/files.ts';
import { listLeaves } from '../../tools/chart/node.ts';
import { COMPONENTS } from '../../tools/chart/values/all.ts';

/** Flags that no value is handed to as it is, and why. */
const BY_THE_CHART: Readonly<Record<string, readonly string[]>> = {
  'a pod has the credentials of its ServiceAccount': ['kubeconfig', 'kube-api', 'master'],
  'the chart says where files are': [
    'tls-cert',
    'tls-key',
    'client-ca-file',
    'client-name',
    'watch-container-credentials-config',
    'config',
    'state-dir',
    'generate-kubeconfig',
    'kubeconfig-pregenerated',
    'key-file',
    'jwks-file',
    'verify-client-ca',
    'verify-client-name',
    'verify-token-file',
  ],
  'the chart says what its objects are called': [
    'service-name',
    'tls-secret',
    'namespace',
    'watch-config-map',
    'in-cluster',
    'webhook-configuration',
    'tls-san',
  ],
  'the chart says where it listens': ['address', 'hostname', 'metrics-address', 'plain-http'],
  'the chart works them out of the memory limit': ['body-budget', 'connection-budget'],
  'files of an extra volume, by extraArgs': [
    'dynamic-file-path',
    'dynamic-file-user-id-strict',
    'dynamic-backend-mode-path',
    'aws-ca-file',
    'public-ca',
  ],
  'for tests and for the name of the Go program': [
    'sts-address',
    'proxy-from-environment',
    'strict-config',
    'version',
  ],
};

/** As Artifact Hub reads them: text of YAML within text. */
function readAnnotation(name: string): unknown {
  const { annotations } = parse(readFileSync(join(CHART, 'Chart.yaml'), 'utf8'));
  return parse(annotations[`artifacthub.io/${name}`]);
}

describe('what Artifact Hub is told', () => {
  test('are the definitions that the chart brings', () => {
    const path = join(CHART, 'charts/iam-bridge-crds/templates/iamidentitymappings.yaml');
    const definition = readFileSync(path, 'utf8');
    const told = readAnnotation('crds') as readonly Record<string, string>[];
    expect(told).toHaveLength(1);
    for (const { kind, version, name } of told)
      for (const line of [`name: ${name}`, `kind: ${kind}`, `name: ${version}`])
        expect(definition).toMatch(new RegExp(`^[ -]*${line}$`, 'm'));
  });

  test('are changes of kinds that it knows', () => {
    const kinds = ['added', 'changed', 'deprecated', 'removed', 'fixed', 'security'];
    const changes = readAnnotation('changes') as readonly Record<string, string>[];
    expect(changes.length).toBeGreaterThan(0);
    for (const { kind, description } of changes) {
      expect(kinds).toContain(kind);
      expect(description).toEqual(expect.any(String));
    }
    expect(['operator', 'containsSecurityUpdates', 'prerelease'].map(readAnnotation)).toEqual(
      Array(3).fill(expect.any(Boolean)),
    );
  });
});

describe('charts/iam-bridge', () => {
  test.each([...renderChartFiles()])('%s is what `npm run chart` writes', (path, text) => {
    expect(readFileSync(join(CHART, path), 'utf8')).toBe(text);
  });

  test.each<[string, FlagTable]>([
    ['webhook', WEBHOOK_FLAGS],
    ['authenticator', AUTHENTICATOR_FLAGS],
    ['issuer', ISSUER_FLAGS],
  ])(
    'every flag of the %s that has an effect is a value, or the business of the chart',
    (component, table) => {
      const values = [...listLeaves(COMPONENTS[component] ?? {})].flatMap(
        ({ leaf }) => leaf.flag?.name ?? [],
      );
      const known = new Set([...values, ...Object.values(BY_THE_CHART).flat()]);
      const flags = Object.entries(table).filter(([, { noEffect }]) => noEffect === undefined);
      expect(flags.map(([name]) => name).filter((name) => !known.has(name))).toEqual([]);
    },
  );
});
