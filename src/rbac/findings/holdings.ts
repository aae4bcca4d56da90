import { getOrAdd } from '../../base/get-or-add.ts';
import type { BoundRole, RbacIndex } from '../bindings-index.ts';
import type { Defaults } from '../defaults/defaults.ts';
import type { PolicyRule, Subject } from '../objects.ts';
import { toRefKey } from '../refs.ts';
import { measureRight, NONE, type Right } from './right.ts';

/** How much somebody has of each right, in the order of the rights, and by which binding. */
export interface Holding {
  readonly levels: Uint8Array;
  readonly by: (BoundRole | undefined)[];
}

/** What the bindings give one subject. */
export interface Holder {
  readonly subject: Subject;
  readonly cluster: Holding;
  readonly namespaces: ReadonlyMap<string, Holding>;
}

/** Which rights each subject has, and where. What an API server grants by itself is left out. */
export function collectHoldings(
  index: RbacIndex,
  rights: readonly Right[],
  defaults: Defaults,
): readonly Holder[] {
  const holders = new Map<string, MutableHolder>();
  const measure = createMeasure(rights, defaults);
  const empty = (): Holding => ({ levels: new Uint8Array(rights.length), by: [] });
  for (const bound of index.bindings) {
    for (const subject of bound.binding.subjects) {
      const levels = measure(bound, defaults.isBond(bound, subject));
      if (levels === undefined) continue;
      const holder = getOrAdd(holders, toRefKey(subject), () => ({
        subject,
        cluster: empty(),
        namespaces: new Map(),
      }));
      const { namespace } = bound.binding;
      const holding =
        namespace === undefined ? holder.cluster : getOrAdd(holder.namespaces, namespace, empty);
      addLevels(holding, levels, bound);
    }
  }
  return [...holders.values()];
}

interface MutableHolder {
  readonly subject: Subject;
  readonly cluster: Holding;
  readonly namespaces: Map<string, Holding>;
}

type Measure = (bound: BoundRole, isDefault: boolean) => Uint8Array | undefined;

/** A role is measured once for all its bindings. */
function createMeasure(rights: readonly Right[], defaults: Defaults): Measure {
  const whole = new Map<readonly PolicyRule[], Uint8Array | undefined>();
  return ({ role }, isDefault) => {
    if (role === undefined) return undefined;
    if (isDefault) {
      return measureRules(
        rights,
        role.rules.filter((rule) => !defaults.isRule(role, rule)),
      );
    }
    if (!whole.has(role.rules)) whole.set(role.rules, measureRules(rights, role.rules));
    return whole.get(role.rules);
  };
}

/** Undefined: none of them. */
function measureRules(rights: readonly Right[], rules: readonly PolicyRule[]): Uint8Array | undefined {
  const levels = new Uint8Array(rights.length);
  let most = NONE;
  for (const rule of rules) {
    rights.forEach((right, place) => {
      const level = measureRight(right, rule);
      levels[place] = Math.max(levels[place] ?? NONE, level);
      most = Math.max(most, level);
    });
  }
  return most === NONE ? undefined : levels;
}

function addLevels({ levels: known, by }: Holding, levels: Uint8Array, bound: BoundRole): void {
  levels.forEach((level, place) => {
    if (level <= (known[place] ?? NONE)) return;
    known[place] = level;
    by[place] = bound;
  });
}
