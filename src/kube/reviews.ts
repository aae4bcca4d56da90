import { toRecords, toText, toTexts } from '../json/loose.ts';
import { parseJson } from '../json/parse.ts';
import { isRecord, type JsonRecord } from '../json/record.ts';
import type { KubeApi } from './api.ts';
import { toStatusError } from './errors.ts';

/** Who the API server takes somebody for (authentication.k8s.io/v1, UserInfo). */
export interface ReviewedUser {
  readonly username: string;
  /** '' where the authenticator gives none */
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: ReadonlyMap<string, readonly string[]>;
}

/** What is asked, as the reviews of authorization.k8s.io/v1 have it; what is left out is ''. */
export type AccessAttributes =
  | {
      readonly kind: 'resource';
      readonly verb: string;
      readonly group: string;
      readonly resource: string;
      readonly subresource: string;
      readonly name: string;
      readonly namespace: string;
    }
  | { readonly kind: 'url'; readonly verb: string; readonly path: string };

/** Somebody else, of whom nothing is known but what is said here: the server adds no group (SubjectAccessReview). */
export interface ReviewSubject {
  readonly user: string;
  readonly groups: readonly string[];
}

/** `reason` and `error` are the server's own words, '' where it has none. */
export type AccessReview =
  | { readonly kind: 'answer'; readonly allowed: boolean; readonly reason: string; readonly error: string }
  /** The caller may not ask that; `missing` is the right, in words of RBAC. */
  | { readonly kind: 'forbidden'; readonly missing: string };

type Sender = Pick<KubeApi, 'send'>;

/**
 * Asks the API server who it takes the caller for (SelfSubjectReview, Kubernetes ≥ 1.28).
 * @returns undefined where the server is older, or does not say it to callers that it does not know
 * @throws ApiStatusError, or Error where the server cannot be reached
 */
export async function reviewSelf(api: Sender, signal?: AbortSignal): Promise<ReviewedUser | undefined> {
  const answer = await post(
    api,
    { group: 'authentication.k8s.io', kind: 'SelfSubjectReview', spec: {} },
    signal,
  );
  if (answer.status === 403 || answer.status === 404) return undefined;
  const info = readStatus(answer, 'SelfSubjectReview')['userInfo'];
  if (!isRecord(info)) throw new Error('the answer to a SelfSubjectReview names no user');
  return {
    username: toText(info['username']),
    uid: toText(info['uid']),
    groups: toTexts(info['groups']),
    extra: new Map(
      Object.entries(isRecord(info['extra']) ? info['extra'] : {}).map(([name, values]) => [
        name,
        toTexts(values),
      ]),
    ),
  };
}

/**
 * Asks the API server's authorizers, all of them in their order.
 * @param subject absent: the caller itself
 * @throws ApiStatusError, or Error where the server cannot be reached
 */
export async function reviewAccess(
  api: Sender,
  attributes: AccessAttributes,
  subject?: ReviewSubject,
  signal?: AbortSignal,
): Promise<AccessReview> {
  const kind = subject === undefined ? 'SelfSubjectAccessReview' : 'SubjectAccessReview';
  const spec = { ...toSpec(attributes), ...(subject && { user: subject.user, groups: subject.groups }) };
  const answer = await post(api, { group: 'authorization.k8s.io', kind, spec }, signal);
  if (answer.status === 403)
    return { kind: 'forbidden', missing: `create on ${kind.toLowerCase()}s.authorization.k8s.io` };
  const { allowed, reason, evaluationError } = readStatus(answer, kind);
  if (typeof allowed !== 'boolean') throw new Error(`the answer to a ${kind} has no verdict`);
  return { kind: 'answer', allowed, reason: toText(reason), error: toText(evaluationError) };
}

/** A rule as the server tells it (authorization.k8s.io/v1, ResourceRule and NonResourceRule). */
export interface ReviewedRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface RulesReview {
  readonly rules: readonly ReviewedRule[];
  /** Why there may be more: an authorizer cannot list what it allows; '' where the list is whole. */
  readonly incomplete: string;
}

/**
 * Asks the API server what the caller may do in a namespace (SelfSubjectRulesReview): what authorizers can list.
 * @returns undefined where the caller may not ask
 * @throws ApiStatusError, or Error where the server cannot be reached
 */
export async function reviewRules(api: Sender, namespace: string): Promise<RulesReview | undefined> {
  const kind = 'SelfSubjectRulesReview';
  const answer = await post(api, { group: 'authorization.k8s.io', kind, spec: { namespace } }, undefined);
  if (answer.status === 403) return undefined;
  const { resourceRules, nonResourceRules, incomplete, evaluationError } = readStatus(answer, kind);
  const rules = [
    ...toRecords(resourceRules).map((rule) => ({
      verbs: toTexts(rule['verbs']),
      apiGroups: toTexts(rule['apiGroups']),
      resources: toTexts(rule['resources']),
      ...(toTexts(rule['resourceNames']).length > 0 && { resourceNames: toTexts(rule['resourceNames']) }),
    })),
    ...toRecords(nonResourceRules).map((rule) => ({
      verbs: toTexts(rule['verbs']),
      nonResourceURLs: toTexts(rule['nonResourceURLs']),
    })),
  ];
  return { rules, incomplete: incomplete === true ? toText(evaluationError) || 'it does not say why' : '' };
}

function toSpec(attributes: AccessAttributes): object {
  const { kind, ...fields } = attributes;
  return kind === 'url' ? { nonResourceAttributes: fields } : { resourceAttributes: fields };
}

interface Posted {
  readonly status: number;
  readonly body: string;
}

function post(
  api: Sender,
  { group, kind, spec }: { readonly group: string; readonly kind: string; readonly spec: object },
  signal: AbortSignal | undefined,
): Promise<Posted> {
  const review = { apiVersion: `${group}/v1`, kind, spec };
  return api.send('POST', `/apis/${group}/v1/${kind.toLowerCase()}s`, review, { ...(signal && { signal }) });
}

function readStatus({ status, body }: Posted, kind: string): JsonRecord {
  if (status !== 201 && status !== 200) throw toStatusError(`create a ${kind}`, status, body);
  const review = parseJson(body);
  const read = isRecord(review) ? review['status'] : undefined;
  if (!isRecord(read)) throw new Error(`the answer to a ${kind} has no status`);
  return read;
}
