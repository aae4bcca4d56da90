import { hasHole } from '../../access/holes.ts';
import type { KubeApi } from '../../kube/api.ts';
import { type AccessAttributes, reviewAccess } from '../../kube/reviews.ts';
import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import type { Decision } from '../../rbac/decide.ts';
import type { Identity } from '../../rbac/identity.ts';
import { isPathQuestion, type Question } from '../../rbac/question.ts';

/** What the API server's authorizers say, all of them. */
export type ServerAnswer =
  | { readonly kind: 'answer'; readonly allowed: boolean; readonly reason: string }
  /** Why nobody has asked it: a right that is missing, or a name that is open. */
  | { readonly kind: 'unasked'; readonly why: string };

/** @param isSelf the caller asks about itself, which everybody may who has logged in */
export async function askServer(
  api: Pick<KubeApi, 'send'>,
  identity: Identity,
  question: Question,
  isSelf: boolean,
): Promise<ServerAnswer> {
  const { user = '', groups } = identity;
  if ([user, ...groups].some(hasHole))
    return { kind: 'unasked', why: 'the name of the session is open: give --session' };
  const review = await reviewAccess(api, toAttributes(question), isSelf ? undefined : { user, groups });
  if (review.kind === 'forbidden') return { kind: 'unasked', why: `missing right: ${review.missing}` };
  const { allowed, reason, error } = review;
  return { kind: 'answer', allowed, reason: [reason, error].filter((text) => text !== '').join('; ') };
}

function toAttributes(question: Question): AccessAttributes {
  if (isPathQuestion(question)) return { kind: 'url', verb: question.verb, path: question.path };
  const { verb, group, resource, subresource = '', name = '', namespace = '' } = question;
  return { kind: 'resource', verb, group, resource, subresource, name, namespace };
}

/**
 * Where the server decides otherwise than RBAC, another authorizer has decided; where it was not asked, nobody knows.
 * @param isWhole RBAC is known whole: else what is not known of it may be why the server says yes
 */
export function compareAnswers(
  { allowed }: Decision,
  server: ServerAnswer,
  isWhole: boolean,
): readonly Caveat[] {
  if (server.kind === 'unasked') return [describeUnasked(server.why)];
  if (server.allowed === allowed || (server.allowed && !isWhole)) return [];
  const words = server.reason === '' ? 'without a reason' : `with the reason: ${server.reason}`;
  const says = server.allowed ? 'allows what RBAC does not' : 'denies what RBAC allows';
  return [caveatOf('other-authorizer', `the API server ${says}, ${words}`)];
}

export function describeUnasked(why: string): Caveat {
  return caveatOf('server-unasked', `the API server was not asked, so that only RBAC is known: ${why}`);
}
