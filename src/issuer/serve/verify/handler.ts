import type { IncomingMessage, ServerResponse } from 'node:http';
import { within } from '../../../base/patience.ts';
import type { ReadBody } from '../../../http/body.ts';
import type { DirectHandler } from '../../../http/routing.ts';
import type { Verdict } from '../../../web-identity/token/verdict.ts';
import { answer, answerText, refuseMethod } from '../answers.ts';
import { type CallerRules, isAllowedCaller } from './callers.ts';
import {
  type QuestionForm,
  readQuestion,
  renderVerdict,
  toQuestionForm,
  type VerifyQuestion,
} from './messages.ts';

export interface VerifyHandlerDeps {
  readonly readBody: ReadBody;
  readonly callers: CallerRules;
  /** Judges by the strict profile, for the issuer that is served. */
  readonly judge: (question: VerifyQuestion) => Promise<Verdict>;
  /** Where a caller names none. */
  readonly audiences: readonly string[];
  /** One more verdict may be given now. */
  readonly admit: () => boolean;
  readonly count: (status: number) => void;
  /** `accepted`, or the code of the refusal. */
  readonly countVerdict: (code: string) => void;
  /** Something went wrong on our side; the message holds nothing of the token. */
  readonly fault: (problem: string) => void;
}

/** A token has at most 16 KiB; the rest is for the audiences. */
export const BODY_LIMIT = 20 * 1024;
/** How many questions may be open at once: each holds a body, and its verdict takes the processor. */
const MAX_OPEN = 64;
/** How long a verdict may take, ms: whoever finds the keys has limits of its own, and this one is behind them. */
const PATIENCE = 10_000;

/**
 * Answers `POST /verify`. Who may ask is decided by the head of the request alone; whoever may not gets 401 before a byte
 * of the body is looked at. A refused token is an answer like any other, with status 200.
 */
export function createVerifyHandler(deps: VerifyHandlerDeps): DirectHandler {
  let open = 0;
  return (request, response) => {
    const refused = refuseByHead(request, response, deps.callers);
    if (refused !== undefined) return deps.count(refused);
    const form = toQuestionForm(request.headers['content-type']);
    if (form === undefined) {
      return deps.count(
        refuse(response, 415, 'send application/json, or the token alone as application/jwt'),
      );
    }
    if (open >= MAX_OPEN || !deps.admit())
      return deps.count(refuse(response, 429, 'too many questions at once'));
    open += 1;
    readAndAnswer({ request, response, form }, deps, (status) => {
      open -= 1;
      if (status !== undefined) deps.count(status);
    });
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly form: QuestionForm;
}

function refuseByHead(
  request: IncomingMessage,
  response: ServerResponse,
  callers: CallerRules,
): number | undefined {
  if (!isAllowedCaller(request, callers)) {
    return refuse(response, 401, 'show an allowed client certificate or bearer token', {
      'www-authenticate': 'Bearer realm="verify"',
    });
  }
  return request.method === 'POST' ? undefined : refuseMethod(response, 'POST');
}

/** What is left of the body is not read, so the connection cannot be used again. */
function refuse(
  response: ServerResponse,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): number {
  response.shouldKeepAlive = false;
  answerText(response, status, text, headers);
  return status;
}

/** @param done told once, with the status of the answer, or undefined where the caller went away */
function readAndAnswer(
  { request, response, form }: Exchange,
  deps: VerifyHandlerDeps,
  done: (status: number | undefined) => void,
): void {
  deps.readBody(request, response, { limit: BODY_LIMIT }, (reading) => {
    if (reading.kind === 'aborted') return done(undefined);
    if (reading.kind === 'no-room') return done(refuse(response, 503, 'too many large bodies at once'));
    if (reading.kind === 'too-large') {
      return done(refuse(response, 413, `the body is larger than ${BODY_LIMIT} bytes`));
    }
    const asked = readQuestion(form, reading.body.toString('utf8'), deps.audiences);
    if (asked.kind === 'problem') return done(refuse(response, 400, asked.problem));
    void answerQuestion(response, asked.question, deps).then(done);
  });
}

async function answerQuestion(
  response: ServerResponse,
  question: VerifyQuestion,
  deps: VerifyHandlerDeps,
): Promise<number> {
  try {
    const verdict = await within(PATIENCE, deps.judge(question), () => new TookTooLong());
    deps.countVerdict(verdict.kind === 'accepted' ? 'accepted' : verdict.code);
    answer(response, 200, Buffer.from(renderVerdict(verdict)), { 'content-type': 'application/json' });
    return 200;
  } catch (error) {
    // Of an error only its name: a message could quote what it failed on.
    deps.fault(error instanceof Error ? error.name : 'unknown error');
    answerText(response, 503, 'no verdict could be found, ask again');
    return 503;
  }
}

class TookTooLong extends Error {
  override readonly name = 'TookTooLong';
}
