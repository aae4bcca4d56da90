import type { ObjectRef, Role, RoleKind } from './objects.ts';
import { toRefKey } from './refs.ts';

/** Roles by kind, namespace and name. */
export interface RoleTable {
  /** Undefined: the role is missing, which is legal: whoever is bound to it gets nothing. */
  readonly find: (ref: ObjectRef<RoleKind>) => Role | undefined;
}

export function createRoleTable(roles: readonly Role[]): RoleTable {
  const byKey = new Map(roles.map((role) => [toRefKey(role), role]));
  return { find: (ref) => byKey.get(toRefKey(ref)) };
}
