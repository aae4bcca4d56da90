import type { Bond, RbacIndex } from './bindings-index.ts';
import { findBonds, listTables } from './bonds.ts';
import { type Caveat, caveatOf } from './caveats.ts';
import { type BindingGrant, type Grant, MASTERS_GRANT } from './grant.ts';
import { type Identity, MASTERS } from './identity.ts';
import { matchesRule } from './match/rule.ts';
import { isNodeIdentity } from './node.ts';
import type { Question } from './question.ts';
import { describeRef, toRef } from './refs.ts';

/** The answer of RBAC, and of the built-in group, to one question. */
export interface Decision {
  readonly allowed: boolean;
  /** Every grant: each binding with each rule of its role that allows it. Empty where it is not allowed. */
  readonly because: readonly Grant[];
  readonly caveats: readonly Caveat[];
}

/** Decides as kube-apiserver does with `--authorization-mode RBAC`, from what the index holds. */
export function decide(index: RbacIndex, identity: Identity, question: Question): Decision {
  const bonds = findBonds(listTables(index, question), identity);
  const isMaster = identity.groups.includes(MASTERS);
  const because: Grant[] = isMaster ? [MASTERS_GRANT] : [];
  for (const bond of bonds) addGrants(because, bond, question);
  const allowed = because.length > 0;
  return { allowed, because, caveats: listCaveats(index, identity, allowed ? [] : bonds) };
}

function addGrants(grants: Grant[], { binding, role, subject }: Bond, question: Question): void {
  role?.rules.forEach((rule, index) => {
    if (matchesRule(rule, question)) grants.push(toGrant({ binding, subject }, { index, ...rule }));
  });
}

export function toGrant(
  { binding, subject }: Pick<Bond, 'binding' | 'subject'>,
  rule: BindingGrant['rule'],
): BindingGrant {
  return { binding: toRef(binding), role: binding.role, subject, rule };
}

/** A missing role is told where the answer is no, as kube-apiserver does. */
function listCaveats(index: RbacIndex, identity: Identity, refused: readonly Bond[]): readonly Caveat[] {
  const missing = refused.filter(({ role }) => role === undefined);
  const isMaster = identity.groups.includes(MASTERS);
  const isNode = isNodeIdentity(identity);
  if (missing.length === 0 && !isMaster && !isNode) return index.caveats;
  return [
    ...(isMaster ? [caveatOf('masters')] : []),
    ...(isNode ? [caveatOf('node-authorizer')] : []),
    ...missing.map(({ binding }) =>
      caveatOf(
        'missing-role',
        `${describeRef(binding)} gives ${describeRef(binding.role)}, which is not there`,
      ),
    ),
    ...index.caveats,
  ];
}
