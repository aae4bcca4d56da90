import { createServer, type RequestListener } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createMetadataFetch,
  type FetchMetadata,
  readInstanceIdentity,
} from '../../src/aws/instance-identity.ts';

const DOCUMENT = '/latest/dynamic/instance-identity/document';

/** A metadata service that gives `document` to whoever brings the token it gave. */
function fakeMetadata(document: string, asked: string[] = []): FetchMetadata {
  return async (method, path, headers) => {
    asked.push(`${method} ${path}`);
    if (path === '/latest/api/token') {
      return Number(headers['x-aws-ec2-metadata-token-ttl-seconds']) > 0 ? 'session-token' : '';
    }
    if (headers['x-aws-ec2-metadata-token'] !== 'session-token') throw new Error('HTTP 401');
    return document;
  };
}

describe('the instance identity', () => {
  test('is read with a session token, and the region gives the partition', async () => {
    const asked: string[] = [];
    const document = '{"accountId":"111122223333","region":"cn-north-1","privateIp":"10.0.0.7"}';
    const identity = await readInstanceIdentity(fakeMetadata(document, asked));
    expect(identity).toEqual({ accountId: '111122223333', region: 'cn-north-1', partition: 'aws-cn' });
    expect(asked).toEqual(['PUT /latest/api/token', `GET ${DOCUMENT}`]);
  });

  test.each([
    ['no JSON', '<html>', /not JSON/],
    ['null', 'null', /accountId/],
    ['no account', '{"region":"eu-west-1"}', /accountId of 12 digits/],
    ['an account that is a number', '{"accountId":111122223333,"region":"eu-west-1"}', /accountId/],
    ['an account of 11 digits', '{"accountId":"11112222333","region":"eu-west-1"}', /accountId/],
    ['no region', '{"accountId":"111122223333"}', /no region/],
    ['an empty region', '{"accountId":"111122223333","region":""}', /no region/],
    ['a region that is none', '{"accountId":"111122223333","region":"eu west"}', /no region/],
  ])('is refused where the document has %s', async (_what, document, message) => {
    await expect(readInstanceIdentity(fakeMetadata(document))).rejects.toThrow(message);
  });

  test('passes on why the service did not answer', async () => {
    const refuse: FetchMetadata = async () => {
      throw new Error('HTTP 403');
    };
    await expect(readInstanceIdentity(refuse)).rejects.toThrow('HTTP 403');
  });
});

describe('an exchange with the metadata service', () => {
  const close: (() => unknown)[] = [];
  afterEach(() => {
    for (const end of close.splice(0)) end();
  });

  async function serve(listener: RequestListener): Promise<FetchMetadata> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    close.push(
      () => server.close(),
      () => server.closeAllConnections(),
    );
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the test server has no port');
    return createMetadataFetch(`http://127.0.0.1:${address.port}`);
  }

  test('sends method, path and headers, and gives the text back', async () => {
    const fetchMetadata = await serve((request, response) => {
      response.end(`${request.method} ${request.url} ${request.headers['x-asked']}`);
    });
    expect(await fetchMetadata('PUT', DOCUMENT, { 'x-asked': 'yes' })).toBe(`PUT ${DOCUMENT} yes`);
  });

  test('follows no redirect', async () => {
    const fetchMetadata = await serve(({ url }, response) => {
      if (url === '/elsewhere') response.end('{}');
      else response.writeHead(302, { location: '/elsewhere' }).end();
    });
    await expect(fetchMetadata('GET', DOCUMENT, {})).rejects.toThrow();
  });

  test('takes nothing but 200', async () => {
    const fetchMetadata = await serve((_request, response) => void response.writeHead(404).end());
    await expect(fetchMetadata('GET', DOCUMENT, {})).rejects.toThrow(`GET ${DOCUMENT} answered HTTP 404`);
  });

  test('refuses more than 64 KiB', async () => {
    const fetchMetadata = await serve((_request, response) => void response.end('x'.repeat(65_537)));
    await expect(fetchMetadata('GET', DOCUMENT, {})).rejects.toThrow('more than 64 KiB');
  });
});
