import type { IncomingMessage, ServerResponse } from 'node:http';
import type { BodyReading, ReadBody } from '../http/body.ts';
import type { DirectHandler } from '../http/routing.ts';
import { createRenderReview, type RenderReview, toStatusCode } from './answer.ts';
import type { Audit } from './audit.ts';
import type { Authenticate } from './authenticate.ts';
import type { Decision } from './decision.ts';
import type { AuthenticatorMetrics } from './metrics.ts';
import { type ReviewReading, readTokenReview } from './review.ts';

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
  const answering = { ...deps, render: createRenderReview() };
  // Of a review that waits for STS its token is left: a login must not go because others have sent much around theirs.
  const { maxTokenLength: kept } = deps;
  const limits = { limit: Math.max(BODY_LIMIT, kept + AROUND_TOKEN), kept };
  const refusedBodies = describeRefusedBodies(limits.limit);
  return (request, response) => {
    const start = deps.monotonic();
    const since = (): number => deps.monotonic() - start;
    const refuse = (refusal: Refusal): void => {
      refuseRequest(response, refusal);
      deps.metrics.request('review-malformed', since() / 1_000);
    };
    const conclude = (review: AnsweredReview, decision: Decision): void => {
      answerReview(response, review, decision, answering);
      const milliseconds = since();
      deps.metrics.request(decision.reason, milliseconds / 1_000);
      if (decision.source === 'cache') deps.metrics.cacheHit();
      deps.audit(decision, milliseconds);
    };
    const refused = checkRequest(request, deps);
    if (refused !== undefined) return refuse(refused);
    deps.readBody(request, response, limits, (reading) => {
      if (reading.kind === 'aborted') return;
      const review = reading.kind === 'body' ? readTokenReview(reading.body) : refusedBodies[reading.kind];
      if ('status' in review) return refuse(review);
      if (review.kind === 'unreadable') return refuse({ status: 400, text: `the body: ${review.problem}` });
      void whenDecided(decide(review, deps), (decision) => conclude(review, decision));
    });
  };
}

/** At once where nothing waits: no promise on the way of a token whose word is at hand. */
function whenDecided(decision: Decision | Promise<Decision>, done: (decision: Decision) => void): unknown {
  return decision instanceof Promise ? decision.then(done) : done(decision);
}

type AnsweredReview = Exclude<ReviewReading, { kind: 'unreadable' }>;

function decide(review: AnsweredReview, deps: RouteDeps): Decision | Promise<Decision> {
  if (review.kind === 'malformed') return { reason: 'review-malformed', detail: review.problem };
  const isForUs = review.audiences.length === 0 || deps.audiences.size === 0;
  if (!isForUs && findAudiences(review, deps).length === 0) return { reason: 'audience-not-allowed' };
  const toFault = (error: unknown): Decision => ({
    reason: 'internal-error',
    // Of an error only its name: a message could quote what it failed on.
    detail: error instanceof Error ? error.name : typeof error,
  });
  try {
    const decision = deps.authenticate(review.token);
    return decision instanceof Promise ? decision.catch(toFault) : decision;
  } catch (error) {
    return toFault(error);
  }
}

function findAudiences(
  review: AnsweredReview,
  { audiences }: Pick<RouteDeps, 'audiences'>,
): readonly string[] {
  return review.kind === 'review' ? review.audiences.filter((audience) => audiences.has(audience)) : [];
}

type AnswerDeps = Pick<RouteDeps, 'audiences' | 'compatStatusCodes'> & { readonly render: RenderReview };

function answerReview(
  response: ServerResponse,
  review: AnsweredReview,
  { reason, user }: Decision,
  deps: AnswerDeps,
): void {
  const audiences = findAudiences(review, deps);
  const text = deps.render(review.apiVersion, { reason, user, audiences });
  // ASCII: its length is its size, and latin1 is the encoding that only copies.
  response
    .writeHead(toStatusCode(reason, deps.compatStatusCodes), {
      'content-type': 'application/json',
      'content-length': text.length,
    })
    .end(text, 'latin1');
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
  const encoding = request.headers['content-encoding'];
  return encoding === undefined ? undefined : { status: 415, text: 'send the body without Content-Encoding' };
}

function refuseRequest(response: ServerResponse, { status, text }: Refusal): void {
  if (status === 405) response.setHeader('allow', 'POST');
  const line = `${text}\n`;
  response.writeHead(status, { 'content-type': TEXT, 'content-length': line.length }).end(line, 'latin1');
}
