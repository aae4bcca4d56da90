import { answer, type NamedAnswer } from '../../access/answer.ts';
import { type Principal, withSession } from '../../access/principal.ts';
import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import type { Grant } from '../../rbac/grant.ts';
import type { Identity } from '../../rbac/identity.ts';
import { findNear, type NearMiss } from '../../rbac/near.ts';
import type { Question } from '../../rbac/question.ts';
import { toIdentityData } from '../access/data.ts';
import { type AccessFacts, findEvidenceCaveats, withoutGuesses } from '../access/facts.ts';
import { askServer, compareAnswers, type ServerAnswer } from './verify.ts';

/** The answer to one question, whoever gave it. */
export interface Verdict {
  /** undefined: nobody can tell, since RBAC is not known whole and the server was not asked. */
  readonly allowed: boolean | undefined;
  readonly because: readonly Grant[];
  readonly caveats: readonly Caveat[];
  /** Sessions for which RBAC says yes where it says no otherwise. */
  readonly named: readonly NamedAnswer[];
  /** Where the answer is no: grants that fail in one field. */
  readonly near: readonly NearMiss[];
  readonly server: ServerAnswer | undefined;
}

export interface Asked {
  readonly identity: Identity;
  /** The caller itself. */
  readonly isSelf: boolean;
  /** By its ARN. */
  readonly isPrincipal: boolean;
  /** Whoever is mapped. */
  readonly principal?: Principal | undefined;
  readonly question: Question;
}

/** Asks RBAC and, where there is one, the server, whose answer counts. */
export async function judge(asked: Asked, facts: AccessFacts): Promise<Verdict> {
  const { identity, question, isSelf, isPrincipal } = asked;
  const decision = answer(facts.index, identity, question);
  const evidence = findEvidenceCaveats(facts, question);
  const server = facts.api && (await askServer(facts.api, identity, question, isSelf));
  const said = server?.kind === 'answer' ? server.allowed : undefined;
  const isOpen = said === undefined && !decision.allowed && evidence.length > 0;
  const allowed = isOpen ? undefined : (said ?? decision.allowed);
  return {
    allowed,
    because: decision.because,
    caveats: [
      ...(server === undefined ? [] : compareAnswers(decision, server, evidence.length === 0)),
      ...(isPrincipal && facts.isEks ? [caveatOf('access-entries-unseen')] : []),
      ...evidence,
      ...withoutGuesses(decision.caveats, facts),
    ],
    named: await keepMapped(decision.named, asked.principal, facts),
    near: allowed === false && !decision.allowed ? findNear(facts.index, identity, question) : [],
    server,
  };
}

/** A session that the mapping refuses for another of its names, or since it is no node's, is nobody. */
async function keepMapped(
  named: readonly NamedAnswer[],
  principal: Principal | undefined,
  { mappings }: AccessFacts,
): Promise<readonly NamedAnswer[]> {
  if (principal === undefined || named.length === 0) return named;
  const { resolvePrincipal } = await import('../../access/resolve.ts');
  const isMapped = await Promise.all(
    named.map(async ({ session }) => {
      if (session === undefined) return true;
      return (await resolvePrincipal(withSession(principal, session), mappings)).kind === 'mapped';
    }),
  );
  return named.filter((_, at) => isMapped[at]);
}

/** A session for which the answer is yes, for programs. */
export function toNamedData({ session, identity, because }: NamedAnswer): object {
  return { ...(session !== undefined && { session }), ...toIdentityData(identity), allowed: true, because };
}
