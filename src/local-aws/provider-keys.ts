import type { Clock } from '../base/clock.ts';
import { createDocumentFetch } from '../issuer/keys/fetch-document.ts';
import { createFileSource } from '../issuer/keys/file-source.ts';
import { createRemoteKeys, type RemoteKeys } from '../issuer/keys/key-finder.ts';
import type { KeyReport } from '../issuer/keys/key-reports.ts';
import type { KeySource } from '../issuer/keys/key-source.ts';
import { createNetworkSource } from '../issuer/keys/network-source.ts';
import { createPublicFetch } from '../issuer/keys/public-fetch.ts';
import type { ProviderConfig } from './config/read.ts';

export interface ProviderKeysDeps {
  readonly clock: Clock;
  readonly random: () => number;
  readonly report: KeyReport;
}

/** The keys of all providers, read when a token asks for one. Where two accounts have the same issuer, the first counts. */
export function createProviderKeys(providers: readonly ProviderConfig[], deps: ProviderKeysDeps): RemoteKeys {
  const issuers = new Map(providers.toReversed().map((provider) => [provider.url, createSource(provider)]));
  return createRemoteKeys({ issuers, ...deps });
}

function createSource({ url, keys, ca }: ProviderConfig): KeySource {
  if (keys.kind === 'file') return createFileSource(keys.path);
  // The user has named these hosts: an issuer on this machine's own network is what this is for.
  const hosts = [url, ...(keys.kind === 'jwks' ? [keys.url] : [])].map((text) => new URL(text).hostname);
  const fetch = createDocumentFetch({ privateHosts: hosts, ...(ca !== undefined && { ca: () => ca }) });
  return createNetworkSource({
    issuer: url,
    fetch,
    fetchElsewhere: createPublicFetch(),
    ...(keys.kind === 'jwks' && { jwksUri: keys.url }),
  });
}
