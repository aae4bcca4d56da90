import { describe, expect, test } from 'vitest';
import { parseRoleArn } from '../../src/aws/role-arn.ts';
import { findManifest, readExamples } from '../../src/demo/examples.ts';
import { toJobPod } from '../../src/demo/story/pods.ts';
import { parseManifests, readRoleArn } from '../../src/local-cluster/manifests.ts';

describe('examples/s3-echoer', () => {
  test('brings a namespace, an account with a well-formed role, and a Job that runs as it', async () => {
    const { echoer } = await readExamples();
    expect(echoer.manifests.map(({ kind }) => kind)).toEqual(['Namespace', 'ServiceAccount', 'Job']);
    const role = readRoleArn(findManifest(echoer, 'ServiceAccount'));
    expect(parseRoleArn(role ?? '')).toBe(role);
    expect(findManifest(echoer, 'Job')).toMatchObject({
      metadata: { namespace: 'demo' },
      spec: { template: { spec: { serviceAccountName: 's3-echoer', restartPolicy: 'Never' } } },
    });
  });

  test('runs as nobody in particular, with little, and without a token for the cluster', async () => {
    const { echoer, ...others } = await readExamples();
    const pods = [
      toJobPod(findManifest(echoer, 'Job')),
      ...Object.values(others).map((file) => findManifest(file, 'Pod')),
    ];
    for (const pod of pods) {
      expect(pod).toMatchObject({
        spec: {
          automountServiceAccountToken: false,
          securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
          containers: [
            {
              image: 'iam-bridge/iam-bridge:0.1.0',
              command: ['/iam-bridge', 'demo', 's3-echoer'],
              resources: { limits: { memory: expect.any(String) } },
              securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } },
            },
          ],
        },
      });
    }
  });

  test('has pods that are left out: one account without a role, one with a role that cannot be', async () => {
    const { noRole, mistypedRole } = await readExamples();
    expect(readRoleArn(findManifest(noRole, 'ServiceAccount'))).toBeUndefined();
    expect(parseRoleArn(readRoleArn(findManifest(mistypedRole, 'ServiceAccount')) ?? '')).toBeUndefined();
  });
});

describe('the pod of a Job', () => {
  const job = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'count', namespace: 'demo', uid: 'u-1' },
    spec: { template: { metadata: { labels: { app: 'count' } }, spec: { containers: [] } } },
  };

  test('is its template, with the labels, owner and finalizer of the Job controller', () => {
    expect(toJobPod(job)).toEqual({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        generateName: 'count-',
        namespace: 'demo',
        labels: {
          app: 'count',
          'batch.kubernetes.io/controller-uid': 'u-1',
          'batch.kubernetes.io/job-name': 'count',
          'controller-uid': 'u-1',
          'job-name': 'count',
        },
        finalizers: ['batch.kubernetes.io/job-tracking'],
        ownerReferences: [
          {
            apiVersion: 'batch/v1',
            kind: 'Job',
            name: 'count',
            uid: 'u-1',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: { containers: [] },
    });
  });

  test('cannot be made where there is no template', () => {
    expect(() => toJobPod({ ...job, spec: {} })).toThrow('Job count: spec.template is missing');
  });
});

describe('a file of manifests', () => {
  test.each([
    ['kind: Pod', 'a.yaml, document 1: no kind, or no metadata'],
    [
      'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\n- 1',
      'a.yaml, document 2: no kind, or no metadata',
    ],
    ['a: [', 'a.yaml, document 1: '],
  ])('is refused by name and place: %j', (text, message) => {
    expect(() => parseManifests(text, 'a.yaml')).toThrow(message);
  });
});
