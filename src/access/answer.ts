import type { RbacIndex } from '../rbac/bindings-index.ts';
import { type Decision, decide } from '../rbac/decide.ts';
import type { Identity } from '../rbac/identity.ts';
import type { Question } from '../rbac/question.ts';
import { fillHoles, fitHoles, hasHole } from './holes.ts';

/** What RBAC says to somebody of whom not everything is known. */
export interface Answer extends Decision {
  /** Sessions, or users, for whom the answer is another: RBAC names them. */
  readonly named: readonly NamedAnswer[];
}

export interface NamedAnswer extends Decision {
  /** The name of the session that it takes; undefined where another part of the name is open. */
  readonly session: string | undefined;
  readonly identity: Identity;
}

/** As many names that a hole may have are tried; RBAC may name thousands of users. */
const MOST_NAMES = 1_000;

/** Decides; where names have holes, also for each name that RBAC has and that they can become. */
export function answer(index: RbacIndex, identity: Identity, question: Question): Answer {
  const decision = decide(index, identity, question);
  const named = listVariants(index, identity)
    .map((variant) => ({ ...variant, ...decide(index, variant.identity, question) }))
    .filter(({ allowed }) => allowed !== decision.allowed);
  return { ...decision, named };
}

type Variant = Pick<NamedAnswer, 'session' | 'identity'>;

function listVariants(index: RbacIndex, identity: Identity): readonly Variant[] {
  const { user, groups } = identity;
  const variants = new Map<string, Variant>();
  const take = (name: string, others: Iterable<string>): void => {
    if (!hasHole(name)) return;
    for (const other of others) {
      const fit = fitHoles(name, other);
      if (fit === undefined || variants.size >= MOST_NAMES) continue;
      const fill = (each: string): string => (each === name ? other : fillHoles(each, fit.session));
      const filled = { ...(user !== undefined && { user: fill(user) }), groups: groups.map(fill) };
      variants.set(JSON.stringify(filled), { session: fit.session, identity: filled });
    }
  };
  const tables = [index.cluster, ...index.namespaces.values()];
  for (const { users, groups: bound } of tables) {
    if (user !== undefined) take(user, users.keys());
    for (const group of groups) take(group, bound.keys());
  }
  return [...variants.values()];
}
