import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readTokenAnswer, readTokenWebhook } from '../../../src/demo/api-server/token-review.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const REVIEW = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview' };
const ALICE = { username: 'alice', groups: ['viewers'], uid: 'x', extra: { arn: ['y'] } };

function read(change: object) {
  return readTokenAnswer(JSON.stringify({ ...REVIEW, ...change }));
}

describe('the answer to a TokenReview', () => {
  test('is name and groups of a user', () => {
    expect(read({ status: { authenticated: true, user: ALICE } })).toEqual({
      kind: 'answer',
      user: { username: 'alice', groups: ['viewers'] },
    });
  });

  test('may be a user without groups, and one without a name but for groups', () => {
    const read1 = (user: object) => read({ status: { authenticated: true, user } });
    expect(read1({ username: 'alice' })).toEqual({ kind: 'answer', user: { username: 'alice', groups: [] } });
    expect(read1({ username: '', groups: ['a'] })).toMatchObject({ user: { username: '', groups: ['a'] } });
  });

  test.each([
    [{ authenticated: false }],
    [{ authenticated: false, user: ALICE }],
    [{ user: ALICE }],
    [{ authenticated: 'true', user: ALICE }],
    [undefined],
  ])('is nobody, with the status %j', (status) => {
    expect(read({ status })).toEqual({ kind: 'answer', user: undefined });
  });

  test.each([
    [{ apiVersion: 'authentication.k8s.io/v1beta1' }, /did not answer with a TokenReview/],
    [{ kind: 'AdmissionReview' }, /did not answer with a TokenReview/],
    [{ status: { authenticated: true } }, /does not say whom/],
    [{ status: { authenticated: true, user: { username: 1 } } }, /does not say whom/],
  ])('is none that kube-apiserver would take, with %j', (change, expected) => {
    expect(read(change)).toEqual({ kind: 'invalid', problem: expect.stringMatching(expected) });
  });

  test('is none where it is no JSON', () => {
    expect(readTokenAnswer('no')).toMatchObject({ kind: 'invalid' });
  });
});

describe('the kubeconfig of a token webhook', () => {
  let workspace: Workspace;
  beforeEach(() => {
    workspace = createWorkspace();
  });
  afterEach(() => workspace.remove());

  test('says where it is, and who vouches for it', async () => {
    const path = workspace.write(
      'webhook.yaml',
      'clusters: [{name: a, cluster: {server: https://127.0.0.1:1/authenticate, certificate-authority-data: UEVN}}]',
    );
    expect(await readTokenWebhook(path)).toEqual({
      url: 'https://127.0.0.1:1/authenticate',
      caBundle: 'PEM',
    });
  });

  test.each(['', 'clusters: []', 'clusters: [{cluster: {server: https://127.0.0.1:1}}]'])(
    'has to have both: %j',
    async (text) => {
      await expect(readTokenWebhook(workspace.write('webhook.yaml', text))).rejects.toThrow(
        "the authenticator's kubeconfig names no server and authority",
      );
    },
  );
});
