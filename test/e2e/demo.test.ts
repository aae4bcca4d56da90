import { expect, test } from 'vitest';
import { findDecision, findLogin, findRun, readDocument, runInProcess } from '../support/demo/run.ts';
import { findAssets } from '../support/e2e/assets.ts';
import { describeOnCluster } from '../support/e2e/suite.ts';

describeOnCluster('iam-bridge demo --real', () => {
  test('comes to the same on a real control plane', async () => {
    const run = await runInProcess({ real: true, output: 'json', env: { KUBEBUILDER_ASSETS: findAssets() } });
    const document = readDocument(run);
    expect([run.code, run.err, document.mode, document.problems]).toEqual([0, '', 'real', []]);
    const ids = ['written', 'no-role', 'mistyped-role', 'wildcard-trust', 'other-audience'];
    expect(ids.map((id) => findDecision(document, id)?.reason)).toEqual([
      'web-identity',
      'no-role',
      'role-arn-malformed',
      'web-identity',
      'web-identity',
    ]);
    expect(findDecision(document, 'mistyped-role')?.warnings).toHaveLength(1);
    const written = document.steps.find(({ id }) => id === 'written');
    expect(written?.pod?.after.metadata).toMatchObject({
      generateName: 's3-echoer-',
      uid: expect.any(String),
    });
    expect(written?.run?.object?.text).toBe('hello from a pod without keys');
    const jobs = written?.commands.find(({ command }) => command.includes('get jobs'))?.output?.join('\n');
    expect(jobs).toMatch(/job\.batch\/s3-echoer\s+Complete\s+1\/1/);
    expect(ids.map((id) => findRun(document, id)?.exitCode)).toEqual([0, 2, undefined, 1, 1]);
    const logins = ['login', 'forged-token', 'expired-token', 'unmapped'];
    expect(logins.map((id) => findLogin(document, id)?.reason)).toEqual([
      'granted',
      'signature-mismatch',
      'token-expired',
      'unmapped',
    ]);
    const said = logins.map((id) => document.steps.find((step) => step.id === id)?.commands[0]?.output);
    expect(said[0]).toEqual(['alice ["demo:viewers","system:authenticated"]']);
    for (const refused of said.slice(1))
      expect(refused).toEqual(['error: You must be logged in to the server (Unauthorized)']);
    expect(run.out).not.toMatch(/k8s-aws-v1\.\w|AKIA[A-Z0-9]{12}/);
  });
});
