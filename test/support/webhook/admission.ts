import jsonpatch, { type Operation } from 'fast-json-patch';
import { readReview } from '../../../src/admission/review.ts';
import {
  type Admission,
  type AdmissionContext,
  admitPod,
  leave,
  leaveForFault,
  readTarget,
} from '../../../src/webhook/admit.ts';
import type { AccountFinding } from '../../../src/webhook/identity.ts';
import { renderAdmission } from '../../../src/webhook/routes.ts';
import { parseExact } from './exact-json.ts';

export const REVIEW_UID = '7f0c2a6e-58c5-4f0e-9a54-0a4a2f8b1c11';

/** What a request says beside its pod; the defaults are those of a pod that is being created. */
export interface RequestOptions {
  readonly namespace: string;
  readonly operation?: string | undefined;
  readonly subResource?: string | undefined;
  readonly kind?: string | undefined;
}

/** A review as kube-apiserver writes it, around a pod that is JSON text already. */
export function renderReviewText(podText: string, options: RequestOptions): string {
  const { namespace, operation = 'CREATE', subResource, kind = 'Pod' } = options;
  const request = JSON.stringify({
    uid: REVIEW_UID,
    kind: { group: '', version: 'v1', kind },
    resource: { group: '', version: 'v1', resource: 'pods' },
    subResource,
    namespace,
    operation,
    userInfo: { username: 'system:serviceaccount:kube-system:replicaset-controller' },
    dryRun: false,
  });
  const envelope = '"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"';
  return `{${envelope},"request":${request.slice(0, -1)},"object":${podText},"oldObject":null}}`;
}

/** What comes back over the wire. */
export interface Answer {
  readonly reason: string;
  readonly warnings: readonly string[];
  readonly operations: readonly Operation[];
}

/** Takes a review through the whole decision, from the request's bytes to the answer's text and back. */
export function askWebhook(reviewText: string, found: AccountFinding, context: AdmissionContext): Answer {
  const reading = readReview(Buffer.from(reviewText));
  if (reading.kind === 'fault') throw new Error(`the review is faulty: ${reading.problem}`);
  return parseAnswer(renderAdmission(reading.identity, decide(reading.request, found, context)));
}

function decide(
  request: Parameters<typeof readTarget>[0],
  found: AccountFinding,
  context: AdmissionContext,
): Admission {
  const target = readTarget(request);
  if (target.kind === 'pod') return admitPod(target, found, context);
  return target.problem === undefined
    ? leave(target.reason, [])
    : leaveForFault(target.reason, target.problem);
}

interface AnswerText {
  readonly response: {
    readonly uid: string;
    readonly allowed: boolean;
    readonly patch?: string;
    readonly patchType?: string;
    readonly auditAnnotations: { readonly reason: string };
    readonly warnings?: readonly string[];
  };
}

function parseAnswer(text: string): Answer {
  // Checked by use: every member that is missing here fails the test that asked.
  const { response } = JSON.parse(text) as AnswerText;
  if (!response.allowed || response.uid !== REVIEW_UID)
    throw new Error(`not the answer to the review: ${text}`);
  if ((response.patch === undefined) !== (response.patchType === undefined)) {
    throw new Error(`a patch and its type belong together: ${text}`);
  }
  const patch = response.patch === undefined ? '[]' : Buffer.from(response.patch, 'base64').toString();
  return {
    reason: response.auditAnnotations.reason,
    warnings: response.warnings ?? [],
    operations: parseExact(patch) as Operation[],
  };
}

/**
 * Applies operations to JSON text with fast-json-patch, which checks that each path exists.
 * @returns the resulting JSON value, every number as its own text
 */
export function applyToText(text: string, operations: readonly Operation[]): unknown {
  // Mutating is on, because its clone would go through JSON.parse and round the numbers.
  return jsonpatch.applyPatch(parseExact(text), operations, true, true).newDocument;
}
