import { BlockList, isIP } from 'node:net';

/**
 * What an IP address is to somebody who fetches keys.
 * - `public`: may be connected to.
 * - `private`: only for hosts that the operator has called private.
 * - `loopback`: only where the configured host is a loopback one itself.
 * - `forbidden`: never, whatever the configuration says.
 */
export type AddressKind = 'public' | 'private' | 'loopback' | 'forbidden';

export interface AddressJudgement {
  readonly kind: AddressKind;
  /** What the address is, such as `a link-local address`; for people. */
  readonly what: string;
}

/** The first row that holds the address decides. Sources: IANA's special-purpose registries; the clouds' own documents. */
const RANGES: readonly (readonly [AddressKind, string, readonly string[]])[] = [
  [
    'forbidden',
    'a cloud metadata address',
    [
      '169.254.0.0/16', // AWS, GCP, Azure, and the credentials endpoints of ECS and EKS: all of link-local
      'fd00:ec2::/32', // AWS
      'fd20:ce::254/128', // GCP
      '168.63.129.16/32', // Azure's wire server
      '100.100.100.200/32', // Alibaba
      '192.0.0.192/32', // Oracle
    ],
  ],
  ['forbidden', 'a link-local address', ['fe80::/10']],
  ['forbidden', 'the unspecified address', ['0.0.0.0/8', '::/128']],
  ['forbidden', 'a multicast address', ['224.0.0.0/4', 'ff00::/8']],
  ['forbidden', 'a reserved address', ['240.0.0.0/4', '192.0.2.0/24', '198.51.100.0/24', '203.0.113.0/24']],
  // Their embedded IPv4 address is reached through a relay that nobody here has chosen.
  ['forbidden', 'a 6to4 or Teredo address', ['192.88.99.0/24', '2002::/16', '2001::/32']],
  // Benchmarks, and names of hosts (ORCHID) that no router knows.
  ['forbidden', 'a reserved address', ['2001:2::/48', '2001:10::/28', '2001:20::/28']],
  ['forbidden', 'a documentation address', ['2001:db8::/32', '3fff::/20']],
  ['loopback', 'a loopback address', ['127.0.0.0/8', '::1/128']],
  [
    'private',
    'a private address',
    ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '192.0.0.0/24', '198.18.0.0/15'],
  ],
  ['private', 'a unique local address', ['fc00::/7']],
  ['public', 'a public address', ['0.0.0.0/0', '2000::/3']],
];

/** IPv4 in IPv6: mapped (RFC 4291 section 2.5.5.2) and NAT64 (RFC 6052), which many IPv6-only networks resolve to. */
const EMBEDDINGS = ['::ffff:', '64:ff9b::'];

const LISTS = RANGES.map(([kind, what, ranges]) => ({ kind, what, list: toBlockList(ranges) }));

/** @param address as a resolver gives it; one with a zone (`fe80::1%eth0`) is forbidden like all link-local ones */
export function judgeAddress(address: string): AddressJudgement {
  const version = isIP(address);
  if (version === 0 || address.includes('%')) return { kind: 'forbidden', what: 'no plain IP address' };
  const row = LISTS.find(({ list }) => list.check(address, version === 6 ? 'ipv6' : 'ipv4'));
  // Of IPv6 only global unicast space is in use; what lies outside of it is nothing to connect to.
  return row ?? { kind: 'forbidden', what: 'an address of no known use' };
}

function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix] = range.split('/');
    const family = isIP(network) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(network, Number(prefix), family);
    if (family === 'ipv6') continue;
    for (const embedding of EMBEDDINGS) list.addSubnet(embedding + network, 96 + Number(prefix), 'ipv6');
  }
  return list;
}
