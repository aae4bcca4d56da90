import { expect, test } from 'vitest';
import { findDecision, readDocument, runInProcess } from '../demo/support/run.ts';
import { findAssets } from './harness/assets.ts';
import { describeOnCluster } from './harness/suite.ts';

describeOnCluster('iam-bridge demo --real', () => {
  test('comes to the same on a real control plane', async () => {
    const run = await runInProcess({ real: true, output: 'json', env: { KUBEBUILDER_ASSETS: findAssets() } });
    const document = readDocument(run);
    expect([run.code, run.err, document.mode, document.problems]).toEqual([0, '', 'real', []]);
    const reasons = ['injected', 'no-role', 'mistyped-role'].map((id) => findDecision(document, id)?.reason);
    expect(reasons).toEqual(['web-identity', 'no-role', 'role-arn-malformed']);
    expect(findDecision(document, 'mistyped-role')?.warnings).toHaveLength(1);
    const pod = document.steps.find(({ id }) => id === 'injected')?.pod;
    expect(pod?.after.metadata).toMatchObject({ generateName: 's3-echoer-', uid: expect.any(String) });
  });
});
