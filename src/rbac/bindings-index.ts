import { getOrAdd } from '../base/get-or-add.ts';
import { aggregateRoles } from './aggregation.ts';
import { type Caveat, caveatOf } from './caveats.ts';
import { toAccountUser } from './identity.ts';
import type { Binding, RbacObjects, Role, Subject } from './objects.ts';
import type { ObjectProblem } from './read/problem.ts';
import { compareRefs } from './refs.ts';
import { createRoleTable, type RoleTable } from './role-table.ts';

/** A binding with its role at hand. */
export interface BoundRole {
  readonly binding: Binding;
  /** Undefined: it is missing. */
  readonly role: Role | undefined;
  /** Place in the order in which answers tell grants. */
  readonly order: number;
}

/** A subject of a binding. */
export interface Bond extends BoundRole {
  readonly subject: Subject;
  /** Place among the subjects: of several that are the same person, the first is told. */
  readonly position: number;
}

/** The subjects of all bindings of one namespace, or of the cluster, by what a request has. */
export interface BondTable {
  /** Accounts stand here by their user names. */
  readonly users: ReadonlyMap<string, readonly Bond[]>;
  readonly groups: ReadonlyMap<string, readonly Bond[]>;
}

/** RBAC, made ready for questions. */
export interface RbacIndex {
  readonly objects: RbacObjects;
  readonly roles: RoleTable;
  /** Of ClusterRoleBindings. */
  readonly cluster: BondTable;
  /** Of RoleBindings, by namespace. */
  readonly namespaces: ReadonlyMap<string, BondTable>;
  /** In the order in which answers tell grants. */
  readonly bindings: readonly BoundRole[];
  /** What reading the objects left out. */
  readonly problems: readonly ObjectProblem[];
  /** What every answer has to say of what it was made from. */
  readonly caveats: readonly Caveat[];
}

/** @param problems what reading the objects left out */
export function createIndex(objects: RbacObjects, problems: readonly ObjectProblem[] = []): RbacIndex {
  const roles = createRoleTable(aggregateRoles(objects.roles));
  const bindings = objects.bindings
    .toSorted(compareRefs)
    .map((binding, order) => ({ binding, role: roles.find(binding.role), order }));
  const cluster = createTable();
  const namespaces = new Map<string, MutableTable>();
  for (const bound of bindings) {
    const { namespace } = bound.binding;
    addBonds(namespace === undefined ? cluster : getOrAdd(namespaces, namespace, createTable), bound);
  }
  return { objects, roles, cluster, namespaces, bindings, problems, caveats: toCaveats(problems) };
}

interface MutableTable {
  readonly users: Map<string, Bond[]>;
  readonly groups: Map<string, Bond[]>;
}

function createTable(): MutableTable {
  return { users: new Map(), groups: new Map() };
}

function addBonds(table: MutableTable, bound: BoundRole): void {
  bound.binding.subjects.forEach((subject, position) => {
    const side = subject.kind === 'Group' ? table.groups : table.users;
    getOrAdd(side, toRequestName(subject), () => []).push({ ...bound, subject, position });
  });
}

/** What a request has where it comes from this subject: a user name or a group. */
export function toRequestName({ kind, namespace = '', name }: Subject): string {
  return kind === 'ServiceAccount' ? toAccountUser(namespace, name) : name;
}

/** Every answer tells them: as many by name. */
const MOST_LEFT_OUT = 10;

function toCaveats(problems: readonly ObjectProblem[]): readonly Caveat[] {
  const named = problems
    .slice(0, MOST_LEFT_OUT)
    .map(({ object, problem }) => caveatOf('object-left-out', `${object} was left out: ${problem}`));
  const more = problems.length - named.length;
  if (more === 0) return named;
  const message = `${more} more were left out: iam-bridge findings names them all`;
  return [...named, caveatOf('object-left-out', message)];
}
