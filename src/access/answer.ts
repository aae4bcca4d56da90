import type { RbacIndex } from '../rbac/bindings-index.ts';
import { type Decision, decide } from '../rbac/decide.ts';
import type { Grant } from '../rbac/grant.ts';
import type { Identity } from '../rbac/identity.ts';
import type { Question } from '../rbac/question.ts';
import { decidePatterns } from './decide-pattern.ts';
import { fillName, hasHole, toNamePattern, toSession } from './holes.ts';
import type { HoleValues, NamePattern } from './name-pattern.ts';

/** What RBAC says to somebody of whom not everything is known. */
export interface Answer extends Decision {
  /** Where the answer is no: sessions, or other names, for which it is yes, since RBAC names them. */
  readonly named: readonly NamedAnswer[];
}

export interface NamedAnswer {
  /** The name of the session that it takes; undefined where another part of the name is open. */
  readonly session: string | undefined;
  readonly identity: Identity;
  readonly because: readonly Grant[];
}

/** As many are told. */
const MOST_NAMED = 100;

/** Decides; where names have holes and the answer is no, also for what RBAC names and they can become. */
export function answer(index: RbacIndex, identity: Identity, question: Question): Answer {
  const decision = decide(index, identity, question);
  const patterns = toPatterns(identity);
  if (decision.allowed || patterns.length === 0) return { ...decision, named: [] };
  const grants = Map.groupBy(decidePatterns(index, patterns, question), ({ when }) => toKey(when));
  const named = [...grants.values()].slice(0, MOST_NAMED).flatMap((same) => {
    const when = same[0]?.when;
    return when === undefined
      ? []
      : [
          toNamed(
            identity,
            when,
            same.map(({ grant }) => grant),
          ),
        ];
  });
  return { ...decision, named };
}

/** What the names that are open can become. */
export function toPatterns({ user, groups }: Identity): readonly NamePattern[] {
  return [
    ...(user !== undefined && hasHole(user) ? [toNamePattern('User', user)] : []),
    ...groups.filter(hasHole).map((group) => toNamePattern('Group', group)),
  ];
}

function toKey(when: HoleValues): string {
  return JSON.stringify(Object.entries(when).sort());
}

function toNamed({ user, groups }: Identity, when: HoleValues, because: readonly Grant[]): NamedAnswer {
  const fill = (name: string): string => fillName(name, when);
  const identity = { ...(user !== undefined && { user: fill(user) }), groups: groups.map(fill) };
  return { session: toSession(when), identity, because };
}
