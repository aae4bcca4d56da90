import { describe, expect, test } from 'vitest';
import { resolveChecked } from '../../../src/issuer/keys/host-addresses.ts';

const RULES = { privateHosts: [], privateRemedy: (host: string) => `allow ${host}` };

function resolveTo(hostname: string, addresses: readonly string[], privateHosts: readonly string[] = []) {
  const resolve = async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  return resolveChecked(hostname, { ...RULES, resolve, privateHosts });
}

describe('a host is connected to', () => {
  test.each<[string, string[], string[]?]>([
    ['issuer.example', ['8.8.8.8']],
    ['issuer.example', ['8.8.8.8', '2600:1f18::1']],
    ['issuer.example', ['64:ff9b::808:808']],
    ['issuer.test', ['10.1.2.3', 'fd12::1'], ['issuer.test']],
    ['localhost', ['127.0.0.1', '::1']],
  ])('%s at %s', async (hostname, addresses, privateHosts) => {
    const checked = await resolveTo(hostname, addresses, privateHosts);
    expect(checked.map(({ address }) => address)).toEqual(addresses);
  });

  test.each([
    ['127.0.0.1', '127.0.0.1', 4],
    ['[::1]', '::1', 6],
    ['8.8.8.8', '8.8.8.8', 4],
  ])('%s, which is an address and needs no resolver', async (hostname, address, family) => {
    const resolve = () => Promise.reject(new Error('asked'));
    expect(await resolveChecked(hostname, { ...RULES, resolve })).toEqual([{ address, family }]);
  });
});

describe('a host is not connected to', () => {
  test.each<[string, string, string[], string[], RegExp]>([
    [
      'metadata',
      'issuer.example',
      ['169.254.169.254'],
      [],
      /169.254.169.254, a cloud metadata address: no keys/,
    ],
    [
      'metadata, though private',
      'issuer.test',
      ['fd00:ec2::254'],
      ['issuer.test'],
      /a cloud metadata address/,
    ],
    ['IPv4 in IPv6', 'issuer.example', ['::ffff:169.254.169.254'], [], /a cloud metadata address/],
    ['link-local', 'issuer.example', ['fe80::1'], ['issuer.example'], /a link-local address/],
    ['unspecified', 'issuer.example', ['0.0.0.0'], ['issuer.example'], /the unspecified address/],
    ['multicast', 'issuer.example', ['224.0.0.1'], ['issuer.example'], /a multicast address/],
    ['private', 'issuer.example', ['10.0.0.1'], [], /a private address: allow issuer.example$/],
    [
      'private, and another is allowed',
      'issuer.example',
      ['10.0.0.1'],
      ['a.example'],
      /a private address: allow issuer.example$/,
    ],
    ['loopback', 'issuer.example', ['127.0.0.1'], ['issuer.example'], /write its URL with localhost/],
    ['loopback by a dot', 'localhost.', ['127.0.0.1'], [], /write its URL with localhost/],
    ['good and bad', 'issuer.example', ['8.8.8.8', '169.254.169.254'], [], /a cloud metadata address/],
    [
      'bad and good',
      'issuer.example',
      ['10.0.0.1', '8.8.8.8'],
      [],
      /a private address: allow issuer.example$/,
    ],
    ['localhost elsewhere', 'localhost', ['8.8.8.8'], [], /a loopback host must not leave this machine/],
    ['a private literal', '10.0.0.1', [], [], /a private address: allow 10.0.0.1$/],
    ['a metadata literal', '169.254.169.254', [], ['169.254.169.254'], /a cloud metadata address/],
    ['a metadata literal in IPv6', '[::ffff:a9fe:a9fe]', [], [], /a cloud metadata address/],
    ['a unique local literal', '[fd12::1]', [], [], /a unique local address/],
  ])('%s', async (...[, hostname, addresses, privateHosts, problem]) => {
    const refused = resolveTo(hostname, addresses, privateHosts);
    await expect(refused).rejects.toMatchObject({
      failure: 'address',
      message: expect.stringMatching(problem),
    });
  });

  test('without an address', async () => {
    await expect(resolveTo('issuer.example', [])).rejects.toMatchObject({ failure: 'unreachable' });
  });

  test('whose name nobody knows', async () => {
    const resolve = () => Promise.reject(new Error('getaddrinfo ENOTFOUND issuer.example'));
    await expect(resolveChecked('issuer.example', { ...RULES, resolve })).rejects.toMatchObject({
      failure: 'unreachable',
      message: 'issuer.example cannot be resolved: getaddrinfo ENOTFOUND issuer.example',
    });
  });
});
