import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds after which the last failure is thrown; 30 s where absent. */
  readonly timeout?: number;
  /** Milliseconds between two attempts; 50 where absent. */
  readonly interval?: number;
}

/**
 * Calls `attempt` until it no longer throws, and returns what it returned. Real processes have no fake clock: this is
 * the one place where the harness waits, always for a condition and never longer than it says.
 */
export async function eventually<T>(attempt: () => T | Promise<T>, patience: Patience = {}): Promise<T> {
  const { timeout = 30_000, interval = 50 } = patience;
  const deadline = performance.now() + timeout;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (performance.now() >= deadline) throw error;
      await sleep(interval);
    }
  }
}
