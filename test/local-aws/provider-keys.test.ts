import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { createProviderKeys } from '../../src/local-aws/provider-keys.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { toDiscoveryText } from '../support/issuer/discovery.ts';
import { createEcJwk, toSet } from '../support/issuer/key-jwks.ts';

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** @param answer the body for a path; undefined: 404 @returns where it listens */
async function serve(answer: (path: string) => string | undefined): Promise<string> {
  const server = createServer((request, response) => {
    const body = answer(request.url ?? '');
    response.writeHead(body === undefined ? 404 : 200, { 'content-type': 'application/json' }).end(body);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server has no other kind of address.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function createKeys(url: string) {
  const provider = {
    arn: 'arn:aws:iam::111122223333:oidc-provider/x',
    url,
    clientIds: ['sts.amazonaws.com'],
  };
  const notes: string[] = [];
  const keys = createProviderKeys([{ ...provider, keys: { kind: 'discovery' } }], {
    clock: createFakeClock(),
    random: () => 0,
    report: (event) => void (event.kind === 'refreshed' && notes.push(...event.notes)),
  });
  return { find: async () => await keys.find(url, 'one'), notes };
}

describe('a provider whose discovery document leads to another origin', () => {
  async function serveIssuer(toJwksUri: () => string): Promise<string> {
    const url = await serve((path) =>
      path === '/.well-known/openid-configuration' ? toDiscoveryText(url, toJwksUri()) : undefined,
    );
    return url;
  }

  test('on this machine has its keys there', async () => {
    const elsewhere = await serve(() => toSet(createEcJwk('one')));
    const { find } = createKeys(await serveIssuer(() => `${elsewhere}/keys`));
    expect(await find()).toMatchObject({ kind: 'found' });
  });

  test.each(['https://keys.example/k', 'https://10.0.0.1/k', 'https://169.254.169.254/k'])(
    'and from this machine to %s has none',
    async (jwksUri) => {
      const { find } = createKeys(await serveIssuer(() => jwksUri));
      expect(await find()).toMatchObject({
        kind: 'unavailable',
        trouble: 'local',
        problem: expect.stringContaining('an issuer on this machine leads nowhere else'),
      });
    },
  );

  test('and lacks what AWS demands has none', async () => {
    const url: string = await serve(() => JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }));
    expect(await createKeys(url).find()).toMatchObject({
      kind: 'unavailable',
      trouble: 'published',
      problem: expect.stringContaining('response_types_supported is missing'),
    });
  });
});
