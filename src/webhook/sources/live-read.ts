import type { Clock } from '../../base/clock.ts';
import { isServiceAccountName } from '../../base/names/account.ts';
import { createRateLimit, type RateLimit } from '../../base/rate-limit.ts';
import type { AccountFinding } from '../identity.ts';
import { createAnswerMemory } from './answer-memory.ts';
import {
  type LiveAnswer,
  type LiveAnswerDeps,
  type LiveReadResult,
  readAnswer,
  unread,
} from './live-answer.ts';

/** No single read takes longer, whatever the request's own deadline allows. ms */
const READ_TIMEOUT = 1_000;
/** A server that is just restarting answers again soon. ms */
const RETRY_PAUSE = 50;

export interface LiveReadDeps extends LiveAnswerDeps {
  readonly clock: Clock;
}

/** Asks the API server for one ServiceAccount that the watch has not brought yet. */
export interface LiveReader {
  /** @param patience ms; the answer comes by then, whatever happens */
  read(namespace: string, name: string, patience: number): Promise<AccountFinding>;
}

/** Reads are shared by all who ask for the same account, and limited to 100 a second with a burst of 200. */
export function createLiveReader(deps: LiveReadDeps): LiveReader {
  const limit = createRateLimit({ perSecond: 100, burst: 200 });
  const underWay = new Map<string, Promise<AccountFinding>>();
  const memory = createAnswerMemory({ now: deps.clock.now, resourceVersion: deps.resourceVersion });

  function readShared(key: string): Promise<AccountFinding> {
    const reading = readInTime(deps, limit, key).then((answer) => {
      underWay.delete(key);
      memory.keep(key, answer);
      return answer.finding;
    });
    underWay.set(key, reading);
    return reading;
  }

  return {
    async read(namespace, name, patience) {
      if (!isServiceAccountName({ namespace, name })) return { kind: 'unknown' };
      const key = `${namespace}/${name}`;
      const recent = memory.recall(key);
      if (recent !== undefined) return recent;
      return await withPatience(underWay.get(key) ?? readShared(key), patience, deps.clock);
    },
  };
}

async function withPatience(
  shared: Promise<AccountFinding>,
  patience: number,
  clock: Clock,
): Promise<AccountFinding> {
  const settled = new AbortController();
  const tooLate = clock
    .delay(patience, settled.signal)
    .then((): AccountFinding => ({ kind: 'unread', why: 'no answer in time' }));
  try {
    return await Promise.race([shared, tooLate]);
  } finally {
    settled.abort();
  }
}

async function readInTime(deps: LiveReadDeps, limit: RateLimit, key: string): Promise<LiveAnswer> {
  const deadline = new AbortController();
  const expiry = deps.clock.delay(READ_TIMEOUT, deadline.signal).then(() => deadline.abort());
  try {
    return await readWithRetries(deps, limit, key, deadline.signal);
  } finally {
    deadline.abort();
    await expiry;
  }
}

/** Every try takes a place of its own: an API server in trouble must not get more reads than one in health. */
async function readWithRetries(
  deps: LiveReadDeps,
  limit: RateLimit,
  key: string,
  signal: AbortSignal,
): Promise<LiveAnswer> {
  const end = deps.clock.now() + READ_TIMEOUT;
  let why: string | undefined;
  while (!signal.aborted) {
    const wait = limit.reserve(deps.clock.now(), end - deps.clock.now());
    if (wait === undefined) break;
    await waitUnlessZero(deps.clock, wait, signal);
    const answer = await readAnswer(deps, key, signal);
    if (answer.finding.kind !== 'unread') return answer;
    if (signal.aborted) break;
    why = answer.finding.why;
    if (isLasting(why)) break;
    await deps.clock.delay(RETRY_PAUSE, signal);
  }
  if (why !== undefined || signal.aborted) return giveUp(deps, 'failed', why ?? 'no answer in time');
  return giveUp(deps, 'throttled', 'too many reads at once');
}

/** A timer of 0 ms still costs a turn of the event loop, and nearly every read finds a place at once. */
async function waitUnlessZero(clock: Clock, wait: number, signal: AbortSignal): Promise<void> {
  if (wait > 0) await clock.delay(wait, signal);
}

/** A refusal by RBAC does not pass by waiting 50 ms; one by priority and fairness (429) may. */
function isLasting(why: string): boolean {
  return why.startsWith('HTTP 4') && why !== 'HTTP 429';
}

function giveUp(deps: LiveReadDeps, result: LiveReadResult, why: string): LiveAnswer {
  deps.count(result);
  return unread(why);
}
