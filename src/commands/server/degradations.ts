import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Part } from '../../http/lifecycle.ts';
import type { Log } from '../../http/log.ts';
import { findDegradation, type ReadyCheck } from '../../http/ops.ts';

/** A check of a server, and where what becomes of it is told. */
export interface ObservedCheck {
  /** Such as `webhook`; a label where several share the process. */
  readonly server: string;
  readonly check: ReadyCheck;
  readonly log: Log;
}

export interface DegradationDeps {
  readonly registry: Registry;
  readonly clock: Clock;
  readonly several: boolean;
}

/** How soon a change is logged; scrapes and probes look by themselves. ms */
const LOOK_INTERVAL = 2_000;

/** Tells by metric and log which checks are degraded: a line as it begins, and one as it ends. */
export function createDegradationPart(
  observed: readonly ObservedCheck[],
  { registry, clock, several }: DegradationDeps,
): Part {
  const fallible = observed.filter(({ check }) => check.degraded !== undefined);
  if (fallible.length > 0) registerGauge(registry, fallible, several);
  const looks = fallible.map(createLook);
  const ending = new AbortController();
  let running: Promise<void> | undefined;
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      for (const look of looks) look();
      await clock.delay(LOOK_INTERVAL, ending.signal);
    }
  };
  return {
    name: 'degradations',
    async start() {
      if (looks.length > 0) running = run();
    },
    async stop() {
      ending.abort();
      await running;
    },
  };
}

function createLook({ check, log }: ObservedCheck): () => void {
  let degraded = false;
  return () => {
    const problem = findDegradation(check);
    if (degraded === (problem !== undefined)) return;
    degraded = !degraded;
    if (degraded) log.error({ check: check.name, problem }, 'degraded: of use, and not as it should be');
    else log.info({ check: check.name }, 'not degraded any more');
  };
}

function registerGauge(registry: Registry, observed: readonly ObservedCheck[], several: boolean): void {
  new Gauge({
    name: 'iam_bridge_degraded',
    help: '1 where a source or file is of use, but not as it should be: /readyz and the log say why.',
    labelNames: [...(several ? ['server'] : []), 'check'],
    registers: [registry],
    collect() {
      for (const { server, check } of observed) {
        const labels = { check: check.name, ...(several && { server }) };
        this.set(labels, findDegradation(check) === undefined ? 0 : 1);
      }
    },
  });
}
