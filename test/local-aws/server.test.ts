import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { putObject, type S3Deps } from '../../src/aws/s3-object.ts';
import { createAuthority } from '../../src/http/self-signed.ts';
import { createStaticKeys } from '../../src/issuer/keys/key-finder.ts';
import { DEFAULT_CONFIG } from '../../src/local-aws/config/example.ts';
import { readLocalAwsConfig } from '../../src/local-aws/config/read.ts';
import type { AwsLogLine } from '../../src/local-aws/server.ts';
import { type LocalAws, type LocalAwsOptions, startLocalAws } from '../../src/local-aws/start.ts';

const running: LocalAws[] = [];
afterEach(async () => {
  for (const aws of running.splice(0)) await aws.stop();
});

async function start(options: Partial<LocalAwsOptions> = {}): Promise<{ aws: LocalAws; log: AwsLogLine[] }> {
  const reading = readLocalAwsConfig(DEFAULT_CONFIG, { resolve: (path) => path, read: () => '' });
  if (reading.kind === 'invalid') throw new Error(reading.problems.join());
  const log: AwsLogLine[] = [];
  const aws = await startLocalAws({
    config: reading.config,
    keys: createStaticKeys(new Map()),
    clock: { now: Date.now },
    log: (line) => log.push(line),
    ...options,
  });
  running.push(aws);
  return { aws, log };
}

const deps: S3Deps = {
  credentials: async () => ({ accessKeyId: 'AKIALOCALALICE000000', secretAccessKey: 'local-only' }),
  fetch,
  now: Date.now,
};

const toObject = (endpoint: string, key: string) => ({
  endpoint,
  region: 'us-west-2',
  bucket: 'iam-bridge-demo',
  key,
  body: Buffer.from(key),
  contentType: 'text/plain',
});

test('an object that is put over HTTP is among the objects', async () => {
  const { aws, log } = await start();
  await putObject(toObject(aws.url, 'a key/ä'), deps);
  expect(aws.objects()).toMatchObject([
    { bucket: 'iam-bridge-demo', key: 'a key/ä', data: Buffer.from('a key/ä') },
  ]);
  expect(log).toMatchObject([{ method: 'PUT', status: 200, note: { action: 's3:PutObject' } }]);
});

test('objects in a folder are there after the next start', async () => {
  const data = mkdtempSync(join(tmpdir(), 'iam-bridge-server-'));
  try {
    const { aws } = await start({ data });
    await putObject(toObject(aws.url, 'kept'), deps);
    expect((await start({ data })).aws.objects()).toMatchObject([{ key: 'kept', data: Buffer.from('kept') }]);
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
});

test('a token of an issuer that nobody configured is refused, with the reason in the log only', async () => {
  const { aws, log } = await start();
  const parameters = {
    Action: 'AssumeRoleWithWebIdentity',
    Version: '2011-06-15',
    RoleArn: 'arn:aws:iam::111122223333:role/none',
    RoleSessionName: 'session',
    WebIdentityToken: 'no.to.ken',
  };
  const response = await fetch(aws.url, { method: 'POST', body: new URLSearchParams(parameters) });
  expect(response.status).toBe(400);
  expect(await response.text()).toContain('<Code>InvalidIdentityToken</Code>');
  expect(log).toMatchObject([{ note: { code: 'InvalidIdentityToken', reason: expect.any(String) } }]);
});

test('over TLS, by HTTPS alone', async () => {
  const authority = await createAuthority(Date.now());
  const { aws } = await start({ tls: await authority.issue() });
  expect(aws.url).toMatch(/^https:\/\/127\.0\.0\.1:/);
  const status = await new Promise((resolve, reject) => {
    httpsRequest(aws.url, { ca: authority.cert, method: 'HEAD', path: '/iam-bridge-demo' }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

test.each([
  ['a path that cannot be decoded', { path: '/%zz' }, 400, 'InvalidURI'],
  ['a method that is not there', { method: 'PATCH', path: '/bucket/key' }, 405, 'MethodNotAllowed'],
  ['a method that nobody has', { method: 'PROPFIND' }, 405, 'MethodNotAllowed'],
  // S3 keeps whatever it says, so it is not looked at before the signature is.
  [
    'a content type that is none',
    { method: 'PUT', path: '/bucket/key', type: '!!!', body: 'x' },
    403,
    'AccessDenied',
  ],
  [
    'a body that is too large',
    { method: 'PUT', path: '/bucket/key', body: Buffer.alloc(17 * 1_048_576 + 1) },
    400,
    'EntityTooLarge',
  ],
  ['a form that is too large', { method: 'POST', body: 'x'.repeat(200_000) }, 413, 'MalformedQueryString'],
  ['nothing in particular', {}, 403, 'AccessDenied'],
])('%s', async (_, plan, status, code) => {
  const {
    method = 'GET',
    path = '/',
    type,
    body,
  } = plan as { method?: string; path?: string; type?: string; body?: string };
  const { aws, log } = await start();
  const headers = type === undefined ? {} : { 'content-type': type };
  const response = await fetch(`${aws.url}${path}`, { method, headers, ...(body !== undefined && { body }) });
  expect([response.status, /<Code>(\w+)</.exec(await response.text())?.[1]]).toEqual([status, code]);
  expect(log).toMatchObject([{ status, note: { code } }]);
});

test.each([
  ['a method that HTTP does not know', 'FOO / HTTP/1.1\r\nhost: x\r\n\r\n', 400, 'InvalidRequest'],
  ['no HTTP at all', '\u0016\u0003\u0001', 400, 'InvalidRequest'],
  [
    'headers that are too large',
    `GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(70_000)}\r\n\r\n`,
    400,
    'RequestHeaderSectionTooLarge',
  ],
])('%s', async (_, text, status, code) => {
  const { aws } = await start();
  const socket = connect(aws.port, '127.0.0.1');
  socket.write(text);
  const answer = (await socket.setEncoding('latin1').toArray()).join('');
  expect(answer).toContain(`HTTP/1.1 ${status} `);
  expect(answer).toContain(`<Error><Code>${code}</Code>`);
});

test('stopping ends connections that are kept', async () => {
  const { aws } = await start();
  const socket = connect(aws.port, '127.0.0.1');
  await new Promise((resolve) => socket.once('connect', resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  await aws.stop();
  await closed;
});

test('a port that is taken is named', async () => {
  const { aws } = await start();
  await expect(start({ port: aws.port })).rejects.toThrow(`cannot listen on port ${aws.port}`);
});
