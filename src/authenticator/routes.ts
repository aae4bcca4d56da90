import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyLimits, BodyReading, ReadBody } from '../http/body.ts';
import { findHeader } from '../http/headers.ts';
import type { DirectHandler } from '../http/routing.ts';
import { createRenderReview, type RenderReview } from './answer.ts';
import type { Audit } from './audit.ts';
import type { Authenticate } from './authenticate.ts';
import type { Decision } from './decision.ts';
import type { AuthenticatorMetrics } from './metrics.ts';
import { readTokenReview } from './review.ts';
import type { ReviewReading } from './token-review.ts';

export interface RouteDeps {
  readonly readBody: ReadBody;
  readonly authenticate: Authenticate;
  /** Characters that a token may have. */
  readonly maxTokenLength: number;
  /** Ours; empty: no audience is looked at or told. */
  readonly audiences: ReadonlySet<string>;
  /** Status codes as the Go program's. */
  readonly compatStatusCodes: boolean;
  /** Who may ask; absent: everybody who comes this far. */
  readonly mayCall?: ((request: IncomingMessage) => boolean) | undefined;
  readonly metrics: Pick<AuthenticatorMetrics, 'request' | 'cacheHit'>;
  readonly audit: Audit;
  /** Monotonic, ms. */
  readonly monotonic: () => number;
}

/** A token of 16 KiB, audiences, and what stands around them. */
const BODY_LIMIT = 65_536;
/** What there is for all but the token where longer ones are allowed. */
const AROUND_TOKEN = 49_152;
const TEXT = 'text/plain; charset=utf-8';

/** Answers `POST /authenticate`: a TokenReview in, a TokenReview out. */
export function createAuthenticateHandler(deps: RouteDeps): DirectHandler {
  const { maxTokenLength, compatStatusCodes } = deps;
  // Of a review that waits for STS its token is left: a login must not go because others have sent much around theirs.
  const limits = { limit: Math.max(BODY_LIMIT, maxTokenLength + AROUND_TOKEN), kept: maxTokenLength };
  const answering: AnswerDeps = {
    ...deps,
    limits,
    render: createRenderReview(compatStatusCodes),
    refusedBodies: describeRefusedBodies(limits.limit),
  };
  return (request, response) => {
    new Exchange(response, answering).begin(request);
  };
}

interface AnswerDeps extends RouteDeps {
  readonly limits: BodyLimits;
  readonly render: RenderReview;
  readonly refusedBodies: ReturnType<typeof describeRefusedBodies>;
}

/** One request until its answer. While that waits it knows nothing of the body: many wait, and bodies are large. */
class Exchange {
  readonly #response: ServerResponse;
  readonly #deps: AnswerDeps;
  readonly #start: number;

  constructor(response: ServerResponse, deps: AnswerDeps) {
    this.#response = response;
    this.#deps = deps;
    this.#start = deps.monotonic();
  }

  begin(request: IncomingMessage): void {
    const { readBody, limits } = this.#deps;
    const refused = checkRequest(request, this.#deps);
    if (refused !== undefined) this.#refuse(refused);
    else readBody(request, this.#response, limits, (reading) => this.#take(reading));
  }

  #take(reading: BodyReading): void {
    if (reading.kind === 'aborted') return;
    const review =
      reading.kind === 'body' ? readTokenReview(reading.body) : this.#deps.refusedBodies[reading.kind];
    if ('status' in review) this.#refuse(review);
    else if (review.kind === 'unreadable') this.#refuse({ status: 400, text: `the body: ${review.problem}` });
    else this.#decide(review);
  }

  #decide(review: AnsweredReview): void {
    const asked = { apiVersion: review.apiVersion, audiences: findAudiences(review, this.#deps) };
    const decision = decide(review, asked.audiences, this.#deps);
    // At once where nothing waits: no promise on the way of a token whose word is at hand.
    if (decision instanceof Promise) void decision.then((late) => this.#answer(asked, late));
    else this.#answer(asked, decision);
  }

  #answer({ apiVersion, audiences }: Asked, decision: Decision): void {
    const { render, metrics, audit } = this.#deps;
    const { reason, user, source } = decision;
    const { status, headers, text } = render(apiVersion, { reason, user, audiences });
    // ASCII: its length is its size, and latin1 is the encoding that only copies.
    this.#response.writeHead(status, headers).end(text, 'latin1');
    const milliseconds = this.#deps.monotonic() - this.#start;
    metrics.request(reason, milliseconds / 1_000);
    if (source === 'cache') metrics.cacheHit();
    audit(decision, milliseconds);
  }

  #refuse(refusal: Refusal): void {
    const { metrics, monotonic } = this.#deps;
    refuseRequest(this.#response, refusal);
    metrics.request('review-malformed', (monotonic() - this.#start) / 1_000);
  }
}

type AnsweredReview = Exclude<ReviewReading, { kind: 'unreadable' }>;

/** What an answer has to know of what was asked. */
interface Asked extends Pick<AnsweredReview, 'apiVersion'> {
  /** Those of the caller's that are ours. */
  readonly audiences: readonly string[];
}

function decide(
  review: AnsweredReview,
  fitting: readonly string[],
  { audiences, authenticate }: RouteDeps,
): Decision | Promise<Decision> {
  if (review.kind === 'malformed') return { reason: 'review-malformed', detail: review.problem };
  const isForUs = fitting.length > 0 || review.audiences.length === 0 || audiences.size === 0;
  if (!isForUs) return { reason: 'audience-not-allowed' };
  try {
    const decision = authenticate(review.token);
    return decision instanceof Promise ? decision.catch(toFault) : decision;
  } catch (error) {
    return toFault(error);
  }
}

/** Of an error only its name: a message could quote what it failed on. */
function toFault(error: unknown): Decision {
  return { reason: 'internal-error', detail: error instanceof Error ? error.name : typeof error };
}

const NONE: readonly string[] = [];

function findAudiences(review: AnsweredReview, { audiences }: RouteDeps): readonly string[] {
  if (review.kind !== 'review' || audiences.size === 0) return NONE;
  return review.audiences.filter((audience) => audiences.has(audience));
}

interface Refusal {
  readonly status: number;
  readonly text: string;
}

function describeRefusedBodies(
  limit: number,
): Readonly<Record<Exclude<BodyReading['kind'], 'body' | 'aborted'>, Refusal>> {
  return {
    'too-large': { status: 413, text: `the body is larger than ${limit} bytes` },
    'no-room': { status: 503, text: 'too many large bodies at once' },
  };
}

function checkRequest(request: IncomingMessage, { mayCall }: RouteDeps): Refusal | undefined {
  if (mayCall !== undefined && !mayCall(request)) {
    return { status: 401, text: 'show an allowed client certificate' };
  }
  if (request.method !== 'POST') return { status: 405, text: 'expected POST' };
  const encoding = findHeader(request, 'content-encoding');
  return encoding === undefined ? undefined : { status: 415, text: 'send the body without Content-Encoding' };
}

function refuseRequest(response: ServerResponse, { status, text }: Refusal): void {
  if (status === 405) response.setHeader('allow', 'POST');
  const line = `${text}\n`;
  response.writeHead(status, { 'content-type': TEXT, 'content-length': line.length }).end(line, 'latin1');
}
