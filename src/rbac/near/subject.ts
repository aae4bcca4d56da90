import type { Bond, BondTable } from '../bindings-index.ts';
import { type Identity, parseAccountUser } from '../identity.ts';
import { describeName } from '../refs.ts';
import type { Failure } from './fields.ts';

/** A bond of somebody whose name is nearly that of who asks. */
export interface NearBond {
  readonly bond: Bond;
  readonly failure: Failure;
}

/** Bonds of names in another case, and of accounts of that name in other namespaces. */
export function findNearBonds(tables: readonly BondTable[], identity: Identity): readonly NearBond[] {
  const { user, groups } = identity;
  const own = user === undefined ? undefined : parseAccountUser(user);
  return tables.flatMap((table) => [
    ...(user === undefined ? [] : findCase(table.users, [user], 'user')),
    ...findCase(table.groups, groups, 'group'),
    ...(own === undefined || user === undefined ? [] : findNamesakes(table, own.name, user)),
  ]);
}

function findCase(
  bonds: ReadonlyMap<string, readonly Bond[]>,
  names: readonly string[],
  what: string,
): readonly NearBond[] {
  const folded = new Map(names.map((name) => [name.toLowerCase(), name]));
  return [...bonds].flatMap(([bound, ofName]) => {
    const own = folded.get(bound.toLowerCase());
    if (own === undefined || names.includes(bound)) return [];
    const message = `the ${what} ${describeName(bound)}, but you are ${describeName(own)}: case counts`;
    return ofName.map((bond) => ({ bond, failure: { field: 'subject', message } as const }));
  });
}

function findNamesakes({ users }: BondTable, name: string, user: string): readonly NearBond[] {
  return [...users].flatMap(([bound, ofName]) => {
    const other = bound === user ? undefined : parseAccountUser(bound);
    if (other?.name !== name) return [];
    const message = `the account ${name} of ${other.namespace}, but you are ${describeName(user)}`;
    return ofName.map((bond) => ({ bond, failure: { field: 'subject', message } as const }));
  });
}
