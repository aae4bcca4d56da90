import { EventEmitter } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { findRun, readDocument, runInProcess } from '../support/demo/run.ts';
import { startScriptedAuthenticator } from '../support/demo/scripted-authenticator.ts';
import {
  createScriptedWebhook,
  type Question,
  type ScriptedAnswer,
} from '../support/demo/scripted-webhook.ts';

const LEFT_ALONE = { reason: 'no-role' };

/** Ends at once: what containers do is of no interest where the webhook is on trial. */
const NOTHING = ['/bin/sh', '-c', 'exit 0'];

/** What the webhook says of the Job's pod; the others are left alone as they should be. */
async function runWith(answer: ScriptedAnswer) {
  const webhook = createScriptedWebhook(({ object }: Question) =>
    object.metadata['generateName'] === 's3-echoer-' ? answer : LEFT_ALONE,
  );
  const run = await runInProcess({ output: 'json', startWebhook: webhook.start, program: NOTHING });
  const { problems } = readDocument(run);
  const ofJob = problems.filter((problem) => problem.startsWith('pod demo/s3-echoer-*: '));
  return { ...run, webhook, problems: ofJob.map((problem) => problem.replace('pod demo/s3-echoer-*: ', '')) };
}

describe('the demo fails with exit code 1', () => {
  test('where the pod is left alone that should have its role', async () => {
    const { code, problems } = await runWith(LEFT_ALONE);
    expect(code).toBe(1);
    expect(problems).toEqual([
      'the reason is no-role, and should be web-identity',
      'container s3-echoer has not got AWS_ROLE_ARN of arn:aws:iam::111122223333:role/s3-echoer',
      'container s3-echoer has not got AWS_WEB_IDENTITY_TOKEN_FILE',
      'container s3-echoer has not got the token mount',
      'the pod has no volume aws-iam-token with a token for sts.amazonaws.com',
    ]);
  });

  test.each<[string, ScriptedAnswer, RegExp]>([
    ['the pod is denied', { allowed: false }, /^the pod was denied$/],
    ['the reason says so and the patch does not', { reason: 'web-identity' }, /has not got AWS_ROLE_ARN/],
    ['nobody was to be warned', { warnings: ['beware'] }, /unexpected warning: beware/],
    ['the answer is to another question', { uid: 'another' }, /its uid differs/],
    ['the answer is of another API', { apiVersion: 'v1' }, /did not answer with an AdmissionReview/],
    [
      'the patch has no type that is known',
      { patch: [], patchType: 'Merge' },
      /the patch is not a JSON Patch/,
    ],
    ['the patch takes away', { patch: [{ op: 'remove', path: '/spec' }] }, /the patch is not a JSON Patch/],
    ['the patch does not apply', { patch: [{ op: 'add', path: '/x/0/y', value: 1 }] }, /does not apply/],
    ['the webhook breaks', { status: 500 }, /^calling the webhook failed: .*HTTP 500$/],
  ])('where %s', async (_name, answer, expected) => {
    const { code, problems } = await runWith(answer);
    expect(code).toBe(1);
    expect(problems).toEqual(expect.arrayContaining([expect.stringMatching(expected)]));
  });

  test('where a pod gets a role that asked for none', async () => {
    const patch = [{ op: 'add', path: '/spec/volumes', value: [{ name: 'aws-iam-token' }] }];
    const webhook = createScriptedWebhook(() => ({ reason: 'no-role', patch }));
    const run = await runInProcess({ output: 'json', startWebhook: webhook.start, program: NOTHING });
    expect(run.code).toBe(1);
    expect(readDocument(run).problems).toContain(
      'pod demo/no-role: the pod got an identity that it should not have',
    );
  });

  test('where the warning is missing that a user needs', async () => {
    const webhook = createScriptedWebhook(() => ({ reason: 'role-arn-malformed' }));
    const run = await runInProcess({ output: 'json', startWebhook: webhook.start, program: NOTHING });
    expect(readDocument(run).problems).toContainEqual(
      expect.stringMatching(/^pod demo\/mistyped-role: a warning is missing: role-arn/),
    );
  });

  test('and says so in words, too', async () => {
    const webhook = createScriptedWebhook(() => LEFT_ALONE);
    const { code, out } = await runInProcess({ startWebhook: webhook.start, program: NOTHING });
    expect(code).toBe(1);
    expect(out).toContain('✘ pod demo/s3-echoer-*');
    expect(out).toContain('✘ Not as it should be');
    expect(out).not.toContain('All as it should be');
  });
});

