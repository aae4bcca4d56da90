import { createMetadataFetch, readInstanceIdentity } from '../../aws/instance-identity.ts';
import type { Clock } from '../../base/clock.ts';
import { describeError } from '../../base/errors.ts';
import type { Part } from '../../http/lifecycle.ts';
import type { Log } from '../../http/log.ts';
import type { AwsSettings } from './aws-settings.ts';

/** The region that the server runs in, which nothing waits for. */
export interface OwnRegion {
  /** undefined while it is not known */
  readonly current: () => string | undefined;
  readonly part: Part;
}

/** The metadata service may come up after the server; where there is none, there is none. */
const ATTEMPTS = 5;
/** ms; doubles from one attempt to the next */
const FIRST_WAIT = 2_000;

export function createOwnRegion(
  { region, metadataEndpoint: endpoint }: Pick<AwsSettings, 'region' | 'metadataEndpoint'>,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): OwnRegion {
  const ending = new AbortController();
  let current = region;
  let running: Promise<void> | undefined;

  async function ask(from: string): Promise<void> {
    let problem = '';
    for (let attempt = 0; attempt < ATTEMPTS && !ending.signal.aborted; attempt += 1) {
      if (attempt > 0) await clock.delay(FIRST_WAIT * 2 ** (attempt - 1), ending.signal);
      try {
        current = (await readInstanceIdentity(createMetadataFetch(from))).region;
        log.info({ region: current }, 'region of this instance');
        return;
      } catch (error) {
        problem = describeError(error);
      }
    }
    if (!ending.signal.aborted)
      log.info(
        { problem },
        'no region is known: set AWS_REGION where tokens name a region newer than this program',
      );
  }

  return {
    current: () => current,
    part: {
      name: 'region',
      async start() {
        if (current === undefined && endpoint !== undefined) running = ask(endpoint);
      },
      async stop() {
        ending.abort();
        await running;
      },
    },
  };
}
