import type { Readable } from 'node:stream';
import { parseJson } from '../../json/parse.ts';
import type { KubeApi } from '../../kube/api.ts';
import { collectObjects } from '../../kube/collect.ts';
import { ApiStatusError, toStatusError } from '../../kube/errors.ts';
import { listItems } from '../../rbac/read/items.ts';
import { openCluster } from '../access/cluster-api.ts';
import { detectEks } from '../access/detect-eks.ts';
import { discover, readVersion } from '../access/discover.ts';
import {
  AWS_AUTH_PATH,
  AWS_AUTH_RIGHT,
  IDENTITY_MAPPING_KIND,
  SOURCE_KINDS,
  toCollectionPath,
  toRight,
} from '../access/kinds.ts';
import type { SourceOptions } from '../access/options.ts';
import { readCluster } from '../access/read-cluster.ts';
import { readSnapshotFile } from '../access/snapshot-file.ts';
import { type ClusterFacts, findFacts } from '../access/snapshot-form.ts';

/** What a snapshot is made of. */
export interface Contents {
  /** Objects and lists of them, of any kind. */
  readonly documents: readonly unknown[];
  readonly facts: ClusterFacts;
  readonly notes: readonly string[];
}

/** Another snapshot, of ours or of kubectl. */
export async function readFromFile(path: string, input: Readable): Promise<Contents> {
  const documents = await readSnapshotFile(path, input);
  const items = listItems(documents, () => {});
  const unknown = { version: '', isEks: detectEks('', items), resources: undefined, missing: [] };
  return { documents, facts: findFacts(items) ?? unknown, notes: [] };
}

export async function readFromCluster(
  options: Pick<SourceOptions, 'kubeconfig' | 'context'>,
  env: NodeJS.ProcessEnv,
): Promise<Contents> {
  const { api, notes } = await openCluster(options, env);
  try {
    const [reading, discovery, version, awsAuth, mappings] = await Promise.all([
      readCluster(api, SOURCE_KINDS, undefined),
      discover(api),
      readVersion(api),
      readAwsAuth(api),
      readIdentityMappings(api),
    ]);
    const documents = [...reading.documents, ...awsAuth.documents, ...mappings.documents];
    const missing = [...reading.gaps.map(({ right }) => right), ...awsAuth.missing, ...mappings.missing];
    const isEks = detectEks(
      version,
      listItems(documents, () => {}),
    );
    return {
      documents,
      facts: { version, isEks, resources: discovery.resources, missing },
      notes: [...notes, ...discovery.notes, ...missing.map((right) => `missing right: ${right}`)],
    };
  } finally {
    api.close();
  }
}

interface Part {
  readonly documents: readonly unknown[];
  readonly missing: readonly string[];
}

const NOTHING: Part = { documents: [], missing: [] };

async function readAwsAuth(api: KubeApi): Promise<Part> {
  const { status, body } = await api.get(AWS_AUTH_PATH);
  if (status === 404) return NOTHING;
  if (status === 403) return { documents: [], missing: [AWS_AUTH_RIGHT] };
  if (status !== 200) throw toStatusError('get aws-auth', status, body);
  return { documents: [parseJson(body)], missing: [] };
}

/** The kind is served only where the authenticator's definition of it was applied. */
async function readIdentityMappings(api: KubeApi): Promise<Part> {
  const { apiVersion, kind } = IDENTITY_MAPPING_KIND;
  try {
    const items = await collectObjects({ api, path: toCollectionPath(IDENTITY_MAPPING_KIND) });
    return { documents: [{ apiVersion, kind: `${kind}List`, items }], missing: [] };
  } catch (error) {
    const status = error instanceof ApiStatusError ? error.status : undefined;
    if (status === 404) return NOTHING;
    if (status === 403) return { documents: [], missing: [toRight(IDENTITY_MAPPING_KIND)] };
    throw error;
  }
}
