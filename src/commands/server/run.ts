import { Registry } from 'prom-client';
import { createSystemClock } from '../../base/clock.ts';
import { toError } from '../../base/errors.ts';
import { runUntilSignal, type SignalSource, untilSignal } from '../../http/lifecycle.ts';
import { createLog, type Log } from '../../http/log.ts';
import { toFailureCode } from '../diagnostics.ts';
import type { ExitCode } from '../surroundings.ts';
import { readVersion } from '../version.ts';
import { createServerProcess, type OpsAddress, type PlannedServer } from './process.ts';

/** A process of one server or several. */
export interface ProcessPlan {
  /** Behind `iam-bridge`. */
  readonly name: string;
  readonly servers: readonly PlannedServer[];
  readonly ops: OpsAddress;
  /** ms */
  readonly shutdownDelay: number;
}

/** Runs a server until a signal ends it. */
export async function runServer(planned: PlannedServer, signals: SignalSource): Promise<ExitCode> {
  const { listen, shutdownDelay } = planned.settings;
  const ops = {
    host: listen.opsHost ?? listen.host,
    port: listen.metricsPort,
    isOptional: listen.opsOptional === true,
  };
  return await runServers({ name: planned.descriptor.name, servers: [planned], ops, shutdownDelay }, signals);
}

/** Runs servers until a signal ends them. */
export async function runServers(plan: ProcessPlan, signals: SignalSource): Promise<ExitCode> {
  const { servers, ops, shutdownDelay } = plan;
  const name = `iam-bridge ${plan.name}`;
  const log = createLog(Math.max(...servers.map(({ settings }) => settings.verbosity)));
  const version = await readVersion();
  logStart(plan, { version, log });
  try {
    const creation = createServerProcess(servers, {
      log,
      registry: new Registry(),
      clock: createSystemClock(),
      version,
      ops,
    });
    const made = await untilSignal(creation, signals);
    if (made === 'signal') {
      creation.catch(() => {});
      log.info({}, `${name} stopped before it had started`);
      return 0;
    }
    const { stages, beginDrain } = made;
    const shutdown = {
      delay: shutdownDelay,
      beginDrain() {
        log.info({ delayMs: shutdownDelay }, 'draining: unready, connections are still taken');
        beginDrain();
      },
    };
    await runUntilSignal(stages, shutdown, signals);
    log.info({}, `${name} stopped`);
    return 0;
  } catch (error) {
    log.error({ problem: toError(error).message }, `${name} cannot run`);
    return toFailureCode(error);
  }
}

interface StartLine {
  readonly version: string;
  readonly log: Log;
}

function logStart({ name, servers }: ProcessPlan, { version, log }: StartLine): void {
  for (const { descriptor, settings } of servers) {
    const { remarks, ...printable } = settings;
    const label = servers.length > 1 ? { server: descriptor.name } : {};
    log.info({ ...label, version, node: process.version, settings: printable }, `iam-bridge ${name} starts`);
    for (const remark of remarks) log.warn(label, remark);
  }
}
