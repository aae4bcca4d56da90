import { BlockList, isIP } from 'node:net';

/** An address, or a range of them. */
interface Network {
  readonly address: string;
  readonly family: 'ipv4' | 'ipv6';
  readonly prefix: number;
}

/** Whether an address lies in `address/bits`, or is the address where there are no bits (RFC 4632, RFC 4291). */
export function matchCidr(range: string, address: string): boolean {
  const network = parseNetwork(range);
  // `BlockList` would find an IPv4 address behind `::ffff:0:0/96`: to IAM the two families have nothing in common.
  if (network === undefined || findFamily(address) !== network.family) return false;
  const list = new BlockList();
  list.addSubnet(network.address, network.prefix, network.family);
  return list.check(address, network.family);
}

/** Whether IAM could take this for an address or a range. */
export function isCidr(range: string): boolean {
  return parseNetwork(range) !== undefined;
}

function parseNetwork(range: string): Network | undefined {
  const [address = '', bits, ...rest] = range.split('/');
  const family = findFamily(address);
  if (rest.length > 0 || family === undefined) return undefined;
  const most = family === 'ipv4' ? 32 : 128;
  if (bits === undefined) return { address, family, prefix: most };
  return /^[0-9]{1,3}$/.test(bits) && Number(bits) <= most
    ? { address, family, prefix: Number(bits) }
    : undefined;
}

/** A zone (`fe80::1%eth0`) means something on one machine only. */
function findFamily(address: string): Network['family'] | undefined {
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0) return undefined;
  return version === 4 ? 'ipv4' : 'ipv6';
}
