import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSystemClock } from '../../../src/base/clock.ts';
import { createDocumentFetch } from '../../../src/issuer/keys/fetch-document.ts';
import { createRemoteKeys } from '../../../src/issuer/keys/key-finder.ts';
import { createNetworkSource } from '../../../src/issuer/keys/network-source.ts';
import { verifyToken } from '../../../src/web-identity/token/verify.ts';
import { toDiscoveryText } from '../../support/issuer/discovery.ts';
import { AUDIENCE, createToken, ec, NOW } from '../../support/web-identity/tokens.ts';

/** How often the key set was fetched for tokens of that many unknown key ids, all at once. */
export interface UnknownKidFigures {
  readonly tokens: number;
  /** Before any set is there. */
  readonly cold: number;
  /** Right after, the same number of others. */
  readonly again: number;
}

const TOKENS = 1000;

export async function measureUnknownKids(): Promise<UnknownKidFigures> {
  let fetches = 0;
  let issuer = '';
  const { kid, alg, publicKey } = ec;
  const jwks = JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg, use: 'sig' }] });
  const server = createServer((request, response) => {
    const isKeys = request.url === '/keys';
    if (isKeys) fetches += 1;
    response.setHeader('content-type', 'application/json');
    response.end(isKeys ? jwks : toDiscoveryText(issuer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // `address()` is an object wherever the server listens on a port.
  issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const keys = createRemoteKeys({
    issuers: new Map([[issuer, createNetworkSource({ issuer, fetch: createDocumentFetch() })]]),
    clock: createSystemClock(),
    random: Math.random,
    report: () => {},
  });
  const ask = async (name: string): Promise<number> => {
    const before = fetches;
    const options = {
      issuers: [issuer],
      audiences: [AUDIENCE],
      now: NOW * 1000,
      keys,
      profile: 'strict',
    } as const;
    const tokens = Array.from({ length: TOKENS }, (_, index) =>
      createToken({ header: { kid: `${name}-${index}` }, claims: { iss: issuer } }),
    );
    const verdicts = await Promise.all(tokens.map((token) => verifyToken(token, options)));
    const other = verdicts.find((verdict) => verdict.kind === 'accepted' || verdict.code !== 'kid-unknown');
    if (other !== undefined) throw new Error(`a token of an unknown key was ${JSON.stringify(other)}`);
    return fetches - before;
  };
  try {
    return { tokens: TOKENS, cold: await ask('first'), again: await ask('second') };
  } finally {
    await keys.stop();
    server.close();
  }
}
