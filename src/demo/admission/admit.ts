import { randomUUID } from 'node:crypto';
import jsonpatch from 'fast-json-patch';
import type { Manifest } from '../../local-cluster/manifests.ts';
import type { Decision } from '../report.ts';
import { readAnswer, type WebhookAnswer } from './answer.ts';
import { askWebhook, type WebhookAddress } from './ask.ts';
import { type Requester, toReview } from './review.ts';

/** A pod on its way through admission. */
export interface Admitted {
  readonly before: Manifest;
  /** The same pod where the webhook gave no valid answer: that is `failurePolicy: Ignore`. */
  readonly after: Manifest;
  readonly decision: Decision;
  /** Why kube-apiserver would count the call as failed. */
  readonly problem: string | undefined;
}

/** Does what kube-apiserver does between a request and its store, as far as a mutating webhook is concerned. */
export async function admitPod(
  webhook: WebhookAddress,
  pod: Manifest,
  requester: Requester,
): Promise<Admitted> {
  const uid = randomUUID();
  const review = toReview(pod, requester, uid);
  const answer = await askWebhook(webhook, review).then((text) => readAnswer(text, uid), toInvalid);
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
  const detail = error instanceof Error ? error.message : String(error);
  return { kind: 'invalid', problem: `calling the webhook failed: ${detail}` };
}

function applyPatch(pod: Manifest, patch: Decision['patch'] = []): Pick<Admitted, 'after' | 'problem'> {
  try {
    // The patch is handed over as a copy, because its values become parts of the pod.
    const { newDocument } = jsonpatch.applyPatch(pod, structuredClone([...patch]), true, false);
    return { after: newDocument, problem: undefined };
  } catch (error) {
    const name = error instanceof Error ? error.name : 'an error';
    return { after: pod, problem: `the patch does not apply (${name})` };
  }
}
