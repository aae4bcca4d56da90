import type { LookupAddress } from 'node:dns';
import { isIP } from 'node:net';
import { describeError } from '../../base/errors.ts';
import { isLoopbackHost } from '../../base/names/loopback-host.ts';
import { judgeAddress } from './ip-ranges.ts';
import { KeySourceError } from './key-source.ts';

/** All addresses of a host: `dns.promises.lookup(host, { all: true })`. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface ResolveRules {
  readonly resolve: Resolve;
  /** Hosts, as `URL.hostname` has them, that may lie in private address space (RFC 1918, RFC 4193, RFC 6598). */
  readonly privateHosts: readonly string[];
  /** What somebody can do whose issuer lies there: follows on "HOST leads to ADDRESS, a private address: ". */
  readonly privateRemedy: (hostname: string) => string;
}

/**
 * The addresses that may be connected to. One that may not spoils the whole answer: a resolver that mixes both is being
 * used against us, and the choice between them would be the network stack's.
 * @throws KeySourceError
 */
export async function resolveChecked(
  hostname: string,
  rules: ResolveRules,
): Promise<readonly LookupAddress[]> {
  const addresses = await findAddresses(hostname, rules.resolve);
  if (addresses.length === 0) throw new KeySourceError('unreachable', `${hostname} has no address`);
  for (const { address } of addresses) {
    const problem = checkAddress(hostname, address, rules);
    if (problem !== undefined) throw new KeySourceError('address', problem);
  }
  return addresses;
}

async function findAddresses(hostname: string, resolve: Resolve): Promise<readonly LookupAddress[]> {
  const literal = hostname.replace(/^\[|\]$/g, '');
  const family = isIP(literal);
  if (family !== 0) return [{ address: literal, family }];
  try {
    return await resolve(hostname);
  } catch (error) {
    throw new KeySourceError('unreachable', `${hostname} cannot be resolved: ${describeError(error)}`, {
      cause: error,
    });
  }
}

function checkAddress(
  hostname: string,
  address: string,
  { privateHosts, privateRemedy }: ResolveRules,
): string | undefined {
  const { kind, what } = judgeAddress(address);
  const seen = `${hostname} leads to ${address}, ${what}`;
  // A loopback host must stay on this machine, whatever the hosts file says of it.
  if (isLoopbackHost(hostname)) {
    return kind === 'loopback' ? undefined : `${seen}: a loopback host must not leave this machine`;
  }
  switch (kind) {
    case 'public':
      return undefined;
    case 'private':
      if (privateHosts.includes(hostname)) return undefined;
      return `${seen}: ${privateRemedy(hostname)}`;
    case 'loopback':
      return `${seen}: if the issuer runs on this machine, write its URL with localhost or 127.0.0.1`;
    case 'forbidden':
      return `${seen}: no keys are fetched from there`;
  }
}
