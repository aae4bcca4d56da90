import type { JsonRecord } from '../../json/record.ts';
import type { ApiAnswer, KubeApi } from '../../kube/api.ts';
import { AWS_AUTH_PATH, AWS_AUTH_RIGHT, IDENTITY_MAPPING_KIND, toRight } from './kinds.ts';
import { isAwsAuth } from './snapshot-objects.ts';

interface SnapshotItem {
  readonly kind: string;
  readonly raw: JsonRecord;
}

/**
 * Answers as an API server would that has the mappings of a snapshot, so that they are read as a cluster's are.
 * @param missing rights that whoever wrote it lacked: what it could not see is not nothing
 */
export function createSnapshotApi(items: readonly SnapshotItem[], missing: readonly string[]): KubeApi {
  const awsAuth = items.find(({ kind, raw }) => kind === 'ConfigMap' && isAwsAuth(raw));
  const mappings = items.filter(({ kind }) => kind === 'IAMIdentityMapping').map(({ raw }) => raw);
  const refuse = (): never => {
    throw new Error('a snapshot answers no such request');
  };
  return {
    async get(path) {
      if (path === AWS_AUTH_PATH) {
        if (missing.includes(AWS_AUTH_RIGHT)) return FORBIDDEN;
        return awsAuth === undefined ? ABSENT : answer(awsAuth.raw);
      }
      if (missing.includes(toRight(IDENTITY_MAPPING_KIND))) return FORBIDDEN;
      return answer({ kind: 'List', metadata: { resourceVersion: '1' }, items: mappings });
    },
    send: async () => refuse(),
    stream: async () => refuse(),
    close() {},
  };
}

const ABSENT: ApiAnswer = { status: 404, body: '{}' };
const FORBIDDEN: ApiAnswer = {
  status: 403,
  body: '{"message":"whoever wrote the snapshot might not read it"}',
};

function answer(document: unknown): ApiAnswer {
  return { status: 200, body: JSON.stringify(document) };
}
