import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type IssuerCluster, startIssuerCluster } from '../support/commands/issuer-cluster.ts';
import { runTree } from '../support/commands/tree.ts';

const ISSUER = 'https://oidc.example.invalid/clusters/demo';
const USER = `system:serviceaccount:${'n'.repeat(63)}:${'a'.repeat(253)}`;
const REMEDY =
  'kubectl create clusterrolebinding iam-bridge-issuer-discovery' +
  ' --clusterrole=system:service-account-issuer-discovery --serviceaccount=NAMESPACE:NAME';

let folder: string;
let config: string;
let cluster: IssuerCluster;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-remedies-'));
  config = join(folder, 'config');
  cluster = await startIssuerCluster(ISSUER);
  cluster.writeKubeconfig(config);
  cluster.set([], { status: 403, message: `forbidden: User "${USER}" cannot get path "/openid/v1/jwks"` });
});

afterEach(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true, force: true });
});

const SOURCE = ['--from', 'cluster'];

test.each([
  ['keys jwks', ['keys', 'jwks', ...SOURCE]],
  ['keys rotate', ['keys', 'rotate', '--plan', '--issuer', ISSUER, ...SOURCE]],
  ['publish', ['publish', '--to', '/nowhere/public', '--issuer', ISSUER, ...SOURCE]],
  ['issuer drift', ['issuer', 'drift', '--issuer', ISSUER]],
])('%s cuts what the API server says at length, and never the remedy', async (_, words) => {
  const { code, stdout, stderr } = await runTree([...words, '--kubeconfig', config]);
  const line = (stdout + stderr).split('\n').find((each) => each.includes('answered 403')) ?? '';
  expect([code, line.endsWith(REMEDY)]).toEqual([3, true]);
  expect(line).toContain('\u2026; whoever asks needs a ClusterRole: ');
});

test.each([
  ['keys jwks', ['keys', 'jwks', ...SOURCE]],
  ['keys rotate', ['keys', 'rotate', '--plan', ...SOURCE]],
  ['publish', ['publish', '--to', '/nowhere/public', '--issuer', ISSUER, ...SOURCE]],
  ['issuer drift', ['issuer', 'drift', '--issuer', ISSUER]],
])('%s ends with 2 where the kubeconfig that a flag names is not there', async (_, words) => {
  const { code, stderr } = await runTree([...words, '--kubeconfig', '/nowhere/config']);
  expect([code, stderr]).toEqual([2, expect.stringContaining('/nowhere/config')]);
});
