import type { Clock } from '../../base/clock.ts';
import type { DriftReport } from './report.ts';

export interface DriftWatchDeps {
  /** Never rejects. */
  readonly look: (signal: AbortSignal) => Promise<DriftReport>;
  /** ms between two looks */
  readonly interval: number;
  readonly clock: Clock;
  /** Told of every look. */
  readonly observe: (report: DriftReport) => void;
  /** Told where the outcome or the findings are others than at the look before. */
  readonly changed: (report: DriftReport) => void;
}

export interface DriftWatch {
  start(): void;
  stop(): Promise<void>;
}

/** Looks for drift again and again; the first time at once. */
export function createDriftWatch({ look, interval, clock, observe, changed }: DriftWatchDeps): DriftWatch {
  const ending = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let last = '';

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      const report = await look(ending.signal);
      // A look that was broken off has seen nothing, which is no news.
      if (ending.signal.aborted) return;
      observe(report);
      const now = summarise(report);
      if (now !== last) changed(report);
      last = now;
      await clock.delay(interval, ending.signal);
    }
  }

  return {
    start() {
      running = run();
    },
    async stop() {
      ending.abort(new Error('stopped'));
      await running;
    },
  };
}

/** Details such as times differ from look to look; the codes say what is the matter. */
function summarise({ outcome, findings, keys, unseen }: DriftReport): string {
  const codes = findings.map(({ code }) => code);
  return JSON.stringify([outcome, codes, keys?.missing, keys?.onlyPublic, keys?.different, unseen.length]);
}
