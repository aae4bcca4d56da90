import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { startWebhook } from '../../src/commands/demo/webhook.ts';
import { REASONS } from '../../src/webhook/reasons.ts';
import { findDecision, readDocument, runInProcess } from './support/run.ts';

const PATIENCE = 20_000;

// Whoever runs the tests may have asked for colours.
beforeEach(() => {
  vi.stubEnv('FORCE_COLOR', undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

describe('iam-bridge demo -o json', { timeout: PATIENCE }, () => {
  test('is one document: a pod with its role, and two left out, each for its reason', async () => {
    const run = await runInProcess({ output: 'json' });
    const document = readDocument(run);
    expect([run.code, run.err, document.ok, document.problems]).toEqual([0, '', true, []]);
    expect(document.steps.map(({ id }) => id)).toEqual([
      'cluster',
      'webhook',
      'injected',
      'no-role',
      'mistyped-role',
    ]);
    const reasons = ['injected', 'no-role', 'mistyped-role'].map((id) => findDecision(document, id)?.reason);
    expect(reasons).toEqual(['web-identity', 'no-role', 'role-arn-malformed']);
    expect(reasons.every((reason) => reason !== undefined && reason in REASONS)).toBe(true);
    expect(findDecision(document, 'mistyped-role')?.warnings).toEqual([
      'role-arn "arn:aws:iam::11112222333:role/s3-echoer" of the ServiceAccount is malformed: no AWS role injected',
    ]);
  });

  test('shows the patch, and the pod before and after it', async () => {
    const { steps } = readDocument(await runInProcess({ output: 'json' }));
    const pod = steps.find(({ id }) => id === 'injected')?.pod;
    expect(pod?.decision.patch?.map(({ op, path }) => `${op} ${path}`)).toEqual([
      'add /spec/volumes',
      'add /spec/containers/0/env/-',
      'add /spec/containers/0/env/-',
      'add /spec/containers/0/volumeMounts',
    ]);
    expect(pod?.before).not.toHaveProperty('spec.volumes');
    expect(pod?.after).toMatchObject({
      metadata: { generateName: 's3-echoer-', ownerReferences: [{ kind: 'Job', name: 's3-echoer' }] },
      spec: {
        containers: [
          {
            env: [
              { name: 'BUCKET' },
              { name: 'AWS_REGION' },
              { name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::111122223333:role/s3-echoer' },
              { name: 'AWS_WEB_IDENTITY_TOKEN_FILE' },
            ],
          },
        ],
        volumes: [{ name: 'aws-iam-token' }],
      },
    });
    for (const id of ['no-role', 'mistyped-role']) {
      const left = steps.find((step) => step.id === id)?.pod;
      expect(left?.after).toEqual(left?.before);
    }
  });
});

describe('iam-bridge demo', { timeout: PATIENCE }, () => {
  test('tells the same in words that fit a terminal, without a colour where there is none', async () => {
    const { code, out, err } = await runInProcess();
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(stripVTControlCharacters(out));
    expect(out.split('\n').filter((line) => line.length > 100)).toEqual([]);
    for (const expected of [
      '✔ pod demo/s3-echoer-* gets a role',
      '+          value: arn:aws:iam::111122223333:role/s3-echoer',
      '○ pod demo/no-role stays as it is   reason: no-role',
      '○ pod demo/mistyped-role stays as it is   reason: role-arn-malformed',
      'Warning: role-arn "arn:aws:iam::11112222333:role/s3-echoer"',
      '$ kubectl apply -f examples/s3-echoer/s3-echoer.yaml',
      '$ iam-bridge webhook --in-cluster=false --kube-api=http://127.0.0.1:',
      'All as it should be',
    ]) {
      expect(out).toContain(expected);
    }
  });

  test('leaves no file behind', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    vi.stubEnv('TMPDIR', folder);
    const seen: string[][] = [];
    const { code } = await runInProcess({
      output: 'json',
      async startWebhook(options) {
        seen.push(readdirSync(folder));
        return await startWebhook(options);
      },
    });
    expect(code).toBe(0);
    expect(seen).toEqual([[expect.stringMatching(/^iam-bridge-demo-/)]]);
    expect(readdirSync(folder)).toEqual([]);
  });
});
