import type { Clock } from '../../base/clock.ts';
import type { Gate } from './gate.ts';

/** Sees to it that calls which wait are refused in time: one timer for all, and none where nobody waits. */
export function createGateWatch(
  gate: Pick<Gate, 'expire'>,
  clock: Pick<Clock, 'delay'>,
): { readonly watch: () => void; readonly stop: () => void } {
  const stopped = new AbortController();
  let watching = false;
  const turn = async (): Promise<void> => {
    for (;;) {
      const next = stopped.signal.aborted ? undefined : gate.expire();
      if (next === undefined) break;
      await clock.delay(Math.max(1, next), stopped.signal);
    }
    watching = false;
  };
  return {
    watch() {
      if (watching) return;
      watching = true;
      void turn();
    },
    stop: () => stopped.abort(),
  };
}
