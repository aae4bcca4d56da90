import fc from 'fast-check';
import type { AddressKind } from '../../../src/issuer/keys/ip-ranges.ts';

/** An IP address as a number of 32 or 128 bits. */
export interface NumberedAddress {
  readonly family: 4 | 6;
  readonly number: bigint;
}

interface NumberedRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
  readonly kind: AddressKind;
}

/** What each range is, written down a second time: the narrower stands before the wider one that holds it. */
const RANGES: readonly NumberedRange[] = [
  toRange('forbidden', '0.0.0.0', 8),
  toRange('private', '10.0.0.0', 8),
  toRange('forbidden', '100.100.100.200', 32),
  toRange('private', '100.64.0.0', 10),
  toRange('loopback', '127.0.0.0', 8),
  toRange('forbidden', '168.63.129.16', 32),
  toRange('forbidden', '169.254.0.0', 16),
  toRange('private', '172.16.0.0', 12),
  toRange('forbidden', '192.0.0.192', 32),
  toRange('private', '192.0.0.0', 24),
  toRange('forbidden', '192.0.2.0', 24),
  toRange('private', '192.168.0.0', 16),
  toRange('private', '198.18.0.0', 15),
  toRange('forbidden', '198.51.100.0', 24),
  toRange('forbidden', '203.0.113.0', 24),
  toRange('forbidden', '224.0.0.0', 3),
  toRange('public', '0.0.0.0', 0),
  toRange('loopback', '::1', 128),
  toRange('forbidden', '2001::', 32),
  toRange('forbidden', '2001:db8::', 32),
  toRange('forbidden', '2002::', 16),
  toRange('forbidden', '3fff::', 20),
  toRange('public', '2000::', 3),
  toRange('forbidden', 'fd00:ec2::', 32),
  toRange('forbidden', 'fd20:ce::254', 128),
  toRange('private', 'fc00::', 7),
  toRange('forbidden', '::', 0),
];

/** What stands before an IPv4 address in IPv6: mapped, and NAT64. */
const EMBEDDINGS = [toNumber('::ffff:0:0'), toNumber('64:ff9b::')];

/** Reckons with numbers alone, so that it shares nothing with what is tested. */
export function judgeNumber({ family, number }: NumberedAddress): AddressKind {
  const low = number & 0xffff_ffffn;
  if (family === 6 && EMBEDDINGS.includes(number - low)) return judgeNumber({ family: 4, number: low });
  const range = RANGES.find((each) => each.family === family && each.first <= number && number <= each.last);
  return range?.kind ?? 'forbidden';
}

/** Anywhere, at the ends of all ranges and beside them; of IPv6 also those that have an IPv4 address in them. */
export function arbitraryAddress(): fc.Arbitrary<NumberedAddress> {
  const ends = RANGES.flatMap(({ family, first, last }) =>
    [first - 1n, first, last, last + 1n].map((number) => ({ family, number })),
  ).filter(({ family, number }) => number >= 0n && number < 1n << (family === 4 ? 32n : 128n));
  const end = fc.constantFrom(...ends);
  const four = fc.oneof(
    fc.bigInt({ min: 0n, max: 0xffff_ffffn }).map((number) => ({ family: 4, number }) as const),
    end.filter(({ family }) => family === 4),
  );
  const within = fc
    .constantFrom(...RANGES)
    .chain(({ family, first, last }) =>
      fc.bigInt({ min: first, max: last }).map((number) => ({ family, number })),
    );
  const embedded = fc
    .tuple(fc.constantFrom(...EMBEDDINGS), four)
    .map(([embedding, { number }]) => ({ family: 6, number: embedding + number }) as const);
  // RFC 3056: the address stands behind the first sixteen bits.
  const sixToFour = four.map(
    ({ number }) => ({ family: 6, number: (0x2002n << 112n) | (number << 80n) }) as const,
  );
  return fc.oneof(four, end, within, embedded, sixToFour);
}

/** An address as resolvers and URLs write it, and in spellings that they avoid. */
export function renderAddress({ family, number }: NumberedAddress): readonly string[] {
  const dotted = [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 0xffn).join('.');
  if (family === 4) return [dotted];
  const groups = [7n, 6n, 5n, 4n, 3n, 2n, 1n, 0n].map((index) => (number >> (index * 16n)) & 0xffffn);
  const plain = groups.map((group) => group.toString(16));
  const padded = plain.map((group) => group.padStart(4, '0').toUpperCase());
  return [
    new URL(`http://[${plain.join(':')}]`).hostname.slice(1, -1),
    plain.join(':'),
    padded.join(':'),
    [...plain.slice(0, 6), dotted].join(':'),
  ];
}

function toRange(kind: AddressKind, network: string, prefix: number): NumberedRange {
  const family = network.includes(':') ? 6 : 4;
  const first = toNumber(network);
  return { family, first, last: first + (1n << BigInt((family === 6 ? 128 : 32) - prefix)) - 1n, kind };
}

/** @param network well written: an IPv6 one has `::` */
function toNumber(network: string): bigint {
  if (!network.includes(':')) return join(network.split('.').map(Number), 8n);
  const [head = [], tail = []] = network.split('::').map((part) => part.split(':').filter((group) => group));
  const groups = [...head, ...Array(8 - head.length - tail.length).fill('0'), ...tail];
  return join(
    groups.map((group) => Number.parseInt(group, 16)),
    16n,
  );
}

function join(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((number, part) => (number << bits) | BigInt(part), 0n);
}
