import { toRecords } from '../json/loose.ts';
import { isRecord, type JsonRecord } from '../json/record.ts';

/** What tells that a cluster is one of EKS, as far as anybody has seen it. */
export interface EksSigns {
  /** `gitVersion` of `/version`, such as `v1.34.1-eks-113cf36`. */
  readonly version?: string | undefined;
  readonly awsAuth?: JsonRecord | undefined;
  /** Names of ClusterRoles. */
  readonly clusterRoles: Iterable<string>;
}

/** Whether a cluster is one of EKS, where access entries come before aws-auth and nobody inside sees them. */
export function isEksCluster({ version = '', awsAuth, clusterRoles }: EksSigns): boolean {
  if (/-eks-/.test(version) || isWrittenByEks(awsAuth)) return true;
  for (const name of clusterRoles) if (name.startsWith('eks:')) return true;
  return false;
}

/** Field managers of EKS itself: of managed node groups and of Fargate profiles. */
const MANAGERS = new Set(['vpcLambda', 'eks', 'eks-internal']);

function isWrittenByEks(awsAuth: JsonRecord | undefined): boolean {
  const metadata = awsAuth?.['metadata'];
  if (!isRecord(metadata)) return false;
  return toRecords(metadata['managedFields']).some(({ manager }) => MANAGERS.has(String(manager)));
}
