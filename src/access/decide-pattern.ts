import type { Bond, BondTable, RbacIndex } from '../rbac/bindings-index.ts';
import { listTables } from '../rbac/bonds.ts';
import { type Grant, toGrant } from '../rbac/grant.ts';
import { matchesRule } from '../rbac/match/rule.ts';
import type { Question } from '../rbac/question.ts';
import { fillHoles, type HoleValues, type NamePattern } from './name-pattern.ts';

/** What is allowed to those for whom the holes of a name have these values. */
export interface ConditionalGrant {
  readonly when: HoleValues;
  readonly grant: Grant;
}

/** A bond that an identity has for some values of its holes. */
interface ConditionalBond {
  readonly when: HoleValues;
  readonly bond: Bond;
}

/** What names with holes add to the answer that `decide` gives for the names that are known. */
export function decidePatterns(
  index: RbacIndex,
  patterns: readonly NamePattern[],
  question: Question,
): readonly ConditionalGrant[] {
  const bonds = findConditionalBonds(listTables(index, question), patterns);
  return bonds.flatMap(({ when, bond }) =>
    (bond.role?.rules ?? []).flatMap((rule, position) =>
      matchesRule(rule, question) ? [{ when, grant: toGrant(bond, rule, position) }] : [],
    ),
  );
}

/** The bindings whose subject a name with holes can become, in their order. */
function findConditionalBonds(
  tables: readonly BondTable[],
  patterns: readonly NamePattern[],
): readonly ConditionalBond[] {
  const found = tables.flatMap(({ users, groups }) =>
    patterns.flatMap((pattern) =>
      [...(pattern.kind === 'User' ? users : groups)].flatMap(([name, bonds]) => {
        const when = fillHoles(pattern, name);
        return when === undefined ? [] : bonds.map((bond) => ({ when, bond }));
      }),
    ),
  );
  return found.sort((left, right) => left.bond.order - right.bond.order);
}
