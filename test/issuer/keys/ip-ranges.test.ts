import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type AddressKind, judgeAddress } from '../../../src/issuer/keys/ip-ranges.ts';
import { arbitraryAddress, judgeNumber, renderAddress } from '../../support/issuer/numbered-addresses.ts';

describe('an address is', () => {
  test.each<[AddressKind, string]>([
    ['public', '8.8.8.8'],
    ['public', '172.15.255.255'],
    ['public', '172.32.0.0'],
    ['public', '100.63.255.255'],
    ['public', '2600:1f18::1'],
    ['public', '::ffff:8.8.8.8'],
    ['public', '64:ff9b::808:808'],
    ['private', '10.0.0.1'],
    ['private', '172.16.0.1'],
    ['private', '172.31.255.255'],
    ['private', '192.168.1.1'],
    ['private', '100.64.0.1'],
    ['private', '198.18.0.1'],
    ['private', 'fc00::1'],
    ['private', 'fd12:3456::1'],
    ['private', '::ffff:10.0.0.1'],
    ['private', '::ffff:a00:1'],
    ['private', '64:ff9b::a00:1'],
    ['private', '64:ff9b:0:0:0:0:a00::'],
    ['loopback', '127.0.0.1'],
    ['loopback', '127.255.255.254'],
    ['loopback', '::1'],
    ['loopback', '0:0:0:0:0:0:0:1'],
    ['loopback', '::ffff:127.0.0.1'],
    ['loopback', '::ffff:7f00:1'],
    ['loopback', '0:0:0:0:0:ffff:7f00:0001'],
    ['loopback', '64:ff9b::7f00:1'],
    ['forbidden', '169.254.169.254'],
    ['forbidden', '169.254.170.2'],
    ['forbidden', '169.254.170.23'],
    ['forbidden', '::ffff:169.254.169.254'],
    ['forbidden', '::ffff:a9fe:a9fe'],
    ['forbidden', '::FFFF:A9FE:A9FE'],
    ['forbidden', '64:ff9b::a9fe:a9fe'],
    ['forbidden', '64:ff9b::'],
    ['forbidden', '::ffff:0:1'],
    ['forbidden', 'fd00:ec2::254'],
    ['forbidden', 'fd00:ec2::23'],
    ['forbidden', 'fd20:ce::254'],
    ['forbidden', '100.100.100.200'],
    ['forbidden', '168.63.129.16'],
    ['forbidden', '192.0.0.192'],
    ['forbidden', 'fe80::1'],
    ['forbidden', 'febf::1'],
    ['forbidden', 'fe80::1%eth0'],
    ['forbidden', '::1%lo'],
    ['forbidden', '0.0.0.0'],
    ['forbidden', '0.1.2.3'],
    ['forbidden', '::'],
    ['forbidden', '::127.0.0.1'],
    ['forbidden', '224.0.0.1'],
    ['forbidden', '239.255.255.250'],
    ['forbidden', 'ff02::1'],
    ['forbidden', '240.0.0.1'],
    ['forbidden', '255.255.255.255'],
    ['forbidden', '192.0.2.1'],
    ['forbidden', '2001:db8::1'],
    ['forbidden', '2002:a9fe:a9fe::1'],
    ['forbidden', '2001:0:a9fe:a9fe::1'],
    ['forbidden', '192.88.99.1'],
    ['forbidden', '::ffff:192.88.99.1'],
    ['forbidden', '2001:2::1'],
    ['forbidden', '2001:1f:ffff::1'],
    ['forbidden', '64:ff9b:1::a00:1'],
    ['forbidden', 'fec0::1'],
    ['forbidden', 'localhost'],
    ['forbidden', '127.1'],
    ['forbidden', '2130706433'],
    ['forbidden', ''],
  ])('%s: %s', (kind, address) => {
    expect(judgeAddress(address).kind).toBe(kind);
  });
});

test('an IPv4 address is the same however it is put into IPv6', () => {
  fc.assert(
    fc.property(fc.ipV4(), (address) => {
      const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
      const groups = [(a << 8) | b, (c << 8) | d].map((group) => group.toString(16));
      const { kind } = judgeAddress(address);
      expect(judgeAddress(`::ffff:${address}`).kind).toBe(kind);
      expect(judgeAddress(`::ffff:${groups.join(':')}`).kind).toBe(kind);
      expect(judgeAddress(`64:ff9b::${groups.join(':')}`).kind).toBe(kind);
      expect(judgeAddress(new URL(`http://[64:ff9b::${address}]`).hostname.slice(1, -1)).kind).toBe(kind);
    }),
  );
});

test('outside of global unicast space no IPv6 address is public, but for those that stand for an IPv4 one', () => {
  fc.assert(
    fc.property(fc.ipV6(), (address) => {
      const canonical = new URL(`http://[${address}]`).hostname;
      const mayBePublic = /^\[[23][0-9a-f]{3}:|^\[::ffff:|^\[64:ff9b:/.test(canonical);
      if (!mayBePublic) expect(judgeAddress(address).kind).not.toBe('public');
    }),
  );
});

test('every address is what its number says, however it is written', () => {
  fc.assert(
    fc.property(arbitraryAddress(), (address) => {
      const kind = judgeNumber(address);
      for (const text of renderAddress(address))
        expect([text, judgeAddress(text).kind]).toEqual([text, kind]);
    }),
    { numRuns: 1_000 },
  );
});
