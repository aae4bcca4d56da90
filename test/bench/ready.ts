import type { Child } from '../support/child.ts';

/** Waits until a program has written `ready`. @throws Error with the last lines of one that does not */
export async function untilReady(child: Child): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!child.readLog().includes('ready')) {
    if (!child.isRunning() || performance.now() > deadline)
      throw new Error(`${child.name} did not start\n${child.readLogTail()}`);
    await pause(20);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
