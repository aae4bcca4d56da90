import { isEksCluster } from '../../access/eks.ts';
import { isRecord, type JsonRecord } from '../../json/record.ts';
import { isAwsAuth } from './snapshot-objects.ts';

/** @param version as the API server tells it, '' where nobody has asked */
export function detectEks(
  version: string,
  items: readonly { readonly kind: string; readonly raw: JsonRecord }[],
): boolean {
  const awsAuth = items.find(({ kind, raw }) => kind === 'ConfigMap' && isAwsAuth(raw))?.raw;
  const clusterRoles = items.flatMap(({ kind, raw }) => (kind === 'ClusterRole' ? readName(raw) : []));
  return isEksCluster({ version, awsAuth, clusterRoles });
}

function readName({ metadata }: JsonRecord): readonly string[] {
  const name = isRecord(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? [name] : [];
}
