import type { BoundRole, RbacIndex } from './bindings-index.ts';
import { type Caveat, caveatOf } from './caveats.ts';
import { type Identity, MASTERS } from './identity.ts';
import { describeRef } from './refs.ts';

/**
 * What an answer about somebody has to say beside the rules.
 * @param missing bindings of theirs whose role is not there, where that may be why the answer is no
 */
export function listGaps(
  index: RbacIndex,
  { user, groups }: Identity,
  missing: readonly BoundRole[],
): readonly Caveat[] {
  const isMaster = groups.includes(MASTERS);
  // `nodeidentifier`: the Node authorizer has a say, beside RBAC.
  const isNode = user?.startsWith('system:node:') === true && groups.includes('system:nodes');
  if (missing.length === 0 && !isMaster && !isNode) return index.caveats;
  return [
    ...(isMaster ? [caveatOf('masters')] : []),
    ...(isNode ? [caveatOf('node-authorizer')] : []),
    ...missing.map(toMissingRole),
    ...index.caveats,
  ];
}

function toMissingRole({ binding }: BoundRole): Caveat {
  const message = `${describeRef(binding)} gives ${describeRef(binding.role)}, which is not there`;
  return caveatOf('missing-role', message);
}
