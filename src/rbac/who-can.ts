import type { BoundRole, RbacIndex } from './bindings-index.ts';
import type { Caveat } from './caveats.ts';
import { type Grant, MASTERS_GRANT, toGrant } from './grant.ts';
import { MASTERS } from './identity.ts';
import { matchesRule } from './match/rule.ts';
import type { PolicyRule, Subject } from './objects.ts';
import { isPathQuestion, type Question } from './question.ts';
import { compareRefs, toRefKey } from './refs.ts';

/** Somebody who can, and where. */
export interface Doer {
  readonly subject: Subject;
  readonly scope: Scope;
  /** The only objects that are meant; absent: all of them, or the one that the question names. */
  readonly names?: readonly string[];
  readonly because: readonly Grant[];
}

export interface Scope {
  /** In every namespace, and cluster-wide. */
  readonly cluster: boolean;
  /** Beside that, sorted. */
  readonly namespaces: readonly string[];
}

export interface WhoCan {
  /** As bindings name them: who is a member of a group is not for RBAC to know. */
  readonly subjects: readonly Doer[];
  readonly caveats: readonly Caveat[];
}

export interface WhoCanOptions {
  /** Also who can in some namespace, where the question names none. */
  readonly anywhere?: boolean;
}

/**
 * Everybody whom RBAC, or the built-in group, lets do what is asked. Somebody who may do it to some objects only has an
 * entry of their own for that, with the names.
 */
export function whoCan(
  index: RbacIndex,
  question: Question,
  { anywhere = false }: WhoCanOptions = {},
): WhoCan {
  const doers = createDoers();
  for (const bound of index.bindings) {
    if (counts(bound, question, anywhere)) addDoers(doers, bound, question);
  }
  const all = [...doers.all.values()].map(toDoer);
  const named = [...doers.named.entries()].filter(([key, doer]) => !isCovered(doer, doers.all.get(key)));
  const found = [...all, ...named.map(([, doer]) => toDoer(doer))];
  return {
    subjects: found.toSorted((left, right) => compareRefs(left.subject, right.subject)),
    caveats: index.caveats,
  };
}

/** URLs and cluster-wide requests are for ClusterRoleBindings alone. */
function counts({ binding: { namespace } }: BoundRole, question: Question, anywhere: boolean): boolean {
  if (namespace === undefined) return true;
  if (isPathQuestion(question)) return false;
  return question.namespace === undefined ? anywhere : question.namespace === namespace;
}

interface MutableDoer {
  readonly subject: Subject;
  cluster: boolean;
  readonly namespaces: Set<string>;
  readonly names: Set<string>;
  readonly because: Grant[];
}

interface MutableDoers {
  readonly all: Map<string, MutableDoer>;
  readonly named: Map<string, MutableDoer>;
}

function createDoers(): MutableDoers {
  const doers: MutableDoers = { all: new Map(), named: new Map() };
  const masters = findDoer(doers.all, { kind: 'Group', name: MASTERS });
  masters.cluster = true;
  masters.because.push(MASTERS_GRANT);
  return doers;
}

function findDoer(doers: Map<string, MutableDoer>, subject: Subject): MutableDoer {
  const key = toRefKey(subject);
  const known = doers.get(key);
  if (known !== undefined) return known;
  const doer = {
    subject,
    cluster: false,
    namespaces: new Set<string>(),
    names: new Set<string>(),
    because: [],
  };
  doers.set(key, doer);
  return doer;
}

function addDoers(doers: MutableDoers, bound: BoundRole, question: Question): void {
  const { binding, role } = bound;
  role?.rules.forEach((rule, index) => {
    const names = findNames(rule, question);
    if (names === undefined) return;
    for (const subject of binding.subjects) {
      const doer = findDoer(names === 'all' ? doers.all : doers.named, subject);
      extendDoer(doer, binding.namespace, names === 'all' ? [] : names);
      doer.because.push(toGrant({ binding, subject }, rule, index));
    }
  });
}

function extendDoer(doer: MutableDoer, namespace: string | undefined, names: readonly string[]): void {
  if (namespace === undefined) doer.cluster = true;
  else doer.namespaces.add(namespace);
  for (const name of names) doer.names.add(name);
}

/**
 * The names to which a rule lets somebody do it; `all`: whatever was asked. A question without a name is also about those
 * who may do it to some objects only; what is created has no name yet.
 */
function findNames(rule: PolicyRule, question: Question): readonly string[] | 'all' | undefined {
  if (matchesRule(rule, question)) return 'all';
  if (isPathQuestion(question) || (question.name ?? '') !== '') return undefined;
  if (question.verb === 'create' && (question.subresource ?? '') === '') return undefined;
  const [name] = rule.resourceNames ?? [];
  return name !== undefined && matchesRule(rule, { ...question, name }) ? rule.resourceNames : undefined;
}

/** Whoever may do it to all objects may do it to these. */
function isCovered(named: MutableDoer, all: MutableDoer | undefined): boolean {
  if (all === undefined) return false;
  return all.cluster || (!named.cluster && [...named.namespaces].every((one) => all.namespaces.has(one)));
}

function toDoer({ subject, cluster, namespaces, names, because }: MutableDoer): Doer {
  const scope = { cluster, namespaces: [...namespaces].sort() };
  return { subject, scope, ...(names.size > 0 && { names: [...names].sort() }), because };
}
