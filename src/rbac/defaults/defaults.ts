import type { BoundRole } from '../bindings-index.ts';
import type { ObjectRef, PolicyRule, Subject } from '../objects.ts';
import { formatRef, formatRule } from './format.ts';
import { DEFAULT_BINDINGS, DEFAULT_ROLES, FORMER_ROLES } from './rows.ts';

/**
 * What every API server of 1.36 makes by itself, told apart by its whole contents: no name and no label is believed. With it
 * goes what earlier ones have made: where it stands, an upgrade leaves it.
 */
export interface Defaults {
  /** A role that is there by itself, whatever is in it. */
  readonly isRole: (role: ObjectRef) => boolean;
  /** A binding gives this subject this role by itself. */
  readonly isBond: (bound: BoundRole, subject: Subject) => boolean;
  /** A binding that is there by itself without any subject. */
  readonly isEmptyBinding: (bound: BoundRole) => boolean;
  /** A role has this rule by itself. */
  readonly isRule: (role: ObjectRef, rule: PolicyRule) => boolean;
}

export function createDefaults(): Defaults {
  const rules = new Map(DEFAULT_ROLES.map(splitRow));
  for (const [role, former] of FORMER_ROLES.map(splitRow)) {
    rules.set(role, new Set([...former, ...(rules.get(role) ?? [])]));
  }
  const bonds = new Map(DEFAULT_BINDINGS.map(splitRow));
  const partsOf = ({ binding }: BoundRole): ReadonlySet<string> => {
    const parts = bonds.get(formatRef(binding));
    return parts?.has(formatRef(binding.role)) === true ? parts : NOTHING;
  };
  return {
    isRole: (role) => rules.has(formatRef(role)),
    isBond: (bound, subject) => partsOf(bound).has(formatRef(subject)),
    isEmptyBinding: (bound) => partsOf(bound).size === 1,
    isRule: (role, rule) => rules.get(formatRef(role))?.has(formatRule(rule)) === true,
  };
}

const NOTHING: ReadonlySet<string> = new Set();

function splitRow(row: string): [string, ReadonlySet<string>] {
  const [own = '', ...parts] = row.split('; ');
  return [own, new Set(parts)];
}
