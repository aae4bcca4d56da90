import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createAuthority } from '../../../src/http/self-signed.ts';
import { createDocumentFetch } from '../../../src/issuer/keys/fetch-document.ts';
import { createRemoteKeys } from '../../../src/issuer/keys/key-finder.ts';
import { createNetworkSource } from '../../../src/issuer/keys/network-source.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { toDiscoveryText } from '../../support/issuer/discovery.ts';
import { createEcJwk, toSet } from '../../support/issuer/key-jwks.ts';

/** An issuer with a certificate of a private authority, as many clusters have it. Nothing here is a fake but the clock. */
interface Issuer {
  readonly url: string;
  readonly ca: string;
  /** Paths that were asked for, with the status of the answer. */
  readonly served: string[];
  keys: string;
  close(): Promise<void>;
}

async function startIssuer(): Promise<Issuer> {
  const authority = await createAuthority(Date.now());
  const served: string[] = [];
  const server = createServer(await authority.issue(), (request, response) => {
    const text = request.url === '/keys' ? issuer.keys : toDiscoveryText(url);
    const etag = `"${text.length}"`;
    const status = request.headers['if-none-match'] === etag ? 304 : 200;
    served.push(`${status} ${request.url}`);
    response.writeHead(status, { etag, 'cache-control': 'max-age=3600', 'content-type': 'application/json' });
    response.end(status === 200 ? text : undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
  const url = `https://localhost:${port}`;
  const issuer: Issuer = {
    url,
    ca: authority.cert,
    served,
    keys: '',
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
  return issuer;
}

let issuer: Issuer;
let clock: FakeClock;
beforeEach(async () => {
  issuer = await startIssuer();
  clock = createFakeClock();
});
afterEach(() => issuer.close());

function createKeys(ca: string | undefined) {
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
  const fetch = createDocumentFetch({ ca: () => ca, resolve });
  const source = createNetworkSource({ issuer: issuer.url, fetch });
  const deps = { clock, random: () => 0, report: () => {} };
  return createRemoteKeys({ issuers: new Map([[issuer.url, source]]), ...deps });
}

test('1,000 unknown kids at once cost one request for each document, and those that have not changed no body', async () => {
  issuer.keys = toSet(createEcJwk('one'));
  const keys = createKeys(issuer.ca);
  expect(await keys.find(issuer.url, 'one')).toMatchObject({ kind: 'found' });
  clock.advance(30_000);
  const kids = Array.from({ length: 1_000 }, (_, index) => `made-up-${index}`);
  const answers = await Promise.all(kids.map((kid) => keys.find(issuer.url, kid)));
  expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['unknown-kid']));
  const path = '/.well-known/openid-configuration';
  expect(issuer.served).toEqual([`200 ${path}`, '200 /keys', `304 ${path}`, '304 /keys']);
  expect(keys.find(issuer.url, 'one')).toMatchObject({ kind: 'found' });
});

test('a key that is new is found, and an authority that is not trusted brings none', async () => {
  issuer.keys = toSet(createEcJwk('one'));
  const keys = createKeys(issuer.ca);
  await keys.refresh(issuer.url);
  issuer.keys = toSet(createEcJwk('one'), createEcJwk('two'));
  clock.advance(30_000);
  expect(await keys.find(issuer.url, 'two')).toMatchObject({ kind: 'found' });
  expect(await createKeys(undefined).find(issuer.url, 'two')).toMatchObject({
    kind: 'unavailable',
    problem: expect.stringContaining(issuer.url),
  });
});
