import { describe, expect, test } from 'vitest';
import { readPod } from '../../../src/local-cluster/node/pod-spec.ts';
import { toContainer, toPod } from '../../support/local-cluster/pods.ts';

function read(spec: Readonly<Record<string, unknown>>) {
  const { metadata, ...pod } = toPod('p', spec);
  return readPod({ ...pod, metadata: { ...metadata, uid: 'u' } });
}

const withContainer = (more: Readonly<Record<string, unknown>>) => ({
  containers: [toContainer('main', '', more)],
});

const withToken = (token: Readonly<Record<string, unknown>>) => ({
  volumes: [{ name: 't', projected: { sources: [{ serviceAccountToken: token }] } }],
});

describe('a pod that the test node cannot run as it is', () => {
  test.each([
    [withContainer({ envFrom: [{ secretRef: {} }] }), /^spec.containers.0.envFrom: .*literal variables/],
    [withContainer({ env: [{ name: 'A', valueFrom: {} }] }), /^spec.containers.0.env.0: .*valueFrom/],
    [withContainer({ volumeMounts: [{ name: 'v', mountPath: 'rel' }] }), /mountPath/],
    [withContainer({ volumeMounts: [{ name: 'v', mountPath: '/a', subPath: 'b' }] }), /whole volumes/],
    [withContainer({ restartPolicy: 'Always' }), /native sidecars/],
    [{ restartPolicy: 'OnFailure' }, /^spec.restartPolicy: .*once only/],
    [{ restartPolicy: undefined }, /^spec.restartPolicy: .*once only/],
    [{ containers: [] }, /^spec.containers: /],
    [{ volumes: [{ name: 'v', hostPath: { path: '/' } }] }, /^spec.volumes.0: /],
    [{ volumes: [{ name: '../out', emptyDir: {} }] }, /^spec.volumes.0/],
    [withToken({ path: '../out' }), /path below the volume/],
    [withToken({ path: '/etc/passwd' }), /path below the volume/],
  ])('is refused by the field: %j', (spec, expected) => {
    expect(read(spec)).toEqual({
      kind: 'unsupported',
      pod: { namespace: 'demo', name: 'p', uid: 'u' },
      problem: expect.stringMatching(expected),
    });
  });
});

describe('a pod', () => {
  test('has the defaults of the API, and one user where all containers agree', () => {
    expect(read(withToken({ path: 'token' }))).toMatchObject({
      pod: {
        serviceAccountName: 'default',
        runAsUser: undefined,
        volumes: [{ defaultMode: 0o644, tokens: [{ expirationSeconds: 3_600, audience: undefined }] }],
      },
    });
    const users = (...ids: (number | undefined)[]) => ({
      containers: ids.map((runAsUser, index) =>
        toContainer(`c${index}`, '', { securityContext: { runAsUser } }),
      ),
      securityContext: { runAsUser: 1 },
    });
    expect(read(users(1, undefined))).toMatchObject({ pod: { runAsUser: 1 } });
    expect(read(users(2, undefined))).toMatchObject({ pod: { runAsUser: undefined } });
    expect(read(users(2, 2))).toMatchObject({ pod: { runAsUser: 2 } });
  });

  test('keeps tokens only, of volumes with other files', () => {
    const sources = [{ configMap: { name: 'ca' } }, { serviceAccountToken: { path: 'token' } }];
    expect(read({ volumes: [{ name: 'v', projected: { sources } }] })).toMatchObject({
      pod: { volumes: [{ tokens: [{ path: 'token' }] }] },
    });
  });
});
