import { Registry } from 'prom-client';
import { createSystemClock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import { runUntilSignal, type SignalSource, untilSignal } from '../../http/lifecycle.ts';
import { createLog } from '../../http/log.ts';
import { toFailureCode } from '../diagnostics.ts';
import type { ExitCode } from '../surroundings.ts';
import { readVersion } from '../version.ts';
import { createServerProcess, type PlannedServer } from './process.ts';

/** Runs a server until a signal ends it. */
export async function runServer(planned: PlannedServer, signals: SignalSource): Promise<ExitCode> {
  const { listen, shutdownDelay, verbosity, remarks } = planned.settings;
  const name = `iam-bridge ${planned.descriptor.name}`;
  const log = createLog(verbosity);
  const version = await readVersion();
  const { remarks: _, ...printable } = planned.settings;
  log.info({ version, node: process.version, settings: printable }, `${name} starts`);
  for (const remark of remarks) log.warn({}, remark);
  try {
    const creation = createServerProcess([planned], {
      log,
      registry: new Registry(),
      clock: createSystemClock(),
      version,
      ops: { host: listen.opsHost ?? listen.host, port: listen.metricsPort },
    });
    const made = await untilSignal(creation, signals);
    if (made === 'signal') {
      creation.catch(() => {});
      log.info({}, `${name} stopped before it had started`);
      return 0;
    }
    const { parts, beginDrain } = made;
    const shutdown = {
      delay: shutdownDelay,
      beginDrain() {
        log.info({ delayMs: shutdownDelay }, 'draining: unready, connections are still taken');
        beginDrain();
      },
    };
    await runUntilSignal(parts, shutdown, signals);
    log.info({}, `${name} stopped`);
    return 0;
  } catch (error) {
    log.error({ problem: toError(error).message }, `${name} cannot run`);
    return toFailureCode(error);
  }
}
