import type { BindingGrant } from '../../rbac/grant.ts';
import type { BindingKind, ObjectRef, PolicyRule, RoleKind, Subject } from '../../rbac/objects.ts';
import { compareRefs, toRefKey } from '../../rbac/refs.ts';
import type { Right } from '../../rbac/rights.ts';
import type { Paint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import { nameRef, nameSubject } from '../access/words.ts';
import { renderRules } from './compact.ts';

/** What one binding gives. */
export interface BoundRules {
  readonly binding: ObjectRef<BindingKind>;
  readonly role: ObjectRef<RoleKind>;
  readonly subject: Subject;
  readonly rules: readonly PolicyRule[];
}

/** Rights by the bindings that give them, in the order of these. */
export function toBoundRoles(rights: readonly Right[]): readonly BoundRules[] {
  const grants = rights.flatMap(({ because }) => because);
  const byBinding = Map.groupBy(grants, ({ binding }) => toRefKey(binding));
  return [...byBinding.values()]
    .flatMap(toBoundRules)
    .toSorted((left, right) => compareRefs(left.binding, right.binding));
}

function toBoundRules(grants: readonly BindingGrant[]): readonly BoundRules[] {
  const [first] = grants;
  if (first === undefined) return [];
  const { binding, role, subject } = first;
  const rules = grants
    .toSorted((left, right) => left.rule.index - right.rule.index)
    .map(({ rule: { index: _, ...rule } }) => rule);
  return [{ binding, role, subject, rules }];
}

/** A block for each binding: who by it, and a table of what. */
export function renderByRole(rights: readonly Right[], paint: Paint): readonly string[] {
  return toBoundRoles(rights).flatMap(({ binding, role, subject, rules }) => [
    '',
    paint('title', showText(`${nameRef(binding)} → ${nameRef(role)}`)) +
      showText(` to ${nameSubject(subject)}`),
    ...renderRules(rules).map((line) => `  ${line}`),
  ]);
}
