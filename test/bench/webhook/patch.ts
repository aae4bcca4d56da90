import { toAccount } from './accounts.ts';
import { type Bed, startServer, startStandIn } from './bed.ts';
import { createCaller, untilAnswered } from './caller.ts';
import { type Pod, renderReview, toPod } from './reviews.ts';

/** Bytes for one pod: review in, patch and answer out. */
export interface PatchFigures {
  readonly review: number;
  readonly patch: number;
  readonly answer: number;
  /** What a patch would be that sends every container back with its additions, as the Go program's does. */
  readonly wholeArrays: number;
}

const INDEX = 1;
const MOUNT_PATH = '/var/run/secrets/eks.amazonaws.com/serviceaccount';

export async function measurePatch(bed: Bed): Promise<PatchFigures> {
  const api = await startStandIn(bed, 2);
  const server = await startServer(bed, { contestant: { kind: 'ours' }, apiPort: api.port, accounts: 2 });
  const review = renderReview(INDEX);
  await untilAnswered(server, review, 'mutated');
  const caller = createCaller(server.port);
  const answer = await caller.post(review);
  caller.end();
  await Promise.all([server.child.stop(2_000), api.child.stop(2_000)]);
  return {
    review: Buffer.byteLength(review),
    patch: answer.patchBytes,
    answer: answer.bytes,
    wholeArrays: Buffer.byteLength(JSON.stringify(toWholeArrayPatch(toPod(INDEX)))),
  };
}

type Container = Pod['spec']['containers'][number] | Pod['spec']['initContainers'][number];

/** The form of the Go program's patch: the volume, then each list of containers whole. */
function toWholeArrayPatch({ spec }: Pod): object[] {
  const token = { audience: 'sts.amazonaws.com', expirationSeconds: 86400, path: 'token' };
  const volume = { name: 'aws-iam-token', projected: { sources: [{ serviceAccountToken: token }] } };
  return [
    { op: 'add', path: '/spec/volumes/0', value: volume },
    { op: 'add', path: '/spec/containers', value: spec.containers.map(withIdentity) },
    { op: 'add', path: '/spec/initContainers', value: spec.initContainers.map(withIdentity) },
  ];
}

/** Go writes `resources` even where a pod has none; these all have some, so nothing is to be added for that. */
function withIdentity(container: Container): object {
  return {
    ...container,
    env: [
      ...container.env,
      { name: 'AWS_ROLE_ARN', value: toAccount(INDEX).role },
      { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: `${MOUNT_PATH}/token` },
    ],
    volumeMounts: [
      ...container.volumeMounts,
      { name: 'aws-iam-token', readOnly: true, mountPath: MOUNT_PATH },
    ],
  };
}
