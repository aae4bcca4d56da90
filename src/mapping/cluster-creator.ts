import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { MappingDecision } from './mapper.ts';
import { toCanonicalArn } from './principal-arn.ts';

/** As whom EKS takes the principal that made a cluster. */
const CREATOR = { username: 'kubernetes-admin', groups: ['system:masters'] } as const;

/**
 * The principal that made the cluster is its administrator, where the operator says who that is: as on EKS without an entry
 * anywhere, and also while no mappings can be read, which is when somebody has to get in and mend them. An entry of its own
 * goes before, also one that cannot be used.
 */
export function admitClusterCreator(
  decision: MappingDecision,
  { canonicalArn }: CallerIdentity,
  creatorArn: string | undefined,
): MappingDecision {
  const isOpen =
    decision.kind === 'unmapped' || (decision.kind === 'failed' && decision.code === 'source-unknown');
  const isCreator = creatorArn !== undefined && toCanonicalArn(creatorArn) === canonicalArn.toLowerCase();
  return isOpen && isCreator
    ? { kind: 'mapped', user: CREATOR, origin: { backend: 'ClusterCreator', entry: 'clusterCreatorArn' } }
    : decision;
}
