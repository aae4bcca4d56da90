import { createFakeClock, type FakeClock } from '../fake-clock.ts';

/** A clock that stands still at this moment, to be moved on by the test. */
export function createClock(): FakeClock {
  const clock = createFakeClock();
  clock.advance(Date.now() - clock.now());
  return clock;
}
