import { type DescribeInstances, UnknownInstanceError } from '../aws/ec2-instances.ts';
import type { Clock } from '../base/clock.ts';
import { toError } from '../base/errors.ts';
import { createRateLimit } from '../base/rate-limit.ts';

export interface InstanceQueueOptions {
  /** For 1 to 100 ids. */
  readonly describe: DescribeInstances;
  readonly clock: Clock;
  /** Calls a second, and at once. */
  readonly rate: { readonly perSecond: number; readonly burst: number };
  /** ms that a call may wait for its turn */
  readonly patience: number;
  /** What EC2 says of one; undefined: it knows no name. */
  readonly told: (id: string, name: string | undefined) => void;
  /** Why EC2 was not to be asked. Each id comes to this or the other, once. */
  readonly failed: (id: string, problem: string) => void;
}

/** ids of one call; the Go program's number. */
const BATCH = 100;
/** Calls at one time; what comes meanwhile goes with the next. */
const CALLS = 5;

/** Asks EC2 about instances in as few calls as possible. @returns takes one more */
export function createInstanceQueue(options: InstanceQueueOptions): (id: string) => void {
  const { describe, clock, rate, patience, told, failed } = options;
  const limit = createRateLimit(rate);
  let queue: string[] = [];
  let calls = 0;

  async function ask(ids: readonly string[]): Promise<void> {
    try {
      await takePlace();
      const names = await describe(ids);
      for (const id of ids) told(id, names.get(id));
    } catch (error) {
      if (error instanceof UnknownInstanceError) return await askWithout(error.ids, ids);
      for (const id of ids) failed(id, toError(error).message);
    }
  }

  /** Those that EC2 named would cost a call for each half of a half, while instances that are there wait. */
  async function askWithout(named: readonly string[], ids: readonly string[]): Promise<void> {
    const others = ids.filter((id) => !named.includes(id));
    if (others.length === ids.length) return await askApart(ids);
    for (const id of ids) if (named.includes(id)) told(id, undefined);
    if (others.length > 0) await ask(others);
  }

  /** One id that EC2 does not know fails its whole call: halves are asked, until it stands alone. */
  async function askApart(ids: readonly string[]): Promise<void> {
    const [only, ...others] = ids;
    if (only !== undefined && others.length === 0) return told(only, undefined);
    const middle = Math.ceil(ids.length / 2);
    await Promise.all([ask(ids.slice(0, middle)), ask(ids.slice(middle))]);
  }

  async function takePlace(): Promise<void> {
    const wait = limit.reserve(clock.now(), patience);
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

  return (id) => {
    queue.push(id);
    pump();
  };
}
