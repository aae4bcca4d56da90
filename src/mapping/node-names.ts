import type { Clock } from '../base/clock.ts';
import { createResultCache } from '../base/result-cache.ts';
import { createInstanceQueue, type InstanceQueueOptions } from './instance-queue.ts';

export type NodeNamesDeps = Pick<InstanceQueueOptions, 'describe' | 'clock' | 'rate'>;

/** Private DNS names of EC2 instances, kept, and asked for in as few calls as possible. */
export interface NodeNames {
  /** @throws Error in one sentence where there is none, or none within five seconds */
  find(instanceId: string): Promise<string>;
}

/** Instances that are waited for at one time. */
const MOST_WAITING = 8_000;
const PATIENCE = 5_000;
/** A name stays with its instance; whoever uses the name of one that ended needs its role all the same. */
const KEEPS = { found: 15 * 60_000, unknown: 5_000, most: 10_000 } as const;

type Answer = { readonly name: string } | { readonly problem: string };

/** Nothing is asked before a name is wanted. */
export function createNodeNames(deps: NodeNamesDeps): NodeNames {
  const { clock } = deps;
  const cache = createResultCache<Answer>(KEEPS.found, KEEPS.most);
  const waiting = new Map<string, PromiseWithResolvers<string>>();
  const push = createInstanceQueue({
    ...deps,
    patience: PATIENCE,
    told(id, name) {
      const answer = name ? { name } : { problem: `EC2 knows no private DNS name of instance ${id}` };
      cache.set(id, answer, clock.now(), toEnd(answer, clock.now()));
      settle(id, answer);
    },
    failed: (id, problem) => settle(id, { problem: `EC2 did not tell the private DNS name: ${problem}` }),
  });

  function settle(id: string, answer: Answer): void {
    const waiter = waiting.get(id);
    waiting.delete(id);
    if ('name' in answer) waiter?.resolve(answer.name);
    else waiter?.reject(new Error(answer.problem));
  }

  function enqueue(id: string): Promise<string> {
    if (waiting.size >= MOST_WAITING) return Promise.reject(new Error('too many instances are waited for'));
    const waiter = Promise.withResolvers<string>();
    // Whoever waits may have gone.
    waiter.promise.catch(() => {});
    waiting.set(id, waiter);
    push(id);
    return waiter.promise;
  }

  return {
    async find(id) {
      const known = cache.get(id, clock.now());
      if (known === undefined) return await inTime(clock, waiting.get(id)?.promise ?? enqueue(id));
      if ('name' in known) return known.name;
      throw new Error(known.problem);
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
