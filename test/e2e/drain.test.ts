import { join } from 'node:path';
import { expect, it } from 'vitest';
import { findAssets } from '../support/e2e/assets.ts';
import { findNamespaceObstacle, runInNetworkNamespace } from '../support/e2e/network-namespace.ts';
import { describeOnCluster } from '../support/e2e/suite.ts';

const SCENARIO = join(import.meta.dirname, 'scenarios', 'drain-one-of-two.ts');

describeOnCluster('two replicas behind a Service', () => {
  const obstacle = findAssets() === undefined ? undefined : findNamespaceObstacle();
  const isRequired = process.env['IAM_BRIDGE_E2E'] === 'required';

  it.skipIf(obstacle !== undefined && !isRequired)(
    `lose no create when one gets SIGTERM under load${obstacle === undefined ? '' : ` (no network namespace: ${obstacle})`}`,
    async () => {
      const seen = await runInNetworkNamespace(SCENARIO, 120_000);
      expect(seen).toMatchObject({
        faults: [],
        ending: { code: 0, signal: null },
        // Else the test has shown nothing.
        askedAfterSigterm: true,
      });
    },
  );
});
