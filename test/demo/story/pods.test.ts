import { expect, test } from 'vitest';
import { addVariables } from '../../../src/demo/story/pods.ts';

const LOCAL = { AWS_ENDPOINT_URL: 'http://127.0.0.1:1', KEPT: 'ours' };
const ADDED = { name: 'AWS_ENDPOINT_URL', value: 'http://127.0.0.1:1' };

/** An object of a kind, with this spec. */
const toManifest = (kind: string, spec: unknown) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'a' },
  spec,
});

test('variables are added to every container of a pod, and none is written over', () => {
  const spec = {
    restartPolicy: 'Never',
    containers: [{ name: 'a', env: [{ name: 'KEPT', value: 'theirs' }] }, { name: 'b' }],
  };
  expect(addVariables(toManifest('Pod', spec), LOCAL)['spec']).toEqual({
    restartPolicy: 'Never',
    containers: [
      { name: 'a', env: [{ name: 'KEPT', value: 'theirs' }, ADDED] },
      { name: 'b', env: [ADDED, { name: 'KEPT', value: 'ours' }] },
    ],
  });
});

test('and to those of a Job’s template', () => {
  const job = toManifest('Job', { backoffLimit: 2, template: { metadata: {}, spec: { containers: [{}] } } });
  expect(addVariables(job, { A: 'b' })['spec']).toEqual({
    backoffLimit: 2,
    template: { metadata: {}, spec: { containers: [{ env: [{ name: 'A', value: 'b' }] }] } },
  });
});

test.each([toManifest('ServiceAccount', undefined), toManifest('Service', { ports: [] })])(
  'anything else stays as it is: %j',
  (manifest) => {
    expect(addVariables(manifest, LOCAL)).toEqual(manifest);
  },
);
