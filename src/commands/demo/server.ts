import { get } from 'node:http';
import { createSystemClock } from '../../base/clock.ts';
import type { Part } from '../../http/lifecycle.ts';

/** ms between two looks at /readyz, and how long to look. */
const LOOK_INTERVAL = 20;
const PATIENCE = 15_000;

export interface ServerStart {
  /** `webhook`, `issuer` */
  readonly name: string;
  readonly parts: readonly Part[];
  /** Where /readyz is, on loopback. */
  readonly metricsPort: number;
  /** The last thing that went wrong, for a message. */
  readonly lastProblem: () => string | undefined;
}

/**
 * Starts what a server is made of, and returns when it is ready.
 * @returns how to stop it
 * @throws Error where it cannot start, or is not ready in time; nothing stays behind then
 */
export async function startServer({
  name,
  parts,
  metricsPort,
  lastProblem,
}: ServerStart): Promise<() => Promise<void>> {
  const started: Part[] = [];
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  try {
    for (const part of parts) {
      await part.start();
      started.push(part);
    }
    if (await isSoonReady(`http://127.0.0.1:${metricsPort}/readyz`)) return stop;
    throw new Error(
      `the ${name} is not ready after ${PATIENCE / 1_000} s: ${lastProblem() ?? 'see /readyz'}`,
    );
  } catch (error) {
    await stop();
    throw error;
  }
}

async function isSoonReady(url: string): Promise<boolean> {
  const clock = createSystemClock();
  const never = new AbortController().signal;
  const deadline = clock.now() + PATIENCE;
  while ((await readStatus(url)) !== 200) {
    if (clock.now() > deadline) return false;
    await clock.delay(LOOK_INTERVAL, never);
  }
  return true;
}

function readStatus(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, timeout: PATIENCE }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
