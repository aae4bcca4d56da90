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

/** ms; doubles from one attempt to the next: the metadata service may come up after the server, or within its reach. */
const FIRST_WAIT = 2_000;
const LONGEST_WAIT = 5 * 60_000;
/** After so many that fail it is told: where there is no metadata service, there is none. */
const ATTEMPTS_UNTOLD = 5;

export function createOwnRegion(
  { region, metadataEndpoint: endpoint }: Pick<AwsSettings, 'region' | 'metadataEndpoint'>,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): OwnRegion {
  const ending = new AbortController();
  let current = region;
  let running: Promise<void> | undefined;

  async function ask(from: string): Promise<void> {
    const fetchMetadata = createMetadataFetch(from, ending.signal);
    let wait = FIRST_WAIT;
    for (let attempt = 1; !ending.signal.aborted; attempt += 1) {
      try {
        current = (await readInstanceIdentity(fetchMetadata)).region;
        return log.info({ region: current }, 'region of this instance');
      } catch (error) {
        if (attempt === ATTEMPTS_UNTOLD && !ending.signal.aborted) tell(describeError(error));
      }
      await clock.delay(wait, ending.signal);
      wait = Math.min(wait * 2, LONGEST_WAIT);
    }
  }

  function tell(problem: string): void {
    log.info(
      { problem },
      'no region is known: set AWS_REGION where tokens name a region newer than this program, or names of nodes are asked for',
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
