import { Registry } from 'prom-client';
import { createSystemClock } from '../../../src/base/clock.ts';
import {
  createServerProcess,
  type PlannedServer,
  type ServerProcess,
} from '../../../src/commands/server/process.ts';
import type { Log } from '../../../src/http/log.ts';

export interface ProcessOptions {
  readonly log: Log;
  readonly registry?: Registry;
}

/** Makes a server as its command does; what it logs and counts is the test's to read. */
export async function createParts(
  planned: PlannedServer,
  { log, registry = new Registry() }: ProcessOptions,
): Promise<ServerProcess> {
  const { host, opsHost = host, metricsPort, opsOptional = false } = planned.settings.listen;
  return await createServerProcess([planned], {
    log,
    registry,
    clock: createSystemClock(),
    version: '0.0.0',
    ops: { host: opsHost, port: metricsPort, isOptional: opsOptional },
  });
}
