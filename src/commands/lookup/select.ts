import type { Bond, BondTable, RbacIndex } from '../../rbac/bindings-index.ts';
import { AUTHENTICATED, parseAccountUser, toAccountGroups } from '../../rbac/identity.ts';
import type { Subject } from '../../rbac/objects.ts';

/** Which subjects are looked up. */
export interface Selection {
  /** undefined: all of them. */
  readonly matches: ((subject: Subject) => boolean) | undefined;
  readonly kind: Subject['kind'] | undefined;
}

/** Every subject of the tables with its bindings, in their order, and of each binding each subject once. */
export function selectBonds(
  tables: readonly BondTable[],
  { matches = () => true, kind }: Selection,
): readonly Bond[] {
  const bonds = tables.flatMap(({ users, groups }) => [...users.values(), ...groups.values()].flat());
  return bonds
    .filter(({ subject }) => (kind === undefined || subject.kind === kind) && matches(subject))
    .toSorted((left, right) => left.order - right.order || left.position - right.position);
}

/** The tables that count: of the cluster, and of all namespaces or one. */
export function listLookedAt(
  { cluster, namespaces }: RbacIndex,
  namespace: string | undefined,
): readonly BondTable[] {
  if (namespace === undefined) return [cluster, ...namespaces.values()];
  const own = namespaces.get(namespace);
  return own === undefined ? [cluster] : [cluster, own];
}

/** `dev`; `team-a/ci` and `team-a:ci`, which only an account can be; its user name. */
export function isNamed(name: string, subject: Subject): boolean {
  if (subject.name === name) return true;
  if (subject.kind !== 'ServiceAccount') return false;
  const account = parseAccountUser(name);
  const full = account === undefined ? name : `${account.namespace}/${account.name}`;
  return full === `${subject.namespace}/${subject.name}` || full === `${subject.namespace}:${subject.name}`;
}

/** Groups that nobody wrote down, of whoever has a name. */
export function listImplied(name: string): readonly string[] {
  const [namespace, account, ...rest] = name.split(/[/:]/);
  const own =
    parseAccountUser(name) ??
    (namespace && account && rest.length === 0 ? { namespace, name: account } : undefined);
  return [...(own === undefined ? [] : toAccountGroups(own.namespace)), AUTHENTICATED];
}
