import { join } from 'node:path';
import { isHost, isUnspecified, toUrlHost } from '../../../base/names/host.ts';
import { checkAddress, type Problems } from '../../../settings/checks.ts';
import type { FlagValues } from '../../../settings/pflag.ts';
import type { PLACE_FLAGS } from '../flags.ts';

/** Where the server's certificate and the API server's webhook kubeconfig are, and whom they are for. */
export interface ServingSettings {
  readonly stateDir: string;
  readonly kubeconfigPath: string;
  /** The kubeconfig is there already and stays as it is. */
  readonly pregenerated: boolean;
  /** What the API server calls. */
  readonly url: string;
  /** Names and addresses in the certificate. */
  readonly names: readonly string[];
}

export function readServing(flags: FlagValues<typeof PLACE_FLAGS>, problems: Problems): ServingSettings {
  const { hostname, address, port } = flags;
  if (!isHost(hostname))
    problems.push('--hostname is no host name and no address: give one such as localhost');
  checkAddress('address', address, problems);
  if (flags['state-dir'] === '') problems.push('--state-dir is empty: give the folder for the certificate');
  return {
    stateDir: flags['state-dir'],
    kubeconfigPath: flags['generate-kubeconfig'],
    pregenerated: flags['kubeconfig-pregenerated'],
    url: `https://${toUrlHost(hostname)}:${port}/authenticate`,
    names: [...new Set([hostname, ...(address === '' || isUnspecified(address) ? [] : [address])])],
  };
}

/** The leaf; names of the Go program. */
export function toCertificateFiles({ stateDir }: ServingSettings): {
  readonly certPath: string;
  readonly keyPath: string;
} {
  return { certPath: join(stateDir, 'cert.pem'), keyPath: join(stateDir, 'key.pem') };
}
