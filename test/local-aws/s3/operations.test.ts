import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import type { AwsResponse } from '../../../src/local-aws/route.ts';
import { KEYS, NOW, type Plan, SESSION, withHeader } from '../../support/aws/signing-plan.ts';
import {
  BUCKET,
  createTestAws,
  outcomeOf,
  readElement,
  type TestAws,
  toUser,
  USER,
} from '../../support/local-aws/local-aws.ts';
import { presign, signHeaders } from '../../support/local-aws/sign.ts';
import { stream } from '../../support/local-aws/stream.ts';

const HOST = 's3.us-west-2.amazonaws.com';

/** Signs a request to S3 and sends it. */
async function ask(aws: TestAws, method: string, path: string, plan: Plan = {}): Promise<AwsResponse> {
  return await aws.send(signHeaders({ service: 's3', host: HOST, method, path, at: aws.clock.now, ...plan }));
}

const put = (aws: TestAws, key: string, body: string | Buffer = key, plan: Plan = {}) =>
  ask(aws, 'PUT', `/${BUCKET}/${encodeURIComponent(key).replaceAll('%2F', '/')}`, { body, ...plan });

const get = (aws: TestAws, key: string, plan: Plan = {}) => ask(aws, 'GET', `/${BUCKET}/${key}`, plan);

