import { type Spread, toSpread } from '../statistics.ts';

/** What one verification costs, in two ways to count. */
export interface Rate {
  /** Per second of the clock, several under way at once: what one process does. */
  readonly perProcess: number;
  /** Per second of processor time, of all threads: what one core does. */
  readonly perCore: number;
}

/** As many as a busy server has under way. */
const AT_ONCE = 32;

/** Does it over and over for some seconds. @param once throws where it came out wrong */
export async function measureBurst(once: () => Promise<void>, seconds: number): Promise<Rate> {
  const batch = Array.from({ length: AT_ONCE });
  const cpu = process.cpuUsage();
  const start = performance.now();
  let count = 0;
  while (performance.now() - start < seconds * 1000) {
    await Promise.all(batch.map(once));
    count += AT_ONCE;
  }
  const elapsed = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { perProcess: count / elapsed, perCore: (count / (user + system)) * 1e6 };
}

export interface RateSpread {
  readonly perProcess: Spread;
  readonly perCore: Spread;
}

export function toRateSpread(rates: readonly Rate[]): RateSpread {
  return {
    perProcess: toSpread(rates.map(({ perProcess }) => perProcess)),
    perCore: toSpread(rates.map(({ perCore }) => perCore)),
  };
}
