import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { describeChartOnCluster, findHelms } from '../support/chart/helm.ts';
import { findAssets } from '../support/e2e/assets.ts';
import { findContainerObstacle } from '../support/e2e/container.ts';
import { ROLE_ARN } from '../support/e2e/fixtures.ts';
import { toInjection, toNoInjection } from '../support/e2e/injection.ts';
import { findNamespaceObstacle, runInNetworkNamespace } from '../support/e2e/network-namespace.ts';
import type { Life } from './scenarios/install.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const SCENARIO = join(import.meta.dirname, 'scenarios', 'install.ts');
const obstacle =
  findAssets() === undefined ? undefined : (findContainerObstacle() ?? findNamespaceObstacle());
const isSkipped = obstacle !== undefined && process.env['IAM_BRIDGE_E2E'] !== 'required';
if (isSkipped)
  console.error(`helm install: NOT TESTED, since no container can be imitated here: ${obstacle}`);

const CONFIGURATIONS = 'mutatingwebhookconfigurations';
/** For accounts that the watch has not brought: `chart-rights.test.ts` asks about one, here the watch is too quick. */
const RARE = 'get serviceaccounts';

describeChartOnCluster('helm install, with nothing else on the cluster', () => {
  let lives: readonly Life[] = [];
  const find = (helm: string): Life => {
    const found = lives.find((each) => each.helm === helm);
    if (found === undefined) throw new Error(`nothing was seen of ${helm}`);
    return found;
  };
  beforeAll(async () => {
    if (isSkipped) return;
    // Each has a cluster of its own, and most of its time it waits.
    lives = (await Promise.all(
      findHelms().map(({ name }) => runInNetworkNamespace(SCENARIO, 890_000, [name])),
    )) as readonly Life[];
    for (const { helm, pods, steps, mended } of lives) {
      if (!pods.areLimited) console.error('no memory cgroup: the memory limit of the chart was not held');
      const counts = Object.entries(steps).map(([name, { creates }]) => `${name} ${creates}`);
      console.log(`${helm}: pods created: ${counts.join(', ')}; mended after ms: ${JSON.stringify(mended)}`);
    }
  }, 900_000);

  describe.skipIf(isSkipped).each(findHelms())('by $name', ({ name }) => {
    it('runs two pods as uid 65532, whose certificates the API server trusts, and pods get their role', () => {
      const { pods, steps } = find(name);
      expect(pods.uids).toEqual([65_532, 65_532]);
      expect(steps.install.images).toEqual(Array(2).fill('iam-bridge:0.1.0'));
      expect(steps.install.injection).toEqual(toInjection({ role: ROLE_ARN }));
    });

    it('passes helm test', () => {
      expect(find(name).check).toMatch(/^a pod of ServiceAccount iam-system\/\S+ gets arn:aws:iam::/);
    });

    it('upgrades to another version with other values, and goes back', () => {
      const { upgrade, rollback } = find(name).steps;
      expect(upgrade.images).toEqual(Array(3).fill('iam-bridge:0.2.0'));
      expect(upgrade.injection).toEqual(toInjection({ role: ROLE_ARN, expirationSeconds: 3_600 }));
      expect(rollback.images).toEqual(Array(2).fill('iam-bridge:0.1.0'));
      expect(rollback.injection).toEqual(toInjection({ role: ROLE_ARN }));
    });

    it('loses no pod on the way, and leaves none without its role while it is installed', () => {
      const { faults, unknownAccounts, steps } = find(name);
      expect([faults, unknownAccounts]).toEqual([[], []]);
      // Else the test has shown nothing.
      for (const { creates } of Object.values(steps)) expect(creates).toBeGreaterThan(60);
    });

    it('mends its Secret, its certificate and caBundle within five seconds', () => {
      const { mended } = find(name);
      expect(Object.keys(mended).toSorted()).toEqual(['Secret', 'caBundle', 'certificate']);
      for (const ms of Object.values(mended)) expect(ms).toBeLessThan(5_000);
    });

    it('ends every pod in order, and only those that were told to', () => {
      const { endings, untold } = find(name);
      expect(endings.length).toBeGreaterThanOrEqual(7);
      expect(endings.filter(({ code }) => code !== 0)).toEqual([]);
      expect(untold).toEqual([]);
    });

    it('needs every right that it has, and none that it has not', () => {
      const { refused, unused } = find(name);
      expect(refused).toEqual([]);
      expect(unused.filter((right) => right !== RARE)).toEqual([]);
    });

    it('is kept by the admission policy from changing more than caBundle', () => {
      expect(find(name).guard).toContain('caBundle of its configuration, and nothing else');
    });

    it('refuses no pod of a namespace while that becomes strict, nor when it is uninstalled', () => {
      const { steps, strictFaults } = find(name);
      expect(strictFaults).toEqual([]);
      expect(steps.uninstall.injection).toEqual(toNoInjection());
    });

    it('leaves what the documentation says, and nothing after its last commands', () => {
      const { left, leftInTheEnd } = find(name);
      expect(left).toEqual([
        'Pod iam-system iam-bridge-webhook-check',
        'Secret iam-system iam-bridge-webhook-tls',
      ]);
      expect(leftInTheEnd).toEqual([]);
    });
  });

  it.skipIf(isSkipped)('helm 3 comes late to the webhook configuration, helm 4 takes it away first', () => {
    const [three = [], four = []] = lives.map(({ removed }) => removed);
    expect(three.indexOf(CONFIGURATIONS)).toBeGreaterThan(three.indexOf('deployments'));
    expect(four.indexOf(CONFIGURATIONS)).toBe(0);
  });
});

describe('the commands of the documentation', () => {
  it.each([
    ['README.md', 'helm install iam-bridge charts/iam-bridge --namespace iam-system --create-namespace'],
    ['README.md', 'helm test iam-bridge --namespace iam-system'],
    [
      'docs/operations.md',
      'helm upgrade iam-bridge charts/iam-bridge --namespace iam-system --reset-then-reuse-values',
    ],
    ['docs/operations.md', 'helm rollback iam-bridge --namespace iam-system'],
    ['docs/operations.md', 'kubectl delete mutatingwebhookconfiguration iam-bridge-webhook'],
    ['docs/operations.md', 'helm uninstall iam-bridge --namespace iam-system'],
    ['docs/operations.md', 'kubectl delete secret iam-bridge-webhook-tls --namespace iam-system'],
    [
      'docs/operations.md',
      'kubectl delete pod iam-bridge-webhook-check --namespace iam-system --ignore-not-found',
    ],
  ])('in %s are those that were tried: %s', (file, command) => {
    expect(readFileSync(join(ROOT, file), 'utf8').split('\n')).toContain(command);
  });
});
