import type { Bond, RbacIndex } from './bindings-index.ts';
import { findBonds, listTables } from './bonds.ts';
import type { Caveat } from './caveats.ts';
import { type Grant, MASTERS_GRANT, toGrant } from './grant.ts';
import { type Identity, MASTERS } from './identity.ts';
import { listGaps } from './known-gaps.ts';
import { matchesRule } from './match/rule.ts';
import type { Question } from './question.ts';

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
  const because: Grant[] = identity.groups.includes(MASTERS) ? [MASTERS_GRANT] : [];
  for (const bond of bonds) addGrants(because, bond, question);
  const allowed = because.length > 0;
  // A missing role is told where the answer is no, as kube-apiserver does.
  const missing = allowed ? [] : bonds.filter(({ role }) => role === undefined);
  return { allowed, because, caveats: listGaps(index, identity, missing) };
}

function addGrants(grants: Grant[], bond: Bond, question: Question): void {
  bond.role?.rules.forEach((rule, index) => {
    if (matchesRule(rule, question)) grants.push(toGrant(bond, rule, index));
  });
}
