import type { Clock } from '../../../base/clock.ts';
import { describeError } from '../../../base/errors.ts';
import type { Part } from '../../../http/lifecycle.ts';
import type { Log } from '../../../http/log.ts';
import type { ReadyCheck } from '../../../http/ops.ts';
import { renewCertificate } from './certificate.ts';
import type { ServingSettings } from './settings.ts';
import { openStateFolder } from './state-folder.ts';

export interface Renewal {
  readonly part: Part;
  /** Degraded while a certificate that is due cannot be made. */
  readonly check: ReadyCheck;
}

/** A month is left when the first look finds that a new one is due. ms */
const LOOK_INTERVAL = 6 * 3_600_000;

/** Makes the next certificate in time; the server's own watch of the file then serves it. */
export function createRenewal(
  settings: ServingSettings,
  { clock, log }: { clock: Clock; log: Log },
): Renewal {
  const ending = new AbortController();
  let running: Promise<void> | undefined;
  let problem: string | undefined;
  const look = async (): Promise<void> => {
    try {
      const folder = await openStateFolder(settings.stateDir);
      const isMade = await renewCertificate(folder, settings.names, clock.now());
      problem = undefined;
      if (isMade) log.info({ stateDir: settings.stateDir }, 'certificate renewed');
    } catch (error) {
      problem = describeError(error);
      log.error({ problem }, 'certificate cannot be renewed');
    }
  };
  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      await clock.delay(LOOK_INTERVAL, ending.signal);
      if (!ending.signal.aborted) await look();
    }
  };
  return {
    part: {
      name: 'certificate-renewal',
      async start() {
        running = run();
      },
      async stop() {
        ending.abort();
        await running;
      },
    },
    check: { name: 'certificate-renewal', check: () => undefined, degraded: () => problem },
  };
}
