import type { KubeClient } from './kube-client.ts';
import type { Pod } from './objects.ts';

export interface LoadOptions {
  readonly client: KubeClient;
  /** The n-th pod. */
  readonly toPod: (n: number) => Pod;
  /** What is wrong with a pod that was created; undefined for nothing. */
  readonly findFault: (pod: Pod) => string | undefined;
  /** How many creates are under way at once; 4 where absent. */
  readonly workers?: number;
  /** After this many creates the load ends by itself; 4000 where absent. */
  readonly limit?: number;
}

/** A stream of pods, from `startLoad` until `stop`, bounded in number. */
export interface Load {
  /** How many creates have been answered. */
  count(): number;
  /** Waits until `more` further creates have been answered, or the load has reached its limit. */
  passed(more: number): Promise<void>;
  /** Lets what is under way finish, and tells what went wrong. */
  stop(): Promise<LoadResult>;
}

export interface LoadResult {
  readonly creates: number;
  /** What the API server refused, and what it stored wrongly; the first twenty. */
  readonly faults: readonly string[];
}

/** Starts to create pods, for real and as fast as the workers get answers. */
export function startLoad({ client, toPod, findFault, workers = 4, limit = 4_000 }: LoadOptions): Load {
  const faults: string[] = [];
  const waiters = new Set<() => void>();
  let begun = 0;
  let answered = 0;
  let stopped = false;

  async function work(): Promise<void> {
    while (!stopped && begun < limit) {
      const fault = await createOne(begun++);
      if (fault !== undefined && faults.length < 20) faults.push(fault);
      answered++;
      for (const wake of waiters) wake();
    }
  }

  async function createOne(n: number): Promise<string | undefined> {
    try {
      const { object } = await client.create(toPod(n));
      return findFault(object);
    } catch (error) {
      return String(error);
    }
  }

  const running = Promise.all(Array.from({ length: workers }, work));
  return {
    count: () => answered,
    passed: (more) => {
      const goal = Math.min(answered + more, limit);
      return new Promise((resolve) => {
        const check = () => {
          if (answered < goal) return;
          waiters.delete(check);
          resolve();
        };
        waiters.add(check);
        check();
      });
    },
    stop: async () => {
      stopped = true;
      await running;
      return { creates: answered, faults };
    },
  };
}
