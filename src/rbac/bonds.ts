import type { Bond, BondTable, RbacIndex } from './bindings-index.ts';
import type { Identity } from './identity.ts';
import { isPathQuestion, type Question } from './question.ts';

/** The tables that count for a question: URLs and cluster-wide requests are for ClusterRoleBindings alone. */
export function listTables(index: RbacIndex, question: Question): readonly BondTable[] {
  const namespace = isPathQuestion(question) ? '' : (question.namespace ?? '');
  const own = namespace === '' ? undefined : index.namespaces.get(namespace);
  return own === undefined ? [index.cluster] : [index.cluster, own];
}

/** The bindings whose subject an identity is, each once, in their order. */
export function findBonds(tables: readonly BondTable[], { user, groups }: Identity): readonly Bond[] {
  const found = new Map<number, Bond>();
  for (const table of tables) {
    if (user !== undefined) keepFirst(found, table.users.get(user));
    for (const group of groups) keepFirst(found, table.groups.get(group));
  }
  return [...found.values()].sort((left, right) => left.order - right.order);
}

function keepFirst(found: Map<number, Bond>, bonds: readonly Bond[] = []): void {
  for (const bond of bonds) {
    const known = found.get(bond.order);
    if (known === undefined || bond.position < known.position) found.set(bond.order, bond);
  }
}
