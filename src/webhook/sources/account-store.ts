import type { KubeObject, ObjectMetadata } from '../../kube/objects.ts';
import type { ReflectorSink } from '../../kube/reflector.ts';
import type { Account, AccountReader } from './account.ts';

/** Every ServiceAccount of the cluster, as the watch tells. Keys are `<namespace>/<name>`. */
export interface AccountStore extends ReflectorSink<KubeObject> {
  get(key: string): Account | undefined;
  /** Resolves with the account as soon as it is there, or with undefined once `signal` aborts. */
  waitFor(key: string, signal: AbortSignal): Promise<Account | undefined>;
  count(): AccountCount;
}

export interface AccountCount {
  readonly known: number;
  /** Those that carry an annotation of our prefix. */
  readonly annotated: number;
}

export function createAccountStore(reader: AccountReader): AccountStore {
  const accounts = new Map<string, Account>();
  const waiting = new Map<string, Set<(account: Account) => void>>();
  let unlisted: Set<string> | undefined;

  return {
    get: (key) => accounts.get(key),
    waitFor: async (key, signal) => accounts.get(key) ?? (await waitFor(waiting, key, signal)),
    count() {
      let annotated = 0;
      for (const account of accounts.values()) if (reader.isAnnotated(account)) annotated += 1;
      return { known: accounts.size, annotated };
    },
    listing() {
      // The first list has nothing to compare with, and its set of keys would cost as much as the accounts.
      unlisted = accounts.size === 0 ? undefined : new Set(accounts.keys());
    },
    listed() {
      for (const key of unlisted ?? []) accounts.delete(key);
      unlisted = undefined;
    },
    set({ metadata }: KubeObject) {
      const key = toKey(metadata);
      const account = reader.read(metadata.annotations);
      accounts.set(key, account);
      unlisted?.delete(key);
      for (const resolve of waiting.get(key) ?? []) resolve(account);
    },
    remove(metadata: ObjectMetadata) {
      accounts.delete(toKey(metadata));
    },
  };
}

/** Joined, because a text that was put together of others keeps those: 3 MB for 100,000 keys. */
function toKey({ namespace, name }: ObjectMetadata): string {
  return [namespace ?? '', name].join('/');
}

function waitFor(
  waiting: Map<string, Set<(account: Account) => void>>,
  key: string,
  signal: AbortSignal,
): Promise<Account | undefined> {
  return new Promise((resolve) => {
    const waiters = waiting.get(key) ?? new Set();
    const end = (account: Account | undefined): void => {
      signal.removeEventListener('abort', giveUp);
      waiters.delete(end);
      if (waiters.size === 0 && waiting.get(key) === waiters) waiting.delete(key);
      resolve(account);
    };
    const giveUp = (): void => end(undefined);
    if (signal.aborted) return resolve(undefined);
    waiters.add(end);
    waiting.set(key, waiters);
    signal.addEventListener('abort', giveUp);
  });
}
