import type { IncomingMessage, ServerResponse } from 'node:http';
import { renderReview } from '../admission/response.ts';
import { readBody } from '../http/body.ts';
import type { DirectHandler } from '../http/server-bounds.ts';
import { type JudgeDeps, type Judgement, judgeReview } from './judge.ts';
import type { WebhookMetrics } from './metrics.ts';
import { describeOwner } from './owner.ts';
import { outcomeOf } from './reasons.ts';

/** An object of 3 MiB, an old one beside the new one, and the envelope. */
const BODY_LIMIT = 7 * 1024 * 1024;
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const TEXT = 'text/plain; charset=utf-8';

export interface MutateDeps extends JudgeDeps {
  readonly metrics: WebhookMetrics;
  /** Monotonic, ms. */
  readonly monotonic: () => number;
  /** Told of every judgement, after its answer is on the way. */
  readonly log: (judgement: Judgement) => void;
}

/** Answers `POST /mutate`: an AdmissionReview in, an AdmissionReview out. */
export function createMutateHandler(deps: MutateDeps): DirectHandler {
  return (request, response) => {
    const start = deps.monotonic();
    const answer = (status: number, type: string, text: string): void => {
      // All answers are ASCII: their length is their size, and latin1 is the encoding that only copies.
      response.writeHead(status, { 'content-type': type, 'content-length': text.length }).end(text, 'latin1');
      deps.metrics.request(toVerb(request.method), status, (deps.monotonic() - start) * 1000);
    };
    const conclude = (judgement: Judgement): void => {
      answer(200, 'application/json', renderReview(judgement.identity, judgement.admission));
      countJudgement(deps.metrics, judgement, (deps.monotonic() - start) / 1000);
      deps.log(judgement);
    };
    const refused = checkRequest(request);
    if (refused !== undefined) {
      if (refused.status === 405) response.setHeader('allow', 'POST');
      answer(refused.status, TEXT, refused.text);
      return;
    }
    readBody(request, BODY_LIMIT, (reading) => {
      if (reading.kind === 'too-large') refuseBody(response, answer);
      if (reading.kind !== 'body') return;
      const judgement = judgeReview(deps, reading.body, request.url ?? '');
      if (judgement instanceof Promise) void judgement.then(conclude);
      else conclude(judgement);
    });
  };
}

interface Refusal {
  readonly status: number;
  readonly text: string;
}

function checkRequest({ method, headers }: IncomingMessage): Refusal | undefined {
  if (method !== 'POST') return { status: 405, text: 'send an AdmissionReview by POST\n' };
  if (JSON_TYPE.test(headers['content-type'] ?? '')) return undefined;
  return { status: 415, text: 'Invalid Content-Type, expected `application/json`\n' };
}

/** The rest of the body is not read, so the connection cannot be used again. */
function refuseBody(
  response: ServerResponse,
  answer: (status: number, type: string, text: string) => void,
): void {
  response.shouldKeepAlive = false;
  answer(413, TEXT, `the body is larger than ${BODY_LIMIT} bytes\n`);
}

/** Label values come from a closed list: the method of a request is the caller's to invent. */
function toVerb(method: string | undefined): string {
  return method === 'POST' || method === 'GET' || method === 'PUT' ? method : 'other';
}

function countJudgement(
  metrics: WebhookMetrics,
  { admission, target, found }: Judgement,
  seconds: number,
): void {
  metrics.admission(admission, seconds);
  if (found === 'unknown' || found === 'unread') metrics.missingAccount();
  if (target !== undefined && outcomeOf(admission.reason) === 'left-out') {
    metrics.leftOut(admission.reason, target.namespace, describeOwner(target.pod));
  }
}
