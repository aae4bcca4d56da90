import { createSystemClock } from '../../base/clock.ts';
import { createDocumentFetch } from '../../issuer/keys/fetch-document.ts';
import { createRemoteKeys, createStaticKeys } from '../../issuer/keys/key-finder.ts';
import type { KeySet } from '../../issuer/keys/key-set.ts';
import { createNetworkSource } from '../../issuer/keys/network-source.ts';
import type { KeyFinder } from '../../web-identity/token/keys.ts';

/** Keys for one verification. */
export interface KeysAtWork {
  readonly keys: KeyFinder;
  stop(): Promise<void>;
}

export interface NetworkKeysOptions {
  /** All that the user has named: nothing is fetched for any other. */
  readonly issuers: readonly string[];
  /** PEM, instead of the public roots. */
  readonly ca: string | undefined;
  /** Takes one line about what was read. */
  readonly note: (text: string) => void;
}

/** Keys that are fetched. */
export type CreateNetworkKeys = (options: NetworkKeysOptions) => KeysAtWork;

export function createFileKeys(keySet: KeySet, issuers: readonly string[]): KeysAtWork {
  const keys = createStaticKeys(new Map(issuers.map((issuer) => [issuer, keySet])));
  return { keys, stop: async () => {} };
}

/** Discovery and keys as AWS would read them: anonymously, without following redirects. */
export function createNetworkKeys({ issuers, ca, note }: NetworkKeysOptions): KeysAtWork {
  const fetch = createDocumentFetch(ca === undefined ? {} : { ca: () => ca });
  const keys = createRemoteKeys({
    issuers: new Map(issuers.map((issuer) => [issuer, createNetworkSource({ issuer, fetch })])),
    clock: createSystemClock(),
    random: Math.random,
    report(event) {
      if (event.kind !== 'refreshed') return;
      for (const text of event.notes) note(`${event.issuer}: ${text}`);
      for (const { index, problem } of event.skipped)
        note(`${event.issuer}: key ${index} is passed over: ${problem}`);
    },
  });
  return { keys, stop: keys.stop };
}
