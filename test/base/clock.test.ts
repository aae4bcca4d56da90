import { describe, expect, test } from 'vitest';
import { createSystemClock } from '../../src/base/clock.ts';

describe('the system clock', () => {
  const clock = createSystemClock();

  test('tells the time', () => {
    expect(Math.abs(clock.now() - Date.now())).toBeLessThan(1000);
  });

  test('waits', async () => {
    const begun = performance.now();
    await clock.delay(5, new AbortController().signal);
    expect(performance.now() - begun).toBeGreaterThanOrEqual(4);
  });

  test('ends a wait, without an error, when it is called off', async () => {
    const controller = new AbortController();
    const wait = clock.delay(3_600_000, controller.signal);
    controller.abort();
    await wait;
    await clock.delay(3_600_000, controller.signal);
  });
});