describe('the demo believes no program', () => {
  /** Problems of the Job's container and of the one without a role, where all run this script. */
  async function runScript(script: string) {
    const run = await runInProcess({ output: 'json', program: ['/bin/sh', '-c', script] });
    const document = readDocument(run);
    const [written, noRole] = ['written', 'no-role'].map((id) => findRun(document, id)?.problems);
    return { code: run.code, written, noRole };
  }

  test('that says it has written an object which is not there', async () => {
    const line =
      'wrote 29 bytes to s3://iam-bridge-demo/s3echoer-1 as arn:aws:sts::111122223333:assumed-role/s3-echoer/x';
    const { code, written } = await runScript(`echo '${line}'`);
    expect([code, written]).toEqual([1, ['its object is not there as it was sent']]);
  });

  test('that fails silently, or for another reason than it should', async () => {
    const { code, written, noRole } = await runScript('exit 2');
    expect(code).toBe(1);
    expect(written).toEqual([
      'its container ended with 2, and should with 0',
      expect.stringMatching(/^its container did not say what it should: \^wrote/),
      'its object is not there as it was sent',
    ]);
    expect(noRole).toEqual([expect.stringMatching(/did not say what it should: .*CredentialsProviderError/)]);
  });
});

describe('the demo believes no authenticator', () => {
  test('that lets in everybody: exit code 1, and a problem for each token', async () => {
    const user = { username: 'alice', groups: ['demo:viewers'] };
    const line = { reason: 'granted', username: 'alice' };
    const run = await runInProcess({
      output: 'json',
      async startAuthenticator({ stateFolder, webhookKubeconfig }) {
        const folder = {
          path: stateFolder,
          write: async (_name: string, text: string) => {
            await writeFile(webhookKubeconfig, text);
            return webhookKubeconfig;
          },
        };
        return await startScriptedAuthenticator(folder, () => ({ user, line }));
      },
    });
    const { problems } = readDocument(run);
    expect(run.code).toBe(1);
    for (const id of ['forged-token', 'expired-token', 'unmapped'])
      expect(problems).toContain(`${id}: the user is alice with groups demo:viewers, and should be nobody`);
  });

  test('that does not start: exit code 3', async () => {
    const startAuthenticator = () => Promise.reject(new Error('cannot listen on port 1: no'));
    expect(await runInProcess({ startAuthenticator, program: NOTHING })).toMatchObject({
      code: 3,
      err: 'iam-bridge demo: cannot listen on port 1: no\n',
    });
  });
});

describe('the demo asks the webhook', () => {
  test('as kube-apiserver does', async () => {
    const { webhook } = await runWith(LEFT_ALONE);
    const [question] = webhook.questions;
    expect(question?.url).toBe('/mutate?timeout=10s');
    expect(question?.review).toMatchObject({
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      request: {
        kind: { group: '', version: 'v1', kind: 'Pod' },
        resource: { group: '', version: 'v1', resource: 'pods' },
        namespace: 'demo',
        operation: 'CREATE',
        userInfo: { username: 'system:serviceaccount:kube-system:job-controller' },
        object: { kind: 'Pod', metadata: { labels: { 'job-name': 's3-echoer' } } },
        oldObject: null,
        dryRun: false,
      },
    });
    expect(webhook.running()).toBe(0);
  });
});

describe('the demo fails with exit code 3', () => {
  test('where the webhook does not start', async () => {
    const startWebhook = () => Promise.reject(new Error('cannot listen on port 1: no'));
    expect(await runInProcess({ startWebhook })).toMatchObject({
      code: 3,
      err: 'iam-bridge demo: cannot listen on port 1: no\n',
    });
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'])(
    'where %s interrupts it, and stops what it started',
    async (signal) => {
      const signals = new EventEmitter();
      const webhook = createScriptedWebhook(() => {
        signals.emit(signal);
        return LEFT_ALONE;
      });
      const run = await runInProcess({ startWebhook: webhook.start, signals });
      expect(run).toMatchObject({
        code: 3,
        err: 'iam-bridge demo: interrupted, and everything is stopped again\n',
      });
      expect(webhook.running()).toBe(0);
      expect(signals.eventNames()).toEqual([]);
    },
  );

  test.each([
    [{}, /^iam-bridge demo: --real needs the programs of a control plane: run `npm run control-plane`/],
    [
      { KUBEBUILDER_ASSETS: import.meta.dirname },
      /has no executable etcd, kube-apiserver, .*npm run control-plane/,
    ],
  ])('where --real has no control plane: %o', async (env, expected) => {
    const { code, out, err } = await runInProcess({ real: true, env });
    expect([code, out]).toEqual([3, '']);
    expect(err).toMatch(expected);
  });
});
