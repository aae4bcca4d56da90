import { type DescribeInstances, UnknownInstanceError } from '../aws/ec2-instances.ts';
import type { Clock } from '../base/clock.ts';
import { toError } from '../base/errors.ts';
import { createRateLimit } from '../base/rate-limit.ts';
import { createResultCache } from '../base/result-cache.ts';

export interface NodeNamesDeps {
  /** For 1 to 100 ids. */
  readonly describe: DescribeInstances;
  readonly clock: Clock;
  /** Calls a second, and at once. */
  readonly rate: { readonly perSecond: number; readonly burst: number };
}

/** Private DNS names of EC2 instances, asked for in as few calls as possible. */
export interface NodeNames {
  /** @throws Error in one sentence where there is none, or none within five seconds */
  find(instanceId: string): Promise<string>;
}

/** ids of one call; the Go program's number. */
const BATCH = 100;
/** Calls at one time; what comes meanwhile goes with the next. */
const CALLS = 5;
/** Instances that are waited for at one time. */
const MOST_WAITING = 8_000;
const PATIENCE = 5_000;
/** A name stays with its instance; whoever uses the name of one that ended needs its role all the same. */
const KEEPS = { found: 15 * 60_000, unknown: 5_000, most: 10_000 } as const;

type Answer = { readonly name: string } | { readonly problem: string };

export function createNodeNames({ describe, clock, rate }: NodeNamesDeps): NodeNames {
  const cache = createResultCache<Answer>(KEEPS.found, KEEPS.most);
  const waiting = new Map<string, PromiseWithResolvers<string>>();
  const limit = createRateLimit(rate);
  let queue: string[] = [];
  let calls = 0;

  function settle(id: string, answer: Answer): void {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if ('name' in answer) waiter?.resolve(answer.name);
    else waiter?.reject(new Error(answer.problem));
  }

  function learn(id: string, name: string | undefined): void {
    const answer = name ? { name } : { problem: `EC2 knows no private DNS name of instance ${id}` };
    cache.set(id, answer, clock.now(), toEnd(answer, clock.now()));
    settle(id, answer);
  }

  async function ask(ids: readonly string[]): Promise<void> {
    try {
      await takePlace();
      const names = await describe(ids);
      for (const id of ids) learn(id, names.get(id));
    } catch (error) {
      if (error instanceof UnknownInstanceError) await askWithout(error.ids, ids);
      else giveUp(ids, `EC2 did not tell the private DNS name: ${toError(error).message}`);
    }
  }

  /** Those that EC2 named would cost a call for each half of a half, while instances that are there wait. */
  async function askWithout(named: readonly string[], ids: readonly string[]): Promise<void> {
    const others = ids.filter((id) => !named.includes(id));
    if (others.length === ids.length) return await askApart(ids);
    for (const id of ids) if (named.includes(id)) learn(id, undefined);
    if (others.length > 0) await ask(others);
  }

  /** One id that EC2 does not know fails its whole call: halves are asked, until it stands alone. */
  async function askApart(ids: readonly string[]): Promise<void> {
    const [only, ...others] = ids;
    if (only !== undefined && others.length === 0) return learn(only, undefined);
    const middle = Math.ceil(ids.length / 2);
    await Promise.all([ask(ids.slice(0, middle)), ask(ids.slice(middle))]);
  }

  function giveUp(ids: readonly string[], problem: string): void {
    for (const id of ids) settle(id, { problem });
  }

  async function takePlace(): Promise<void> {
    const wait = limit.reserve(clock.now(), PATIENCE);
    if (wait === undefined) throw new Error('too many calls are waiting');
    if (wait > 0) await clock.delay(wait, new AbortController().signal);
  }

  function pump(): void {
    while (calls < CALLS && queue.length > 0) {
      const ids = queue.slice(0, BATCH);
      queue = queue.slice(BATCH);
      calls += 1;
      void ask(ids).finally(() => {
        calls -= 1;
        pump();
      });
    }
  }

  function enqueue(id: string): Promise<string> {
    if (waiting.size >= MOST_WAITING) return Promise.reject(new Error('too many instances are waited for'));
    const waiter = Promise.withResolvers<string>();
    // Whoever waits may have gone.
    waiter.promise.catch(() => {});
    waiting.set(id, waiter);
    queue.push(id);
    pump();
    return waiter.promise;
  }

  return {
    async find(id) {
      const known = cache.get(id, clock.now());
      if (known !== undefined) {
        if ('name' in known) return known.name;
        throw new Error(known.problem);
      }
      return await inTime(clock, waiting.get(id)?.promise ?? enqueue(id));
    },
  };
}

/** Until when an answer that came now is kept. */
function toEnd(answer: Answer, now: number): number {
  return now + ('name' in answer ? KEEPS.found : KEEPS.unknown);
}

async function inTime<T>(clock: Clock, work: Promise<T>): Promise<T> {
  const done = new AbortController();
  const late = clock.delay(PATIENCE, done.signal).then(() => {
    if (!done.signal.aborted)
      throw new Error(`EC2 did not tell the private DNS name within ${PATIENCE / 1_000} s`);
    return work;
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    done.abort();
    late.catch(() => {});
  }
}
