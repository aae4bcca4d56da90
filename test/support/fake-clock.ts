import type { Clock } from '../../src/base/clock.ts';

export interface FakeClock extends Clock {
  /** Moves on and wakes all sleepers whose time has come. */
  advance(ms: number): void;
  /** Sets the clock back, as NTP may; sleepers sleep on as long as before. */
  setBack(ms: number): void;
  /** What each sleeper has left, in ms, shortest first. */
  sleepers(): number[];
}

interface Sleeper {
  at: number;
  wake(): void;
}

export function createFakeClock(): FakeClock {
  let now = 1_700_000_000_000;
  const sleeping = new Set<Sleeper>();
  return {
    now: () => now,
    delay(ms, signal) {
      if (signal.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        const sleeper: Sleeper = {
          at: now + ms,
          wake() {
            sleeping.delete(sleeper);
            signal.removeEventListener('abort', sleeper.wake);
            resolve();
          },
        };
        sleeping.add(sleeper);
        signal.addEventListener('abort', sleeper.wake);
      });
    },
    advance(ms) {
      now += ms;
      for (const sleeper of sleeping) if (sleeper.at <= now) sleeper.wake();
    },
    setBack(ms) {
      now -= ms;
      for (const sleeper of sleeping) sleeper.at -= ms;
    },
    sleepers: () => [...sleeping].map(({ at }) => at - now).sort((a, b) => a - b),
  };
}
