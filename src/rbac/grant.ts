import type { Bond } from './bindings-index.ts';
import type { BindingKind, ObjectRef, PolicyRule, RoleKind, Subject } from './objects.ts';
import { toRef } from './refs.ts';

/** Why something is allowed: one rule of a role that a binding gives. */
export interface BindingGrant {
  readonly binding: ObjectRef<BindingKind>;
  readonly role: ObjectRef<RoleKind>;
  /** The first subject of the binding that the identity is. */
  readonly subject: Subject;
  readonly rule: GrantRule;
}

export interface GrantRule extends PolicyRule {
  /** Place in the role's list. */
  readonly index: number;
}

/** What is allowed before any rule is read: members of `system:masters` may do everything. */
export interface BuiltinGrant {
  readonly builtin: 'system:masters';
}

export type Grant = BindingGrant | BuiltinGrant;

export function isBuiltinGrant(grant: Grant): grant is BuiltinGrant {
  return 'builtin' in grant;
}

export const MASTERS_GRANT: BuiltinGrant = { builtin: 'system:masters' };

/** What a binding gives one of its subjects by one rule. @param index place of the rule in the role's list */
export function toGrant(
  { binding, subject }: Pick<Bond, 'binding' | 'subject'>,
  rule: PolicyRule,
  index: number,
): BindingGrant {
  return { binding: toRef(binding), role: binding.role, subject, rule: { index, ...rule } };
}
