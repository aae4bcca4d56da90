import { randomUUID } from 'node:crypto';
import jsonpatch from 'fast-json-patch';
import { toError } from '../../base/errors.ts';
import type { Manifest } from '../../local-cluster/manifests.ts';
import type { Decision } from '../report.ts';
import { type Requester, readAnswer, toReview, type WebhookAnswer } from './admission-review.ts';
import { postReview, type WebhookAddress } from './post-review.ts';

/** A pod on its way through admission. */
export interface AdmissionOutcome {
  readonly before: Manifest;
  /** The same pod where the webhook gave no valid answer: that is `failurePolicy: Ignore`. */
  readonly after: Manifest;
  readonly decision: Decision;
  /** Why kube-apiserver would count the call as failed. */
  readonly problem: string | undefined;
}

/** kube-apiserver's own patience where a configuration does not say. */
const CALL = { timeout: 10_000, userAgent: 'kube-apiserver-admission' };

/** Does what kube-apiserver does between a request and its store, as far as a mutating webhook is concerned. */
export async function runMutatingAdmission(
  webhook: WebhookAddress,
  pod: Manifest,
  requester: Requester,
): Promise<AdmissionOutcome> {
  const uid = randomUUID();
  const review = toReview(pod, requester, uid);
  const answer = await postReview(webhook, review, CALL).then((text) => readAnswer(text, uid), toInvalid);
  if (answer.kind === 'invalid') {
    const decision = { allowed: true, reason: '', operations: 0, warnings: [], review };
    return { before: pod, after: pod, decision, problem: answer.problem };
  }
  const { allowed, reason, warnings, patch } = answer;
  const decision = { allowed, reason, operations: patch.length, warnings, patch, review };
  return { before: pod, decision, ...applyPatch(pod, answer.patch) };
}

/** For kube-apiserver, a webhook that cannot be reached has failed just as one that answers nonsense. */
function toInvalid(error: unknown): WebhookAnswer {
  return { kind: 'invalid', problem: `calling the webhook failed: ${toError(error).message}` };
}

function applyPatch(
  pod: Manifest,
  patch: Decision['patch'] = [],
): Pick<AdmissionOutcome, 'after' | 'problem'> {
  try {
    // The patch is handed over as a copy, because its values become parts of the pod.
    const { newDocument } = jsonpatch.applyPatch(pod, structuredClone([...patch]), true, false);
    return { after: newDocument, problem: undefined };
  } catch (error) {
    const name = error instanceof Error ? error.name : 'an error';
    return { after: pod, problem: `the patch does not apply (${name})` };
  }
}
