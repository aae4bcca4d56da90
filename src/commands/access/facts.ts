import type { Mappings } from '../../access/resolve.ts';
import type { Catalogue } from '../../access/resources/catalogue.ts';
import type { KubeApi } from '../../kube/api.ts';
import type { RbacIndex } from '../../rbac/bindings-index.ts';
import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import { isPathQuestion, type Question } from '../../rbac/question.ts';
import type { Gap } from './read-cluster.ts';

/** All that an answer about rights is made of. */
export interface AccessFacts {
  /** Which source that was, for people: a server's address, or a file. */
  readonly source: string;
  readonly kind: 'cluster' | 'snapshot';
  readonly index: RbacIndex;
  readonly gaps: readonly Gap[];
  /** Rights that whoever wrote the snapshot lacked. */
  readonly missing: readonly string[];
  readonly catalogue: Catalogue;
  readonly mappings: Mappings;
  readonly isEks: boolean;
  /** Where requests are that name no namespace; undefined: cluster-wide. */
  readonly namespace: string | undefined;
  /** Absent for a snapshot. */
  readonly api?: KubeApi;
  /** What is worth saying on the way. */
  readonly notes: readonly string[];
}

/** Caveats for answers that rest on RBAC as a whole, such as lists. */
export function listGapCaveats({ gaps, missing }: Pick<AccessFacts, 'gaps' | 'missing'>): readonly Caveat[] {
  const rights = [...gaps.filter(isOfRbac).map(({ right }) => right), ...missing];
  return rights.length === 0 ? [] : [toCaveat(rights)];
}

/** Names of accounts and namespaces decide nothing. */
function isOfRbac({ kind }: Gap): boolean {
  return kind.apiVersion !== 'v1';
}

/** The same for one question: what is known of its namespace is enough. */
export function findEvidenceCaveats(
  { gaps, missing }: Pick<AccessFacts, 'gaps' | 'missing'>,
  question: Question,
): readonly Caveat[] {
  const namespace = isPathQuestion(question) ? undefined : question.namespace;
  const open = gaps
    .filter(isOfRbac)
    .filter(
      ({ kind, knownNamespace }) =>
        !kind.namespaced || (namespace !== undefined && knownNamespace !== namespace),
    );
  const rights = [...open.map(({ right }) => right), ...missing];
  return rights.length === 0 ? [] : [toCaveat(rights)];
}

/** Whether a role that is not found is not there: one that may not be listed may be. */
export function knowsRoles({ gaps, missing }: Pick<AccessFacts, 'gaps' | 'missing'>): boolean {
  const isOfRoles = (right: string): boolean => /^list (?:cluster)?roles\./.test(right);
  return ![...gaps.map(({ right }) => right), ...missing].some(isOfRoles);
}

/** Caveats of the engine, without those that only a gap makes. */
export function withoutGuesses(
  caveats: readonly Caveat[],
  facts: Pick<AccessFacts, 'gaps' | 'missing'>,
): readonly Caveat[] {
  return knowsRoles(facts) ? caveats : caveats.filter(({ code }) => code !== 'missing-role');
}

function toCaveat(rights: readonly string[]): Caveat {
  return caveatOf('no-evidence', `RBAC is not known whole; missing right: ${rights.join('; ')}`);
}
