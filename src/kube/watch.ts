import type { Clock } from '../base/clock.ts';
import { describeError, toError } from '../base/errors.ts';
import type { ApiStream, KubeApi } from './api.ts';
import { ApiStatusError, toStatusError } from './errors.ts';
import type { TellFlaw } from './objects.ts';
import { parseWatchEvent, type WatchEvent } from './watch-events.ts';
import { createLineSplitter } from './watch-lines.ts';

const MAX_LINE_BYTES = 2 * 1024 * 1024;
const MAX_STATUS_BYTES = 64 * 1024;
/** Bookmarks come about once a minute; the first of a quiet watch was seen to take two. */
const SILENCE_MS = 150_000;

export interface WatchRequest {
  readonly api: KubeApi;
  /** Without a query, such as `/api/v1/serviceaccounts`. */
  readonly path: string;
  readonly fieldSelector?: string;
  /** Where to begin. */
  readonly resourceVersion: string;
  readonly accept: string;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
  readonly signal: AbortSignal;
  opened(): void;
  handle(change: WatchChange): void;
  readonly tell: TellFlaw;
}

/** An event that changes something or moves the resourceVersion. */
export type WatchChange = Exclude<WatchEvent, { kind: 'error' | 'garbage' }>;

/** Why a watch is over, and how long it was open (0: it never was). */
export type WatchEnd = WatchEndReason & { readonly openMs: number };

type WatchEndReason =
  | { readonly kind: 'eof' | 'silent' }
  | { readonly kind: 'cut'; readonly detail: string }
  /** The resourceVersion is too old (or not understood): only a list helps. */
  | { readonly kind: 'gone'; readonly detail: string }
  | { readonly kind: 'garbage'; readonly detail: string }
  /** An ERROR event. */
  | { readonly kind: 'error'; readonly error: Error }
  /** It never opened. */
  | { readonly kind: 'failed'; readonly error: Error };

/** Follows one watch to its end; never throws. */
export async function followWatch(request: WatchRequest): Promise<WatchEnd> {
  const attempt = new AbortController();
  const stop = (): void => attempt.abort(request.signal.reason);
  request.signal.addEventListener('abort', stop);
  if (request.signal.aborted) stop();
  const life = { openedAt: Number.NaN, lastByteAt: Number.NaN, silent: false };
  let reason: WatchEndReason;
  try {
    reason = await readWatch(request, attempt, life);
  } catch (error) {
    reason = toEndReason(error, life);
  } finally {
    request.signal.removeEventListener('abort', stop);
    attempt.abort();
  }
  return { ...reason, openMs: Number.isNaN(life.openedAt) ? 0 : request.clock.now() - life.openedAt };
}

interface WatchLife {
  /** NaN until the server agreed */
  openedAt: number;
  lastByteAt: number;
  silent: boolean;
}

function toEndReason(error: unknown, life: WatchLife): WatchEndReason {
  if (life.silent) return { kind: 'silent' };
  const opened = !Number.isNaN(life.openedAt);
  if (error instanceof ApiStatusError) {
    // 400 is what a server says that cannot read a resourceVersion of another store.
    if (error.status === 410 || error.status === 400) return { kind: 'gone', detail: error.message };
    return { kind: opened ? 'error' : 'failed', error };
  }
  return opened ? { kind: 'cut', detail: describeError(error) } : { kind: 'failed', error: toError(error) };
}

async function readWatch(
  request: WatchRequest,
  attempt: AbortController,
  life: WatchLife,
): Promise<WatchEndReason> {
  const { api, accept, clock, path } = request;
  const stream = await api.stream(toWatchUrl(request), { accept, signal: attempt.signal });
  life.lastByteAt = clock.now();
  void endWhenSilent(clock, attempt, stream, life);
  if (stream.status !== 200) throw await toRefusal(path, stream);
  life.openedAt = clock.now();
  request.opened();
  const lines = createLineSplitter(MAX_LINE_BYTES);
  for await (const chunk of stream.body) {
    life.lastByteAt = clock.now();
    const end = handleLines(request, lines.push(chunk));
    if (end !== undefined) return end;
    if (lines.oversized()) return { kind: 'garbage', detail: `a line over ${MAX_LINE_BYTES} bytes` };
  }
  return lines.unfinished() ? { kind: 'cut', detail: 'ended within a line' } : { kind: 'eof' };
}

function toWatchUrl({ path, fieldSelector, random, resourceVersion }: WatchRequest): string {
  const query = new URLSearchParams({
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion,
    // Spread out, so that many replicas do not come back in the same second.
    timeoutSeconds: String(300 + Math.floor(random() * 301)),
  });
  if (fieldSelector !== undefined) query.set('fieldSelector', fieldSelector);
  return `${path}?${query}`;
}

function handleLines(
  { path, tell, handle }: WatchRequest,
  lines: readonly string[],
): WatchEndReason | undefined {
  for (const line of lines) {
    const event = parseWatchEvent(line, tell);
    if (event.kind === 'garbage') return event;
    if (event.kind === 'error') throw new ApiStatusError(`watch ${path}: ${event.message}`, event.code);
    handle(event);
  }
  return undefined;
}

/** One sleeper per watch that looks at the last byte's time, rather than a timer moved with each chunk. */
async function endWhenSilent(
  clock: Clock,
  attempt: AbortController,
  stream: ApiStream,
  life: WatchLife,
): Promise<void> {
  while (!attempt.signal.aborted) {
    const now = clock.now();
    // A wall clock that was set back must not stretch the wait.
    life.lastByteAt = Math.min(life.lastByteAt, now);
    const left = life.lastByteAt + SILENCE_MS - now;
    if (left <= 0) {
      life.silent = true;
      attempt.abort();
      stream.body.destroy();
      return;
    }
    await clock.delay(left, attempt.signal);
  }
}

async function toRefusal(path: string, { status, body, retryAfterMs }: ApiStream): Promise<ApiStatusError> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_STATUS_BYTES) break;
  }
  return toStatusError(`watch ${path}`, status, Buffer.concat(chunks).toString('utf8'), retryAfterMs);
}
