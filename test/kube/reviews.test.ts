import { describe, expect, test } from 'vitest';
import type { ApiAnswer } from '../../src/kube/api.ts';
import { type AccessAttributes, reviewAccess, reviewSelf } from '../../src/kube/reviews.ts';

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly body: object;
}

function createSender(status: number, body: object) {
  const sent: Sent[] = [];
  const send = async (method: string, path: string, object: object): Promise<ApiAnswer> => {
    sent.push({ method, path, body: object });
    return { status, body: JSON.stringify(body) };
  };
  return { api: { send }, sent };
}

const LIST_PODS: AccessAttributes = {
  kind: 'resource',
  verb: 'list',
  group: '',
  resource: 'pods',
  subresource: '',
  name: '',
  namespace: 'shop',
};

describe('a SelfSubjectReview', () => {
  test('tells who the caller is, with what else the server knows of it', async () => {
    const { api, sent } = createSender(201, {
      status: { userInfo: { username: 'jane', uid: '7', groups: ['dev'], extra: { arn: ['arn:…'] } } },
    });
    expect(await reviewSelf(api)).toEqual({
      username: 'jane',
      uid: '7',
      groups: ['dev'],
      extra: new Map([['arn', ['arn:…']]]),
    });
    expect(sent).toEqual([
      {
        method: 'POST',
        path: '/apis/authentication.k8s.io/v1/selfsubjectreviews',
        body: { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview', spec: {} },
      },
    ]);
  });

  test('is nothing where the server is too old, or does not know the caller', async () => {
    for (const status of [403, 404]) expect(await reviewSelf(createSender(status, {}).api)).toBeUndefined();
    await expect(reviewSelf(createSender(500, { message: 'etcd' }).api)).rejects.toThrow(
      'answered 500: etcd',
    );
    await expect(reviewSelf(createSender(201, {}).api)).rejects.toThrow('has no status');
  });
});

describe('a review of access', () => {
  test('asks about the caller itself, or about whom it is told with the groups that it is told', async () => {
    const answer = { status: { allowed: true, reason: 'RBAC: …' } };
    const self = createSender(201, answer);
    expect(await reviewAccess(self.api, LIST_PODS)).toEqual({
      kind: 'answer',
      allowed: true,
      reason: 'RBAC: …',
      error: '',
    });
    expect(self.sent[0]).toMatchObject({
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: { spec: { resourceAttributes: { verb: 'list', resource: 'pods', namespace: 'shop' } } },
    });
    const other = createSender(201, answer);
    await reviewAccess(
      other.api,
      { kind: 'url', verb: 'get', path: '/metrics' },
      { user: 'jane', groups: ['a'] },
    );
    expect(other.sent[0]).toMatchObject({
      path: '/apis/authorization.k8s.io/v1/subjectaccessreviews',
      body: {
        spec: { user: 'jane', groups: ['a'], nonResourceAttributes: { verb: 'get', path: '/metrics' } },
      },
    });
  });

  test('names the right that the caller lacks', async () => {
    const { api } = createSender(403, {});
    expect(await reviewAccess(api, LIST_PODS, { user: 'jane', groups: [] })).toEqual({
      kind: 'forbidden',
      missing: 'create on subjectaccessreviews.authorization.k8s.io',
    });
  });

  test('takes nothing for a verdict that is none', async () => {
    const { api } = createSender(201, { status: { allowed: 'yes' } });
    await expect(reviewAccess(api, LIST_PODS)).rejects.toThrow('has no verdict');
  });
});
