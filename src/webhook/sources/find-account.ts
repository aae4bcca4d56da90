import type { Clock } from '../../base/clock.ts';
import { createElapsed } from '../../base/elapsed.ts';
import type { AccountFinding } from '../identity.ts';
import type { Account } from './account.ts';
import type { LiveReader } from './live-read.ts';

/** Part of the caller's deadline that is kept for making and sending the answer. */
const ANSWER_SHARE = 0.1;
/** ms */
const LONGEST_READ = 1_000;

export interface FindAccountDeps {
  readonly store: {
    get(key: string): Account | undefined;
    waitFor(key: string, signal: AbortSignal): Promise<Account | undefined>;
  };
  /** undefined: live reads are switched off. */
  readonly liveReader: LiveReader | undefined;
  /** `--service-account-lookup-grace-period`, ms; 0 is off. */
  readonly gracePeriod: number;
  /** Whether another source knows the account by name: then nobody waits for the watch. */
  readonly knownElsewhere: (namespace: string, name: string) => boolean;
  readonly clock: Clock;
}

/** Looks further for an account that the watch has not brought: `timeout` is the caller's own deadline in ms. */
export type FindAccount = (namespace: string, name: string, timeout: number) => Promise<AccountFinding>;

export function createFindAccount(deps: FindAccountDeps): FindAccount {
  return async (namespace, name, timeout) => {
    const limit = timeout * (1 - ANSWER_SHARE);
    const over = new AbortController();
    const arrival = deps.store.waitFor(`${namespace}/${name}`, over.signal);
    try {
      // Whoever brings the account first is right: a read that hangs must not hide what the watch has delivered.
      return await Promise.race([
        arrival.then((account) => (account === undefined ? never() : { kind: 'known' as const, account })),
        search(deps, { namespace, name, limit, signal: over.signal }),
      ]);
    } finally {
      over.abort();
    }
  };
}

interface Search {
  readonly namespace: string;
  readonly name: string;
  /** ms for all of it */
  readonly limit: number;
  /** Aborts when the search is of no more use. */
  readonly signal: AbortSignal;
}

/** One live read, then the grace period: what the watch brings meanwhile is the caller's to notice. */
async function search(
  deps: FindAccountDeps,
  { namespace, name, limit, signal }: Search,
): Promise<AccountFinding> {
  const elapsed = createElapsed(deps.clock.now);
  const read = await deps.liveReader?.read(namespace, name, Math.min(LONGEST_READ, limit));
  if (read?.kind === 'known') return read;
  const patience = Math.min(deps.gracePeriod, limit - elapsed());
  if (patience > 0 && !deps.knownElsewhere(namespace, name)) await deps.clock.delay(patience, signal);
  const watched = deps.store.get(`${namespace}/${name}`);
  return watched === undefined ? (read ?? { kind: 'unknown' }) : { kind: 'known', account: watched };
}

/** Loses every race. */
function never(): Promise<never> {
  return new Promise(() => {});
}
