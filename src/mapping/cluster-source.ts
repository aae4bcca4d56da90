import { parseJson } from '../json/parse.ts';
import { isRecord } from '../json/record.ts';
import type { KubeApi } from '../kube/api.ts';
import { ApiStatusError, toStatusError } from '../kube/errors.ts';
import { listPages } from '../kube/list.ts';
import { isNamed } from '../kube/objects.ts';
import { describeTrouble } from '../kube/trouble.ts';
import { readAwsAuthObject } from './aws-auth.ts';
import { IDENTITY_MAPPINGS_PATH } from './identity-mapping-status.ts';
import { readIdentityMappings } from './identity-mappings.ts';
import { type MappingSource, toEmptySource, toSectionsSource } from './mapping-source.ts';

/** The backends that a cluster itself holds, in the order of the names of all. */
export const CLUSTER_BACKENDS = ['EKSConfigMap', 'CRD'] as const;
export type ClusterBackend = (typeof CLUSTER_BACKENDS)[number];

export interface ClusterSourceOptions {
  /** Whether entries with `sso` match: the gate SSORoleMatch. */
  readonly permissionSets: boolean;
  /** What answers in the place of an API server: a snapshot may be older than its cluster. */
  readonly holder?: 'cluster' | 'snapshot';
}

/**
 * Reads what a cluster has for a backend, once. What is not there is a source without entries; what may not be read is one
 * that nobody knows; the notes of either say so.
 * @throws Error where the API server cannot be asked, or answers with something else
 */
export async function readClusterSource(
  backend: ClusterBackend,
  api: KubeApi,
  { permissionSets, holder = 'cluster' }: ClusterSourceOptions,
): Promise<MappingSource> {
  return backend === 'CRD'
    ? await readObjects(api, `IAMIdentityMappings of the ${holder}`)
    : await readConfigMap(api, permissionSets, `aws-auth of the ${holder}`);
}

const AWS_AUTH_PATH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';

async function readConfigMap(api: KubeApi, permissionSets: boolean, where: string): Promise<MappingSource> {
  const source = { where, backend: 'EKSConfigMap' } as const;
  const { status, body } = await api.get(AWS_AUTH_PATH);
  if (status === 404) return toEmptySource(source, 'there is none', false);
  const error = toStatusError('get aws-auth', status, body);
  if (status === 403) {
    const scope = { resource: 'configmaps', namespace: 'kube-system', name: 'aws-auth' };
    return toEmptySource(source, describeTrouble({ during: 'get', error }, scope), true);
  }
  if (status !== 200) throw error;
  const map = parseJson(body);
  if (!isNamed(map, () => {})) throw new ApiStatusError('get aws-auth: the answer is no ConfigMap', status);
  return toSectionsSource(source, readAwsAuthObject(map), { by: 'typed', permissionSets });
}

/** ms for all pages: somebody waits */
const PATIENCE = 60_000;

async function readObjects(api: KubeApi, where: string): Promise<MappingSource> {
  const source = { where, backend: 'CRD' } as const;
  const signal = AbortSignal.timeout(PATIENCE);
  const items: unknown[] = [];
  try {
    await listPages({ api, path: IDENTITY_MAPPINGS_PATH, accept: 'application/json', signal }, (page) =>
      items.push(...page),
    );
  } catch (error) {
    const status = error instanceof ApiStatusError ? error.status : undefined;
    if (status === 404) return toEmptySource(source, 'the cluster does not serve that kind', false);
    if (!(error instanceof ApiStatusError) || status !== 403) throw error;
    const scope = { resource: 'iamidentitymappings' };
    return toEmptySource(source, describeTrouble({ during: 'list', error }, scope), true);
  }
  return readIdentityMappings(where, items.filter(isRecord));
}