describe('an object', () => {
  test('is read back with what it was put with', async () => {
    const aws = await createTestAws();
    const headers = {
      'content-type': 'text/plain',
      'cache-control': 'no-cache',
      'x-amz-meta-Job': 's3-echoer',
    };
    const stored = await put(aws, 'a/key', 'contents', { headers });
    expect(stored).toMatchObject({
      status: 200,
      headers: { etag: `"${createHash('md5').update('contents').digest('hex')}"` },
    });
    const response = await get(aws, 'a/key');
    expect(response.body.toString()).toBe('contents');
    expect(response.headers).toMatchObject({
      'content-type': 'text/plain',
      'cache-control': 'no-cache',
      'x-amz-meta-job': 's3-echoer',
      etag: stored.headers['etag'],
      'last-modified': 'Fri, 28 Apr 2023 12:00:00 GMT',
      'x-amz-request-id': 'the-request-id',
    });
    expect(response.note).toEqual({ action: 's3:GetObject', caller: USER.arn });
  });

  test('is replaced by another of the same key, and gone when it is deleted', async () => {
    const aws = await createTestAws();
    await put(aws, 'key', 'old');
    await put(aws, 'key', 'new');
    expect((await get(aws, 'key')).body.toString()).toBe('new');
    for (let round = 0; round < 2; round += 1) {
      expect((await ask(aws, 'DELETE', `/${BUCKET}/key`)).status).toBe(204);
    }
    expect(outcomeOf(await get(aws, 'key'))).toBe('404 NoSuchKey');
  });

  test.each([
    '../../etc/passwd',
    '..',
    '.',
    '/',
    '//',
    'a//b',
    'ä b+c',
    'with%25escape',
    '?#&',
    'constructor',
    '__proto__',
    '\u{1f680}',
    '\u0001',
  ])('may have the key %j', async (key) => {
    const aws = await createTestAws();
    const path = `/${BUCKET}/${encodeURIComponent(key).replaceAll('%2F', '/')}`;
    expect((await ask(aws, 'PUT', path, { body: 'x' })).status).toBe(200);
    expect(aws.store.keys(BUCKET)).toEqual([key]);
    expect((await ask(aws, 'GET', path)).body.toString()).toBe('x');
  });

  test('is found by the name of the bucket in the host, too', async () => {
    const aws = await createTestAws();
    await put(aws, 'key', 'x');
    for (const host of [
      `${BUCKET}.s3.us-west-2.amazonaws.com`,
      `${BUCKET}.s3.amazonaws.com`,
      `${BUCKET}.localhost:4566`,
      `${BUCKET}.s3.localhost`,
    ]) {
      expect((await ask(aws, 'GET', '/key', { host })).body.toString()).toBe('x');
    }
  });

  test('is written and read by presigned URLs', async () => {
    const aws = await createTestAws();
    const plan = {
      service: 's3',
      host: HOST,
      path: `/${BUCKET}/key`,
      headers: { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' },
    } as const;
    const upload = presign({ ...plan, method: 'PUT' });
    expect((await aws.send({ ...upload, body: Buffer.from('x') })).status).toBe(200);
    expect((await aws.send(presign(plan))).body.toString()).toBe('x');
  });

  test.each([
    ['bytes=0-3', 206, 'cont', 'bytes 0-3/8'],
    ['bytes=4-', 206, 'ents', 'bytes 4-7/8'],
    ['bytes=-2', 206, 'ts', 'bytes 6-7/8'],
    ['bytes=-99', 206, 'contents', 'bytes 0-7/8'],
    ['bytes=2-99', 206, 'ntents', 'bytes 2-7/8'],
    ['bytes=3-1', 200, 'contents', undefined],
    ['lines=1-2', 200, 'contents', undefined],
    ['bytes=0-1,3-4', 200, 'contents', undefined],
  ])('in part: %s', async (range, status, body, contentRange) => {
    const aws = await createTestAws();
    await put(aws, 'key', 'contents');
    const response = await get(aws, 'key', { headers: { range } });
    expect([response.status, response.body.toString(), response.headers['content-range']]).toEqual([
      status,
      body,
      contentRange,
    ]);
  });

  test.each(['bytes=8-', 'bytes=99-100', 'bytes=-0'])('beyond its end: %s', async (range) => {
    const aws = await createTestAws();
    await put(aws, 'key', 'contents');
    expect(outcomeOf(await get(aws, 'key', { headers: { range } }))).toBe('416 InvalidRange');
  });

  test('only where it is not there yet, or is what it was', async () => {
    const aws = await createTestAws();
    const only = { headers: { 'if-none-match': '*' } };
    expect(outcomeOf(await put(aws, 'key', 'old', only))).toBe('200');
    expect(outcomeOf(await put(aws, 'key', 'new', only))).toBe('412 PreconditionFailed');
    const etag = (await get(aws, 'key')).headers['etag'] ?? '';
    expect(outcomeOf(await put(aws, 'key', 'new', { headers: { 'if-match': etag } }))).toBe('200');
    expect(outcomeOf(await put(aws, 'key', 'newer', { headers: { 'if-match': etag } }))).toBe(
      '412 PreconditionFailed',
    );
    expect((await get(aws, 'key')).body.toString()).toBe('new');
  });

  test('is not sent again to whoever has it', async () => {
    const aws = await createTestAws();
    const etag = (await put(aws, 'key')).headers['etag'] ?? '';
    const response = await get(aws, 'key', { headers: { 'if-none-match': etag } });
    expect([response.status, response.body]).toEqual([304, '']);
    expect(outcomeOf(await get(aws, 'key', { headers: { 'if-match': '"other"' } }))).toBe(
      '412 PreconditionFailed',
    );
  });

  test('comes in chunks without them being kept', async () => {
    const aws = await createTestAws();
    const request = await stream(['contents'], { signed: true });
    expect((await aws.send(request)).status).toBe(200);
    const { body, headers } = await get(aws, 'key');
    expect(body.toString()).toBe('contents');
    expect(headers).not.toHaveProperty('content-encoding');
  });
});

describe('checksums', () => {
  // Of `123456789`: the check values that the catalogue of CRC algorithms gives, and hashes by node:crypto.
  const DATA = '123456789';
  const hash = (name: string): string => createHash(name).update(DATA).digest('base64');
  const hex = (text: string): string => Buffer.from(text, 'hex').toString('base64');
  const CHECKSUMS: [string, string][] = [
    ['x-amz-checksum-crc32', hex('cbf43926')],
    ['x-amz-checksum-crc32c', hex('e3069283')],
    ['x-amz-checksum-crc64nvme', hex('ae8b14860a799888')],
    ['x-amz-checksum-sha1', hash('sha1')],
    ['x-amz-checksum-sha256', hash('sha256')],
    ['x-amz-checksum-sha512', hash('sha512')],
    ['x-amz-checksum-md5', hash('md5')],
  ];

  test.each(CHECKSUMS)('%s is computed, kept, and told to whoever asks', async (name, value) => {
    const aws = await createTestAws();
    const stored = await put(aws, 'key', DATA, { headers: { [name]: value } });
    expect([stored.status, stored.headers[name]]).toEqual([200, value]);
    expect((await get(aws, 'key')).headers).not.toHaveProperty(name);
    const asked = { headers: { 'x-amz-checksum-mode': 'ENABLED' } };
    expect((await get(aws, 'key', asked)).headers[name]).toBe(value);
    expect(outcomeOf(await put(aws, 'key', 'other', { headers: { [name]: value } }))).toBe('400 BadDigest');
    expect((await get(aws, 'key')).body.toString()).toBe(DATA);
  });

  test('one in a trailer, too', async () => {
    const aws = await createTestAws();
    const [name, value] = CHECKSUMS[0] ?? ['', ''];
    expect(
      (await aws.send(await stream([DATA], { signed: false, trailers: [[name, value]] }))).headers[name],
    ).toBe(value);
    expect(
      outcomeOf(await aws.send(await stream(['other'], { signed: false, trailers: [[name, value]] }))),
    ).toBe('400 BadDigest');
  });

  test.each([
    [{ 'x-amz-checksum-xxhash64': 'AAAAAAAAAAA=' }, '501 NotImplemented'],
    [{ 'content-md5': createHash('md5').update(DATA).digest('base64') }, '200'],
    [{ 'content-md5': createHash('md5').update('x').digest('base64') }, '400 BadDigest'],
    [{ 'content-md5': 'nonsense' }, '400 InvalidDigest'],
  ])('%j: %s', async (headers, expected) => {
    expect(outcomeOf(await put(await createTestAws(), 'key', DATA, { headers }))).toBe(expected);
  });
});

describe('a list', () => {
  const keysOf = ({ body }: AwsResponse, element = 'Key'): string[] =>
    [...body.toString().matchAll(new RegExp(`<${element}>([^<]+)</${element}>`, 'g'))].map(
      ([, key]) => key ?? '',
    );

  async function fill(...keys: string[]): Promise<TestAws> {
    const aws = await createTestAws();
    for (const key of keys) await put(aws, key);
    return aws;
  }

  const list = (aws: TestAws, query: Readonly<Record<string, string>> = {}) =>
    ask(aws, 'GET', `/${BUCKET}`, { query: { 'list-type': '2', ...query } });

  test('is in the order of bytes', async () => {
    const aws = await fill('b', 'a', '\u{1f680}', '\uffee', 'B');
    expect(keysOf(await list(aws))).toEqual(['B', 'a', 'b', '\uffee', '\u{1f680}']);
  });

  test('has what S3 tells of each object', async () => {
    const response = await list(await fill('key'));
    expect(
      [
        'Name',
        'Prefix',
        'KeyCount',
        'MaxKeys',
        'IsTruncated',
        'Key',
        'Size',
        'LastModified',
        'StorageClass',
      ].map((name) => readElement(response, name)),
    ).toEqual([BUCKET, undefined, '1', '1000', 'false', 'key', '3', '2023-04-28T12:00:00.000Z', 'STANDARD']);
  });

  test('of a prefix, with what lies deeper put together', async () => {
    const aws = await fill('a', 'd/1', 'd/2', 'd/e/1', 'd/e/2', 'e/1');
    const response = await list(aws, { prefix: 'd/', delimiter: '/' });
    expect(keysOf(response)).toEqual(['d/1', 'd/2']);
    expect(keysOf(response, 'Prefix')).toEqual(['d/', 'd/e/']);
    expect(readElement(response, 'KeyCount')).toBe('3');
  });

  test('comes in pages that together are the whole', async () => {
    const aws = await fill('a', 'b/1', 'b/2', 'c', 'd/1', 'e');
    const seen: string[] = [];
    let token: string | undefined;
    for (let page = 0; page < 9; page += 1) {
      const response = await list(aws, {
        'max-keys': '2',
        delimiter: '/',
        ...(token !== undefined && { 'continuation-token': token }),
      });
      seen.push(...keysOf(response), ...keysOf(response, 'Prefix'));
      token = readElement(response, 'NextContinuationToken');
      expect(readElement(response, 'IsTruncated')).toBe(String(token !== undefined));
      if (token === undefined) break;
    }
    expect(seen).toEqual(['a', 'b/', 'c', 'd/', 'e']);
  });

  test('starts after a key, and the old version after a marker', async () => {
    const aws = await fill('a', 'b', 'c');
    expect(keysOf(await list(aws, { 'start-after': 'a' }))).toEqual(['b', 'c']);
    const old = await ask(aws, 'GET', `/${BUCKET}`, { query: { marker: 'b' } });
    expect(keysOf(old)).toEqual(['c']);
    expect(readElement(old, 'Marker')).toBe('b');
  });

  test('encodes keys where that is asked for, and XML in any case', async () => {
    const aws = await fill('a <&>/b');
    expect(keysOf(await list(aws, { 'encoding-type': 'url' }))).toEqual(['a%20%3C%26%3E/b']);
    expect((await list(aws)).body).toContain('<Key>a &lt;&amp;&gt;/b</Key>');
  });

  test.each([
    { 'max-keys': '-1' },
    { 'max-keys': 'x' },
    { 'encoding-type': 'base64' },
    { 'list-type': '3' },
    { 'continuation-token': '' },
  ])('%j is an InvalidArgument', async (query) => {
    expect(outcomeOf(await list(await fill(), query))).toBe('400 InvalidArgument');
  });

  test('of no keys at all is not truncated for ever', async () => {
    expect(readElement(await list(await fill('a'), { 'max-keys': '0' }), 'IsTruncated')).toBe('false');
  });
});

describe('deleting many', () => {
  const toDelete = (content: string) =>
    `<?xml version="1.0" encoding="UTF-8"?><Delete xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</Delete>`;
  const remove = (aws: TestAws, body: string, headers = {}) =>
    ask(aws, 'POST', `/${BUCKET}`, { query: { delete: '' }, body, headers });

  test('tells which', async () => {
    const aws = await createTestAws();
    for (const key of ['a', 'b&c', 'kept']) await put(aws, key);
    const response = await remove(
      aws,
      toDelete(
        '<Object><Key>a</Key></Object><Object><Key>b&amp;c</Key></Object><Object><Key>&#x61;&#98;</Key></Object>',
      ),
    );
    expect(response.body).toContain(
      '<Deleted><Key>a</Key></Deleted><Deleted><Key>b&amp;c</Key></Deleted><Deleted><Key>ab</Key></Deleted>',
    );
    expect(aws.store.keys(BUCKET)).toEqual(['kept']);
  });

  test('tells only errors where it is to be quiet; each key needs the permission', async () => {
    const user = toUser([
      {
        effect: 'Allow',
        actions: ['s3:PutObject', 's3:DeleteObject'],
        resources: [`arn:aws:s3:::${BUCKET}/mine/*`],
      },
    ]);
    const aws = await createTestAws({ user });
    await put(aws, 'mine/a');
    const response = await remove(
      aws,
      toDelete('<Quiet>true</Quiet><Object><Key>mine/a</Key></Object><Object><Key>other</Key></Object>'),
    );
    expect(response.body).toContain('<Error><Key>other</Key><Code>AccessDenied</Code>');
    expect(response.body).not.toContain('<Deleted>');
    expect(aws.store.keys(BUCKET)).toEqual([]);
  });

  test.each([
    '',
    '{}',
    '<Delete>',
    toDelete(''),
    toDelete('<Object><Key></Key></Object>'),
    toDelete('<Object><Key>a</Key><VersionId>1</VersionId></Object>'),
    toDelete('<Object><Key>a</Key></Object>garbage'),
    toDelete('<Object><Key>&unknown;</Key></Object>'),
    toDelete('<Object><Key>a & b</Key></Object>'),
    toDelete('<Object><Key>&#x110000;</Key></Object>'),
    toDelete('<Object><Key>&#0;</Key></Object>'),
    `<!DOCTYPE Delete [<!ENTITY a "b">]>${toDelete('<Object><Key>&a;</Key></Object>')}`,
    toDelete('<Object><Key>a</Key></Object>'.repeat(1_001)),
    toDelete(`<Object><Key>${'a'.repeat(2_100_000)}</Key></Object>`),
  ])('%.80s is MalformedXML', async (body) => {
    expect(outcomeOf(await remove(await createTestAws(), body))).toBe('400 MalformedXML');
  });

  test.each([
    toDelete(' '.repeat(100_000)),
    toDelete(`${'<Object><Key>a</Key></Object>'.repeat(900)}${' '.repeat(100_000)}`),
  ])('costs no more than its length', async (body) => {
    const aws = await createTestAws();
    const start = process.cpuUsage();
    await remove(aws, body);
    expect(process.cpuUsage(start).user).toBeLessThan(1_000_000);
  });

  test('whose digest is wrong is refused', async () => {
    expect(
      outcomeOf(
        await remove(await createTestAws(), toDelete('<Object><Key>a</Key></Object>'), {
          'content-md5': 'x',
        }),
      ),
    ).toBe('400 BadDigest');
  });
});

describe('a bucket', () => {
  test('is made, seen, listed and removed', async () => {
    const aws = await createTestAws();
    expect(outcomeOf(await ask(aws, 'HEAD', '/another'))).toBe('404 NoSuchBucket');
    expect((await ask(aws, 'PUT', '/another')).status).toBe(200);
    expect(outcomeOf(await ask(aws, 'PUT', '/another'))).toBe('409 BucketAlreadyOwnedByYou');
    expect((await ask(aws, 'HEAD', '/another')).status).toBe(200);
    expect((await ask(aws, 'GET', '/')).body).toContain(`<Bucket><Name>another</Name>`);
    expect((await ask(aws, 'GET', '/another', { query: { location: '' } })).body).toContain(
      '<LocationConstraint ',
    );
    expect((await ask(aws, 'DELETE', '/another')).status).toBe(204);
    await put(aws, 'key');
    expect(outcomeOf(await ask(aws, 'DELETE', `/${BUCKET}`))).toBe('409 BucketNotEmpty');
  });

  test.each(['ab', 'UPPER', 'a..b', '-abc', '192.0.2.1', '.about', 'a'.repeat(64), '..%2Fx', 'a%00b'])(
    'has no name such as %s',
    async (name) => {
      expect(outcomeOf(await ask(await createTestAws(), 'PUT', `/${name}`))).toBe('400 InvalidBucketName');
    },
  );
});

describe('permissions', () => {
  const allow = (actions: string[], ...resources: string[]) =>
    ({ effect: 'Allow', actions, resources }) as const;
  const OBJECTS = `arn:aws:s3:::${BUCKET}/*`;

  test.each([
    ['the action on the object', [allow(['s3:PutObject'], OBJECTS)], '200'],
    ['any action, in another case', [allow(['S3:put*'], OBJECTS)], '200'],
    ['a part of the keys', [allow(['s3:PutObject'], `arn:aws:s3:::${BUCKET}/k??`)], '200'],
    ['nothing', [], '403 AccessDenied'],
    ['another action', [allow(['s3:GetObject'], OBJECTS)], '403 AccessDenied'],
    ['another bucket', [allow(['s3:PutObject'], 'arn:aws:s3:::other/*')], '403 AccessDenied'],
    [
      'the bucket, and not its objects',
      [allow(['s3:PutObject'], `arn:aws:s3:::${BUCKET}`)],
      '403 AccessDenied',
    ],
    ['other keys', [allow(['s3:PutObject'], `arn:aws:s3:::${BUCKET}/k?`)], '403 AccessDenied'],
    [
      'everything, and forbidden',
      [allow(['*'], '*'), { effect: 'Deny', actions: ['s3:PutObject'], resources: ['*'] } as const],
      '403 AccessDenied',
    ],
  ])('%s', async (_, permissions, expected) => {
    const response = await put(await createTestAws({ user: toUser(permissions) }), 'key');
    expect(outcomeOf(response)).toBe(expected);
  });

  test('S3 says which one is missing', async () => {
    const response = await put(await createTestAws({ user: toUser([]) }), 'key');
    expect(readElement(response, 'Message')).toBe(
      `User: ${USER.arn} is not authorized to perform: s3:PutObject on resource: &quot;arn:aws:s3:::${BUCKET}/key&quot; because no identity-based policy allows the s3:PutObject action`,
    );
  });

  test('the policy of a session narrows what the role may', async () => {
    const user = { ...USER, permissions: [[allow(['s3:*'], '*')], [allow(['s3:GetObject'], OBJECTS)]] };
    const aws = await createTestAws({ user });
    expect(outcomeOf(await put(aws, 'key'))).toBe('403 AccessDenied');
    expect(outcomeOf(await get(aws, 'key'))).toBe('403 AccessDenied');
  });

  test('whoever may not list does not learn that an object is not there', async () => {
    const user = toUser([allow(['s3:GetObject'], OBJECTS)]);
    expect(outcomeOf(await get(await createTestAws({ user }), 'key'))).toBe('403 AccessDenied');
  });
});

describe('signatures', () => {
  const PUT = { service: 's3', host: HOST, method: 'PUT', path: `/${BUCKET}/key`, body: 'x' } as const;

  test.each<[string, Plan, string]>([
    ['an unknown key', { keys: { ...KEYS, accessKeyId: 'AKIAEXAMPLEEXAMPLE99' } }, '403 InvalidAccessKeyId'],
    ['another secret', { keys: { ...KEYS, secretAccessKey: 'x' } }, '403 SignatureDoesNotMatch'],
    ['a token that is none', { keys: { ...KEYS, sessionToken: 'x' } }, '400 InvalidToken'],
    ['temporary keys that are not known', { keys: SESSION }, '403 InvalidAccessKeyId'],
    ['too late', { at: NOW - 901_000 }, '403 RequestTimeTooSkewed'],
    ['another service', { service: 'sts' }, '400 AuthorizationHeaderMalformed'],
    ['another region', { region: 'eu-west-1' }, '400 AuthorizationHeaderMalformed'],
    [
      'another hash of the body',
      { headers: { 'x-amz-content-sha256': 'a'.repeat(64) } },
      '400 XAmzContentSHA256Mismatch',
    ],
    ['no hash at all', { headers: { 'x-amz-content-sha256': 'nonsense' } }, '400 InvalidArgument'],
  ])('%s', async (_, plan, expected) => {
    const aws = await createTestAws({ region: 'us-west-2' });
    expect(outcomeOf(await aws.send(signHeaders({ ...PUT, ...plan })))).toBe(expected);
    expect(aws.store.keys(BUCKET)).toEqual([]);
  });

  test('nobody', async () => {
    const aws = await createTestAws();
    expect(outcomeOf(await aws.send(withHeader(signHeaders(PUT), 'authorization', undefined)))).toBe(
      '403 AccessDenied',
    );
  });
});

describe('what is not there is said to be so', () => {
  test.each([
    ['GET', { versionId: '1' }, {}],
    ['PUT', { tagging: '' }, {}],
    ['POST', { uploads: '' }, {}],
    ['POST', { uploadId: 'x' }, {}],
    ['POST', {}, {}],
    ['PUT', { partNumber: '1', uploadId: 'x' }, {}],
    ['PUT', {}, { 'x-amz-copy-source': '/other/key' }],
    ['PUT', {}, { 'x-amz-server-side-encryption': 'AES256' }],
    ['PUT', {}, { 'x-amz-acl': 'public-read' }],
  ])('%s %j %j', async (method, query, headers) => {
    const aws = await createTestAws();
    expect(outcomeOf(await ask(aws, method, `/${BUCKET}/key`, { query, headers }))).toBe(
      '501 NotImplemented',
    );
  });

  test('in the log, by its name', async () => {
    const headers = { 'x-amz-copy-source': '/other/key' };
    const { note } = await ask(await createTestAws(), 'PUT', `/${BUCKET}/key`, { headers });
    expect(note.reason).toBe('Header: x-amz-copy-source');
  });
});

describe('bounds', () => {
  test.each([
    ['k'.repeat(1_025), 'x', {}, '400 KeyTooLongError'],
    ['key', Buffer.alloc(16 * 1_024 * 1_024 + 1), {}, '400 EntityTooLarge'],
    ['key', 'x', { 'x-amz-meta-a': 'x'.repeat(2_049) }, '400 MetadataTooLarge'],
  ])('%.8s %.8s %j: %s', async (key, body, headers, expected) => {
    expect(outcomeOf(await put(await createTestAws(), key, body, { headers }))).toBe(expected);
  });

  test('the number and the size of all objects', async () => {
    const aws = await createTestAws({ limits: { buckets: 2, objects: 2, bytes: 10 } });
    expect(outcomeOf(await put(aws, 'a', '12345'))).toBe('200');
    expect(outcomeOf(await put(aws, 'b', '123456'))).toBe('400 InvalidRequest');
    expect(outcomeOf(await put(aws, 'a', '1234567890'))).toBe('200');
    expect(outcomeOf(await put(aws, 'a', ''))).toBe('200');
    expect(outcomeOf(await put(aws, 'b', ''))).toBe('200');
    expect(outcomeOf(await put(aws, 'c', ''))).toBe('400 InvalidRequest');
    expect(outcomeOf(await ask(aws, 'PUT', '/second'))).toBe('200');
    expect(outcomeOf(await ask(aws, 'PUT', '/third'))).toBe('400 InvalidRequest');
  });

  test('a path that cannot be decoded', async () => {
    const aws = await createTestAws();
    const request = signHeaders({ service: 's3', host: HOST, path: `/${BUCKET}/key` });
    expect(outcomeOf(await aws.send({ ...request, path: `/${BUCKET}/%ff` }))).toBe('400 InvalidURI');
    expect(outcomeOf(await aws.send({ ...request, query: 'a=%' }))).toBe('400 InvalidURI');
  });
});
