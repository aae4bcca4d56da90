import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import jsonpatch from 'fast-json-patch';
import { toError } from '../../base/errors.ts';
import type { Manifest } from '../../local-cluster/manifests.ts';
import type { Decision } from '../report.ts';
import { type Requester, readAnswer, toReview, type WebhookAnswer } from './admission-review.ts';

/** A pod on its way through admission. */
export interface AdmissionOutcome {
  readonly before: Manifest;
  /** The same pod where the webhook gave no valid answer: that is `failurePolicy: Ignore`. */
  readonly after: Manifest;
  readonly decision: Decision;
  /** Why kube-apiserver would count the call as failed. */
  readonly problem: string | undefined;
}

/** Does what kube-apiserver does between a request and its store, as far as a mutating webhook is concerned. */
export async function runMutatingAdmission(
  webhook: WebhookAddress,
  pod: Manifest,
  requester: Requester,
): Promise<AdmissionOutcome> {
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

/** What is known of the webhook from its configuration. */
export interface WebhookAddress {
  /** `https://127.0.0.1:PORT/mutate` */
  readonly url: string;
  /** PEM: whom to trust, and nobody else. */
  readonly caBundle: string;
}

/** ms; kube-apiserver's own patience where a configuration does not say. */
const TIMEOUT = 10_000;

/**
 * Posts a review as kube-apiserver does, deadline in the URL included.
 * @throws Error where no HTTP 200 comes back in time, over a connection that the authority vouches for
 */
function askWebhook({ url, caBundle }: WebhookAddress, review: object): Promise<string> {
  return new Promise((resolve, reject) => {
    const body = JSON.stringify(review);
    const outgoing = request(
      `${url}?timeout=${TIMEOUT / 1_000}s`,
      {
        method: 'POST',
        // A connection that is kept would make the webhook wait for it when it stops.
        agent: false,
        ca: caBundle,
        headers: {
          accept: 'application/json, */*',
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'user-agent': 'kube-apiserver-admission',
        },
        timeout: TIMEOUT,
      },
      (incoming) => readText(incoming).then(resolve, reject),
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${url}: no answer for ${TIMEOUT / 1_000} s`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  if (incoming.statusCode !== 200) throw new Error(`the webhook answered with HTTP ${incoming.statusCode}`);
  return Buffer.concat(chunks).toString('utf8');
}
