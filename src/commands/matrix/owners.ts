import type { MatrixRow } from '../../access/matrix.ts';
import type { RbacIndex } from '../../rbac/bindings-index.ts';
import { findBonds, listTables } from '../../rbac/bonds.ts';
import { type Identity, impersonated, MASTERS, serviceAccountIdentity } from '../../rbac/identity.ts';
import { matchesRule } from '../../rbac/match/rule.ts';
import type { ObjectRef, PolicyRule, Subject } from '../../rbac/objects.ts';
import type { ResourceQuestion } from '../../rbac/question.ts';
import { compareRefs, toRef, toRefKey } from '../../rbac/refs.ts';
import { type AccessFacts, findEvidenceCaveats } from '../access/facts.ts';
import type { Cell, RowOwner, TableRow } from './table.ts';

/** Somebody or something that rows are about. */
interface Owner {
  readonly ref: RowOwner;
  readonly judge: (question: ResourceQuestion, row: MatrixRow) => Cell;
}

/** Rows of every subject of bindings with such a name, where anything is allowed. */
export function fillSubjects(
  pattern: RegExp,
  rows: readonly MatrixRow[],
  facts: AccessFacts,
): readonly TableRow[] {
  const all = facts.index.bindings.flatMap(({ binding }) => binding.subjects);
  return fillOwners(
    select(all, pattern).map((subject) => toSubjectOwner(subject, facts)),
    rows,
  );
}

/** The same of roles: what their rules say, whoever they are bound to. */
export function fillRoles(
  pattern: RegExp,
  rows: readonly MatrixRow[],
  { index: { objects, roles } }: AccessFacts,
): readonly TableRow[] {
  const owners = select(objects.roles, pattern).map((role): Owner => {
    // As it counts: an aggregated role has the rules of others.
    const rules = roles.find(role)?.rules ?? role.rules;
    const isWide = role.kind === 'ClusterRole';
    return {
      ref: { role: toRef(role) },
      // A Role counts in its namespace alone, where there is nothing else.
      judge: (question, { namespaced }) =>
        (isWide || namespaced !== false || question.namespace !== undefined) && isAllowed(rules, question)
          ? 'yes'
          : 'no',
    };
  });
  return fillOwners(owners, rows);
}

function select<One extends ObjectRef>(all: readonly One[], pattern: RegExp): readonly One[] {
  const found = new Map<string, One>();
  for (const one of all) {
    const { namespace, name } = one;
    if (pattern.test(namespace === undefined ? name : `${namespace}/${name}`)) found.set(toRefKey(one), one);
  }
  return [...found.values()].toSorted(compareRefs);
}

function toSubjectOwner(subject: Subject, facts: AccessFacts): Owner {
  const identity = toIdentity(subject);
  const isMaster = identity.groups.includes(MASTERS);
  const rules = new Map<string | undefined, readonly PolicyRule[]>();
  return {
    ref: { subject },
    judge(question) {
      const { namespace } = question;
      const own = rules.get(namespace) ?? findRules(facts.index, identity, question);
      rules.set(namespace, own);
      if (isMaster || isAllowed(own, question)) return 'yes';
      return findEvidenceCaveats(facts, question).length > 0 ? 'unknown' : 'no';
    },
  };
}

/** With the groups that nobody wrote down; those that only a mapping gives are not known of a user. */
function toIdentity({ kind, namespace = '', name }: Subject): Identity {
  if (kind === 'ServiceAccount') return serviceAccountIdentity(namespace, name);
  return kind === 'User' ? impersonated(name) : impersonated(undefined, [name]);
}

function findRules(index: RbacIndex, identity: Identity, question: ResourceQuestion): readonly PolicyRule[] {
  const bonds = findBonds(listTables(index, question), identity);
  return bonds.flatMap(({ role }) => role?.rules ?? []);
}

function isAllowed(rules: readonly PolicyRule[], question: ResourceQuestion): boolean {
  return rules.some((rule) => matchesRule(rule, question));
}

function fillOwners(owners: readonly Owner[], rows: readonly MatrixRow[]): readonly TableRow[] {
  return owners.flatMap(({ ref, judge }) =>
    rows
      .map((row) => {
        const { questions, ...what } = row;
        const cells = questions.map((question) => (question === undefined ? 'n/a' : judge(question, row)));
        return { ...ref, ...what, cells };
      })
      .filter(({ cells }) => cells.includes('yes')),
  );
}
