import { describe, expect, test } from 'vitest';
import { createPublicFetch } from '../../../src/issuer/keys/public-fetch.ts';

/** A resolver with one answer, and whom it was asked for. */
function createResolver(...addresses: readonly string[]) {
  const asked: string[] = [];
  const resolve = async (hostname: string) => {
    asked.push(hostname);
    return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
  return { asked, resolve };
}

describe('a place that a stranger names is not connected to', () => {
  test.each<[string, string, string]>([
    ['plain http', 'http://keys.example/k', 'published'],
    ['plain http on this machine', 'http://127.0.0.1:8080/k', 'published'],
    ['localhost', 'https://localhost/k', 'published'],
    ['a loopback address', 'https://127.1.2.3/k', 'published'],
    ['a loopback address in IPv6', 'https://[::1]/k', 'published'],
    ['a port', 'https://keys.example:8443/k', 'local'],
    ['a disguise', 'https://0x7f.1/k', 'published'],
    ['a user name', 'https://me:secret@keys.example/k', 'published'],
  ])('by %s, and nobody resolves it', async (_, url, trouble) => {
    const { asked, resolve } = createResolver('8.8.8.8');
    const refused = createPublicFetch({ resolve })(url);
    await expect(refused).rejects.toMatchObject({ failure: 'url', trouble });
    await expect(refused).rejects.not.toThrow('secret');
    expect(asked).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    ['a private address', 'https://keys.example/k', ['10.0.0.1']],
    ['a unique local address', 'https://keys.example/k', ['fd12::1']],
    ['a shared address', 'https://keys.example/k', ['100.64.0.1']],
    ['a loopback address', 'https://keys.example/k', ['127.0.0.1']],
    ['localhost with a dot', 'https://localhost./k', ['127.0.0.1']],
    ['a metadata address', 'https://keys.example/k', ['169.254.169.254']],
    ['IPv4 in IPv6', 'https://keys.example/k', ['::ffff:10.0.0.1']],
    ['NAT64 to a private address', 'https://keys.example/k', ['64:ff9b::a00:1']],
    ['one that is public and one that is not', 'https://keys.example/k', ['8.8.8.8', '192.168.0.1']],
    ['a private literal', 'https://10.0.0.1/k', []],
    ['a link-local literal', 'https://[fe80::1]/k', []],
  ])('that leads to %s', async (_, url, addresses) => {
    const { resolve } = createResolver(...addresses);
    await expect(createPublicFetch({ resolve })(url)).rejects.toMatchObject({
      failure: 'address',
      trouble: 'local',
    });
  });

  test('whatever else its caller would like to be trusted', async () => {
    let made = 0;
    const generous = {
      ...createResolver('10.0.0.1'),
      privateHosts: ['keys.example'],
      ca: () => 'PEM',
      headers: async () => {
        made += 1;
        return { authorization: 'Bearer secret' };
      },
    };
    await expect(createPublicFetch(generous)('https://keys.example/k')).rejects.toMatchObject({
      failure: 'address',
    });
    expect(made).toBe(0);
  });
});

test('a public place on 443 is connected to, at the address that was checked', async () => {
  // A public address of which nobody here has a route, or an answer: that it was tried shows in how it fails.
  const { asked, resolve } = createResolver('8.8.8.8');
  const tried = createPublicFetch({ resolve, timeoutMs: 1 })('https://keys.example:443/k');
  await expect(tried).rejects.toMatchObject({
    failure: expect.stringMatching(/^(timeout|unreachable|tls)$/),
  });
  expect(asked).toEqual(['keys.example']);
});
