import { createSystemClock } from '../../base/clock.ts';
import { createDocumentFetch } from '../../issuer/keys/fetch-document.ts';
import { createRemoteKeys, createStaticKeys } from '../../issuer/keys/key-finder.ts';
import type { KeySet } from '../../issuer/keys/key-set.ts';
import { createNetworkSource } from '../../issuer/keys/network-source.ts';
import { createPublicFetch } from '../../issuer/keys/public-fetch.ts';
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
  /** Whether keys at any other origin than the issuer's are read, too, as AWS does. */
  readonly otherOrigins: boolean;
  /** Hosts, with their port where it is not 443, where keys may be besides. */
  readonly allowedHosts: readonly string[];
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
export function createNetworkKeys(options: NetworkKeysOptions): KeysAtWork {
  const { issuers, ca, otherOrigins, allowedHosts, note } = options;
  const fetch = createDocumentFetch({
    privateRemedy: () => 'AWS cannot reach it; to judge a token of it, give its keys with --jwks FILE',
    ...(ca !== undefined && { ca: () => ca }),
  });
  const access = { fetch, allowedHosts, ...(otherOrigins && { fetchElsewhere: createPublicFetch() }) };
  const keys = createRemoteKeys({
    issuers: new Map(issuers.map((issuer) => [issuer, createNetworkSource({ issuer, ...access })])),
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
