import { setTimeout as sleep } from 'node:timers/promises';

/** Waits for what real sockets and processes are about to do; fails after twenty seconds, before the test itself does. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  for (const deadline = performance.now() + 20_000; !condition(); await sleep(1)) {
    if (performance.now() > deadline) throw new Error(`waited in vain until ${what}`);
  }
}
