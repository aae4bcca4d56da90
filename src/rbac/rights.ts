import type { Bond, BondTable, RbacIndex } from './bindings-index.ts';
import { findBonds } from './bonds.ts';
import type { Caveat } from './caveats.ts';
import { type BindingGrant, toGrant } from './grant.ts';
import type { Identity } from './identity.ts';
import { listGaps } from './known-gaps.ts';
import type { PolicyRule } from './objects.ts';
import { toRuleKey } from './rule-key.ts';

/** Where rights are looked at: in one namespace, for cluster-wide requests, or all over. */
export type Reach = { readonly namespace: string } | 'cluster' | 'everywhere';

/** A rule that somebody has, once, with all that gives it. */
export interface Right {
  readonly rule: PolicyRule;
  /** It counts everywhere, and for cluster-wide requests. */
  readonly cluster: boolean;
  /** Where it counts beside that, sorted. */
  readonly namespaces: readonly string[];
  readonly because: readonly BindingGrant[];
}

export interface Rights {
  readonly rights: readonly Right[];
  readonly caveats: readonly Caveat[];
}

/**
 * The rules that count for an identity: what SelfSubjectRulesReview gives, each rule once, without URLs that a RoleBinding
 * gives to no effect. In the order of bindings.
 */
export function listRights(index: RbacIndex, identity: Identity, reach: Reach): Rights {
  const bonds = findBonds(listReached(index, reach), identity);
  const found = new Map<string, MutableRight>();
  for (const bond of bonds) addRights(found, bond);
  const missing = bonds.filter(({ role }) => role === undefined);
  return { rights: [...found.values()].map(toRight), caveats: listGaps(index, identity, missing) };
}

function listReached(index: RbacIndex, reach: Reach): readonly BondTable[] {
  if (reach === 'cluster') return [index.cluster];
  if (reach === 'everywhere') return [index.cluster, ...index.namespaces.values()];
  const own = index.namespaces.get(reach.namespace);
  return own === undefined ? [index.cluster] : [index.cluster, own];
}

interface MutableRight {
  readonly rule: PolicyRule;
  cluster: boolean;
  readonly namespaces: Set<string>;
  readonly because: BindingGrant[];
}

function addRights(found: Map<string, MutableRight>, bond: Bond): void {
  const { namespace } = bond.binding;
  bond.role?.rules.forEach((rule, index) => {
    if (namespace !== undefined && rule.nonResourceURLs !== undefined) return;
    const key = toRuleKey(rule);
    const right = found.get(key) ?? { rule, cluster: false, namespaces: new Set(), because: [] };
    found.set(key, right);
    right.because.push(toGrant(bond, rule, index));
    if (namespace === undefined) right.cluster = true;
    else right.namespaces.add(namespace);
  });
}

function toRight({ namespaces, ...right }: MutableRight): Right {
  return { ...right, namespaces: [...namespaces].sort() };
}
