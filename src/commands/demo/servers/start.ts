import { get } from 'node:http';
import { Registry } from 'prom-client';
import { createSystemClock } from '../../../base/clock.ts';
import type { Part } from '../../../http/lifecycle.ts';
import type { FlagTable } from '../../../settings/pflag.ts';
import { readCommandLine } from '../../flag-command.ts';
import type { ServerDescriptor, ServerSettings } from '../../server/descriptor.ts';
import { createServerProcess } from '../../server/process.ts';
import { readVersion } from '../../version.ts';
import type { MemoryLog } from './memory-log.ts';

/** ms between two looks at /readyz, and how long to look. */
const LOOK_INTERVAL = 20;
const PATIENCE = 15_000;

/**
 * Starts a server in this process as its command does, from the flags that a user would give, and returns when it is
 * ready.
 * @returns how to stop it
 * @throws Error where it cannot start, or is not ready in time; nothing stays behind then
 */
export async function startServer<Flags extends FlagTable, Settings extends ServerSettings>(
  descriptor: ServerDescriptor<Flags, Settings>,
  flags: readonly string[],
  log: MemoryLog<unknown>,
): Promise<() => Promise<void>> {
  const { name } = descriptor;
  const settings = readSettings(descriptor, flags);
  const { metricsPort, host, opsHost = host } = settings.listen;
  const { stages } = await createServerProcess([{ descriptor, settings }], {
    log,
    registry: new Registry(),
    clock: createSystemClock(),
    version: await readVersion(),
    ops: { host: opsHost, port: metricsPort },
  });
  const started: Part[] = [];
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  try {
    for (const part of stages.flat()) {
      await part.start();
      started.push(part);
    }
    if (await isSoonReady(`http://127.0.0.1:${metricsPort}/readyz`)) return stop;
    throw new Error(
      `the ${name} is not ready after ${PATIENCE / 1_000} s: ${log.lastProblem() ?? 'see /readyz'}`,
    );
  } catch (error) {
    await stop();
    throw error;
  }
}

function readSettings<Flags extends FlagTable, Settings extends ServerSettings>(
  descriptor: ServerDescriptor<Flags, Settings>,
  flags: readonly string[],
): Settings {
  const line = readCommandLine(descriptor, flags, {});
  if (line.kind === 'run') return line.settings;
  throw new Error(
    line.kind === 'problems' ? line.problems.join('; ') : `the ${descriptor.name} has nothing to run`,
  );
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
