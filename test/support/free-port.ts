import { randomInt } from 'node:crypto';
import { findFreePorts as find } from '../../src/local-cluster/loopback.ts';

const LOWEST_PORT = 20_000;
/** Each worker of the test runner has a range of its own, and no two workers of a run the same. */
const RANGES = 10;
const PORTS_EACH = 1_000;

const range = (process.ppid + Number(process.env['VITEST_POOL_ID'] ?? 0)) % RANGES;
let next = randomInt(PORTS_EACH);

/** One after the other: at random, two programs that start together would get the same one now and then. */
function pickNext(): number {
  next = (next + 1) % PORTS_EACH;
  return LOWEST_PORT + range * PORTS_EACH + next;
}

/**
 * Loopback ports that nothing listens on, and that nobody else in this process is told of: each has to be free until the
 * program listens that is told of it, and between two lives of a server.
 */
export function findFreePorts(count: number): Promise<number[]> {
  return find(count, pickNext);
}

/** One of them. */
export async function findFreePort(): Promise<number> {
  const [port = 0] = await findFreePorts(1);
  return port;
}
