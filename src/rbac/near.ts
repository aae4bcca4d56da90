import type { Bond, RbacIndex } from './bindings-index.ts';
import { findBonds, listTables } from './bonds.ts';
import { type BindingGrant, toGrant } from './grant.ts';
import type { Identity } from './identity.ts';
import { matchesRule } from './match/rule.ts';
import { type Failure, listFailures, NEAR_FIELDS } from './near/fields.ts';
import { findNearBonds } from './near/subject.ts';
import type { Question } from './question.ts';

/** A grant that would allow what is asked, but for one field. */
export interface NearMiss extends BindingGrant, Failure {}

const MOST_TOLD = 10;

/** Why not, where little is missing: the grants that fail in one field only, the nearest first. */
export function findNear(index: RbacIndex, identity: Identity, question: Question): readonly NearMiss[] {
  const everywhere = [index.cluster, ...index.namespaces.values()];
  const found = [
    ...findNearBonds(listTables(index, question), identity).flatMap(({ bond, failure }) =>
      toMisses(bond, (rule) => (matchesRule(rule, question) ? failure : undefined)),
    ),
    ...findBonds(everywhere, identity).flatMap((bond) =>
      toMisses(bond, (rule) => onlyFailure(listFailures(bond, rule, question))),
    ),
  ];
  const rank = ({ field }: NearMiss): number => NEAR_FIELDS.indexOf(field);
  return found.sort((left, right) => rank(left) - rank(right)).slice(0, MOST_TOLD);
}

function toMisses(
  bond: Bond,
  judge: (rule: BindingGrant['rule']) => Failure | undefined,
): readonly NearMiss[] {
  return (bond.role?.rules ?? []).flatMap((rule, index) => {
    const grant = toGrant(bond, rule, index);
    const failure = judge(grant.rule);
    return failure === undefined ? [] : [{ ...grant, ...failure }];
  });
}

function onlyFailure(failures: readonly Failure[] = []): Failure | undefined {
  return failures.length === 1 ? failures[0] : undefined;
}
