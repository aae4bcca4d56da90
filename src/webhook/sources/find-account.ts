import type { Clock } from '../../kube/clock.ts';
import type { AccountFinding } from '../identity.ts';
import type { Account } from './account.ts';
import type { LiveReader } from './live-read.ts';

/** Part of the caller's deadline that is kept for making and sending the answer. */
const ANSWER_SHARE = 0.1;

export interface FindAccountDeps {
  readonly store: { waitFor(key: string, signal: AbortSignal): Promise<Account | undefined> };
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
    const deadline = deps.clock.now() + timeout * (1 - ANSWER_SHARE);
    const read = await deps.liveReader?.read(namespace, name, Math.min(1_000, deadline - deps.clock.now()));
    if (read?.kind === 'known') return read;
    const patience = Math.min(deps.gracePeriod, deadline - deps.clock.now());
    if (patience > 0 && !deps.knownElsewhere(namespace, name)) {
      const account = await waitForWatch(deps, `${namespace}/${name}`, patience);
      if (account !== undefined) return { kind: 'known', account };
    }
    return read ?? { kind: 'unknown' };
  };
}

async function waitForWatch(
  deps: FindAccountDeps,
  key: string,
  patience: number,
): Promise<Account | undefined> {
  const arrived = new AbortController();
  const over = new AbortController();
  const expiry = deps.clock.delay(patience, arrived.signal).then(() => over.abort());
  const account = await deps.store.waitFor(key, over.signal);
  arrived.abort();
  await expiry;
  return account;
}
