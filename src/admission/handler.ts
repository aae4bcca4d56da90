import type { IncomingMessage } from 'node:http';
import type { ReadBody } from '../http/body.ts';
import type { ClientTrust } from '../http/client-trust.ts';
import type { DirectHandler } from '../http/routing.ts';
import { readTimeout } from './review.ts';

/** An object of 3 MiB, an old one beside the new one, and the envelope. */
const BODY_LIMIT = 7 * 1024 * 1024;
const BODY = { limit: BODY_LIMIT, patience: readTimeout };
const JSON_TYPE = /^application\/json\s*(?:;|$)/i;
const TEXT = 'text/plain; charset=utf-8';

/** The connection of whoever asks, which closes when they go. */
export interface Caller {
  once(event: 'close', listener: () => void): unknown;
  off(event: 'close', listener: () => void): unknown;
}

/** What becomes of the calls of an admission webhook. */
export interface ReviewDoor<Judgement> {
  readonly readBody: ReadBody;
  /** Who may call, by certificates; absent: everybody. */
  readonly callers?: ClientTrust | undefined;
  /**
   * Decides a review; without a promise where nothing waits. Never throws, never rejects. What waits for a caller who has
   * gone is to end with it, or it would hold what the budget of bodies has counted as free.
   * @param url of the request; kube-apiserver writes its deadline there
   */
  judge(body: Buffer, url: string, caller: Caller): Judgement | Promise<Judgement>;
  /** @returns ASCII */
  render(judgement: Judgement): string;
  /** Told of every answer. @param verb from a closed list, for a label */
  answered(verb: Verb, status: number, milliseconds: number): void;
  /** Told of every judgement, once its answer is on the way. */
  judged(judgement: Judgement, milliseconds: number): void;
  /** Monotonic, ms. */
  readonly monotonic: () => number;
}

export type Verb = 'POST' | 'GET' | 'PUT' | 'other';

/** Answers `POST`: an AdmissionReview in, an AdmissionReview out. */
export function createReviewHandler<Judgement>(door: ReviewDoor<Judgement>): DirectHandler {
  return (request, response) => {
    const start = door.monotonic();
    const answer = (status: number, type: string, text: string): void => {
      // All answers are ASCII: their length is their size, and latin1 is the encoding that only copies.
      response.writeHead(status, { 'content-type': type, 'content-length': text.length }).end(text, 'latin1');
      door.answered(toVerb(request.method), status, door.monotonic() - start);
    };
    const conclude = (judgement: Judgement): void => {
      answer(200, 'application/json', door.render(judgement));
      door.judged(judgement, door.monotonic() - start);
    };
    const refused = checkCaller(request, door.callers) ?? checkRequest(request);
    if (refused !== undefined) {
      if (refused.status < 405) response.shouldKeepAlive = false;
      if (refused.status === 405) response.setHeader('allow', 'POST');
      answer(refused.status, TEXT, refused.text);
      return;
    }
    door.readBody(request, response, BODY, (reading) => {
      if (reading.kind === 'aborted') return;
      if (reading.kind !== 'body') {
        const { status, text } = REFUSED_BODIES[reading.kind];
        return answer(status, TEXT, text);
      }
      const { socket } = request;
      const judgement = door.judge(reading.body, request.url ?? '', socket);
      if (judgement instanceof Promise) void judgement.then((each) => socket.destroyed || conclude(each));
      else conclude(judgement);
    });
  };
}

interface Refusal {
  readonly status: number;
  readonly text: string;
}

/** By the head alone: of a stranger no byte of the body is read, and the connection ends. */
function checkCaller({ socket }: IncomingMessage, callers: ClientTrust | undefined): Refusal | undefined {
  switch (callers?.standing(socket)) {
    case 'stranger':
      return { status: 401, text: 'show a client certificate that is accepted here\n' };
    case 'unnamed':
      return { status: 403, text: 'this client certificate is of somebody who may not call\n' };
    default:
      return undefined;
  }
}

function checkRequest({ method, headers }: IncomingMessage): Refusal | undefined {
  if (method !== 'POST') return { status: 405, text: 'send an AdmissionReview by POST\n' };
  if (JSON_TYPE.test(headers['content-type'] ?? '')) return undefined;
  return { status: 415, text: 'Invalid Content-Type, expected `application/json`\n' };
}

const REFUSED_BODIES: Readonly<Record<'too-large' | 'no-room', Refusal>> = {
  'too-large': { status: 413, text: `the body is larger than ${BODY_LIMIT} bytes\n` },
  'no-room': { status: 503, text: 'too many large bodies at once\n' },
};

/** Label values come from a closed list: the method of a request is the caller's to invent. */
function toVerb(method: string | undefined): Verb {
  return method === 'POST' || method === 'GET' || method === 'PUT' ? method : 'other';
}
