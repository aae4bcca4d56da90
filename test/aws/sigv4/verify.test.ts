import { createHash, createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../../../src/aws/sigv4/signature.ts';
import {
  type SignatureVerdict,
  type SigningCredentials,
  verifySignature,
} from '../../../src/aws/sigv4/verify.ts';
import { KEYS, NOW, SESSION, type SentRequest, withHeader } from '../../support/aws/signing-plan.ts';
import { presign, signHeaders } from '../../support/aws/smithy-signer.ts';

interface Judging {
  readonly service?: 'sts' | 'ec2' | 's3';
  readonly region?: string;
  readonly now?: number;
}

function judge(request: SentRequest, { service = 'sts', region, now = NOW }: Judging = {}) {
  const { headers, body } = request;
  const stated = headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const payloadHash = service === 's3' ? stated : sha256(body);
  return verifySignature(
    { ...request, headers: [...headers], payloadHash },
    {
      service,
      region,
      now,
      findCredentials: (id) => [KEYS, SESSION].find(({ accessKeyId }) => accessKeyId === id),
    },
  );
}

function faultOf(verdict: SignatureVerdict<SigningCredentials>): string {
  return verdict.kind === 'refused' ? verdict.fault : verdict.kind;
}

const S3 = { service: 's3', host: 'bucket.example' } as const;
/** What S3 clients presign with: the body is not known yet. */
const S3_URL = { ...S3, path: '/b/k', headers: { 'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD' } } as const;
const FORM = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };

describe('a signature by the client library is verified', () => {
  test.each([
    ['a query in a header', {}, {}],
    ['a form', { method: 'POST', headers: FORM, body: 'Action=GetCallerIdentity&Version=2011-06-15' }, {}],
    ['temporary credentials', { keys: SESSION }, {}],
    [
      'EC2',
      { service: 'ec2', query: { Action: 'DescribeInstances', 'InstanceId.1': 'i-0' } },
      { service: 'ec2' },
    ],
    ['names that sort by their encoding', { query: { b: '2', a: 'x y', 'a-': "~!'()*", A: '/+' } }, {}],
    ['values with several blanks', { headers: { 'x-note': '  a   b ' } }, {}],
    ['a path that is encoded twice', { path: '/a%20b/c' }, {}],
    ['S3, with the body hashed', { ...S3, method: 'PUT', path: '/b/k', body: 'contents' }, { service: 's3' }],
    ['S3, a key that must be encoded', { ...S3, path: '/b/%C3%A4%20b/%2B%281%29//x' }, { service: 's3' }],
    [
      'S3, unsigned',
      { ...S3, method: 'PUT', headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' }, body: 'x' },
      { service: 's3' },
    ],
    ['another region', { region: 'eu-central-1' }, { region: 'eu-central-1' }],
  ] as const)('%s', async (_, plan, judging) => {
    expect(faultOf(judge(await signHeaders(plan), judging))).toBe('verified');
  });

  test.each([
    ['STS', {}, {}],
    ['a cluster id as a signed header', { headers: { 'x-k8s-aws-id': 'my-cluster' } }, {}],
    ['temporary credentials', { keys: SESSION }, {}],
    ['S3', S3_URL, { service: 's3' }],
  ] as const)('in a presigned URL: %s', async (_, plan, judging) => {
    expect(faultOf(judge(await presign(plan), judging))).toBe('verified');
  });

  test('the verdict has the credentials', async () => {
    const verdict = judge(await signHeaders({ keys: SESSION, method: 'POST', body: 'a=b' }));
    expect(verdict).toMatchObject({ credentials: SESSION });
  });
});

test('a request that was signed by hand, step by step, is verified', () => {
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const canonical = [
    'GET',
    '/',
    'Action=GetCallerIdentity&Version=2011-06-15',
    'host:sts.example',
    'x-amz-date:20230428T120000Z',
    '',
    'host;x-amz-date',
    hash(''),
  ].join('\n');
  const scope = '20230428/us-east-1/sts/aws4_request';
  const key = scope
    .split('/')
    .reduce<Buffer>((last, step) => hmac(last, step), Buffer.from(`AWS4${KEYS.secretAccessKey}`));
  const signature = hmac(
    key,
    ['AWS4-HMAC-SHA256', '20230428T120000Z', scope, hash(canonical)].join('\n'),
  ).toString('hex');
  const request: SentRequest = {
    method: 'GET',
    path: '/',
    query: 'Version=2011-06-15&Action=GetCallerIdentity',
    headers: new Map([
      ['host', 'sts.example'],
      ['x-amz-date', '20230428T120000Z'],
      [
        'authorization',
        `AWS4-HMAC-SHA256 Credential=${KEYS.accessKeyId}/${scope},SignedHeaders=host;x-amz-date,Signature=${signature}`,
      ],
    ]),
    body: Buffer.alloc(0),
    secure: false,
    sourceIp: '127.0.0.1',
  };
  expect(faultOf(judge(request))).toBe('verified');
});

describe('a changed request is refused', () => {
  test('the cluster id that it was signed for is another, or missing', async () => {
    const request = await presign({ headers: { 'x-k8s-aws-id': 'my-cluster' } });
    expect(faultOf(judge(withHeader(request, 'x-k8s-aws-id', 'other')))).toBe('mismatch');
    expect(faultOf(judge(withHeader(request, 'x-k8s-aws-id', undefined)))).toBe('mismatch');
  });

  test('any one bit of what is signed', async () => {
    const request = await signHeaders({
      method: 'POST',
      keys: SESSION,
      headers: FORM,
      path: '/service',
      query: { a: '1' },
      body: 'Action=X&Version=1',
    });
    const flip = (text: string, at: number, bit: number): string => {
      const bytes = Buffer.from(text, 'latin1');
      bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit);
      return bytes.toString('latin1');
    };
    const signed = ['host', 'content-type', 'x-amz-date', 'x-amz-security-token', 'authorization'];
    const part = fc.constantFrom('method', 'path', 'query', 'body', ...signed);
    fc.assert(
      fc.property(part, fc.nat(10_000), fc.nat(7), (name, at, bit) => {
        const value = request.headers.get(name);
        const changed =
          value !== undefined
            ? withHeader(request, name, flip(value, at, bit))
            : name === 'body'
              ? { ...request, body: Buffer.from(flip(request.body.toString('latin1'), at, bit), 'latin1') }
              : { ...request, [name]: flip(String(request[name as 'path']), at, bit) };
        return isBlankTwin(value, changed.headers.get(name)) || judge(changed).kind === 'refused';
      }),
      { numRuns: 200 },
    );
  });

  /** White space around a value, and its amount within, are not signed. */
  function isBlankTwin(before = '', after = ''): boolean {
    const squeeze = (text: string): string => text.trim().replaceAll(/ +/g, ' ');
    return before !== '' && squeeze(before) === squeeze(after);
  }
});

describe('the clock', () => {
  const MINUTE = 60_000;
  test.each([
    [0, 'verified'],
    [14, 'verified'],
    [15, 'verified'],
    [15.02, 'too-late'],
    [60 * 24 * 365, 'too-late'],
    [-15, 'verified'],
    [-15.02, 'too-early'],
    [-60 * 24 * 365 * 20, 'too-early'],
  ])('a signature that is %d minutes old: %s', async (minutes, expected) => {
    const now = NOW + minutes * MINUTE;
    expect(faultOf(judge(await signHeaders(), { now }))).toBe(expected);
    expect(faultOf(judge(await presign({ expiresIn: 1 }), { now }))).toBe(expected);
  });

  test.each([
    [60, 60, 'verified'],
    [60, 61, 'url-expired'],
    [604_800, 604_800, 'verified'],
    [604_800, 604_801, 'url-expired'],
    [60, -901, 'too-early'],
  ])('an S3 URL for %d seconds, %d seconds later: %s', async (expiresIn, later, expected) => {
    const request = await presign({ ...S3_URL, expiresIn });
    expect(faultOf(judge(request, { service: 's3', now: NOW + later * 1_000 }))).toBe(expected);
  });

  test('credentials that have expired', async () => {
    const now = NOW + 3_600_000;
    expect(faultOf(judge(await signHeaders({ keys: SESSION, at: now }), { now: now - 1 }))).toBe('verified');
    expect(faultOf(judge(await signHeaders({ keys: SESSION, at: now }), { now }))).toBe(
      'credentials-expired',
    );
  });

  test.each([
    '20230431T000000Z',
    '20230428T120000',
    '2023-04-28T12:00:00Z',
    '20230428T126000Z',
    '',
    '20230428T120000Z, 20230428T120000Z',
  ])('no time: %j', async (date) => {
    expect(faultOf(judge(withHeader(await signHeaders(), 'x-amz-date', date)))).toBe('malformed');
  });
});

describe('keys and tokens', () => {
  const stranger = { accessKeyId: 'AKIAEXAMPLEEXAMPLE99', secretAccessKey: 'x' };
  const { sessionToken: _, ...withoutToken } = SESSION;
  const cases: [string, SigningCredentials, string][] = [
    ['a key that nobody has', stranger, 'unknown-key'],
    ['another secret', { ...KEYS, secretAccessKey: 'x' }, 'mismatch'],
    ['temporary credentials without their token', withoutToken, 'wrong-token'],
    ['another token', { ...SESSION, sessionToken: 'x' }, 'wrong-token'],
    ['a token with a key that has none', { ...KEYS, sessionToken: 'x' }, 'wrong-token'],
  ];
  test.each(cases)('%s', async (_, keys, expected) => {
    expect(faultOf(judge(await signHeaders({ keys })))).toBe(expected);
    expect(faultOf(judge(await presign({ keys })))).toBe(expected);
  });
});

describe('the scope', () => {
  test.each([
    ['another service', { service: 'ec2' }, {}, 'wrong-service'],
    ['another region', { region: 'us-east-1' }, { region: 'us-west-2' }, 'wrong-region'],
  ] as const)('%s', async (_, plan, judging, expected) => {
    expect(faultOf(judge(await signHeaders(plan), judging))).toBe(expected);
  });

  test('another day than that of the date', async () => {
    const request = await signHeaders();
    const authorization = request.headers.get('authorization')?.replace('20230428', '20230427');
    expect(faultOf(judge(withHeader(request, 'authorization', authorization)))).toBe('wrong-day');
  });
});

describe('the Authorization header', () => {
  test.each([
    ['', 'malformed'],
    ['Bearer x', 'malformed'],
    ['AWS4-HMAC-SHA256', 'malformed'],
    ['AWS4-HMAC-SHA256 Credential=CREDENTIAL, SignedHeaders=host', 'malformed'],
    ['AWS4-HMAC-SHA256 Credential=CREDENTIAL, SignedHeaders=host;x-amz-date, Signature=short', 'malformed'],
    ['AWS4-HMAC-SHA256 Credential=CREDENTIAL, SignedHeaders=x-amz-date;host, Signature=HEX', 'malformed'],
    [
      'AWS4-HMAC-SHA256 Credential=CREDENTIAL, SignedHeaders=host;host;x-amz-date, Signature=HEX',
      'malformed',
    ],
    ['AWS4-HMAC-SHA256 Credential=CREDENTIAL, SignedHeaders=Host;x-amz-date, Signature=HEX', 'malformed'],
    [
      'AWS4-HMAC-SHA256 Credential=CREDENTIAL, Credential=CREDENTIAL, SignedHeaders=host;x-amz-date, Signature=HEX',
      'malformed',
    ],
    ['AWS4-HMAC-SHA256 Credential=CREDENTIAL/x, SignedHeaders=host;x-amz-date, Signature=HEX', 'malformed'],
    [
      'AWS4-HMAC-SHA256 Credential=a/20230428/us-west-2/sts/aws4_request, SignedHeaders=host;x-amz-date, Signature=HEX',
      'malformed',
    ],
    ['AWS4-HMAC-SHA256 Credential=CREDENTIAL, SignedHeaders=x-amz-date, Signature=HEX', 'unsigned-header'],
    ['AWS4-HMAC-SHA256 Credential=CREDENTIAL, SignedHeaders=host, Signature=HEX', 'unsigned-header'],
    [
      'AWS4-HMAC-SHA256 Credential=CREDENTIAL, SignedHeaders=absent;host;x-amz-date, Signature=HEX',
      'mismatch',
    ],
    ['AWS4-HMAC-SHA256 Credential=CREDENTIAL, SignedHeaders=host;x-amz-date, Signature=HEX', 'mismatch'],
  ])('%j: %s', async (template, expected) => {
    const authorization = template
      .replaceAll('CREDENTIAL', `${KEYS.accessKeyId}/20230428/us-west-2/sts/aws4_request`)
      .replace('HEX', 'a'.repeat(64));
    expect(faultOf(judge(withHeader(await signHeaders(), 'authorization', authorization)))).toBe(expected);
  });

  test('a header of AWS that was added after signing', async () => {
    expect(faultOf(judge(withHeader(await signHeaders(), 'x-amz-acl', 'public-read')))).toBe(
      'unsigned-header',
    );
    expect(faultOf(judge(withHeader(await presign(), 'x-amz-acl', 'public-read')))).toBe('unsigned-header');
  });

  test('together with a presigned URL', async () => {
    const { headers } = await signHeaders();
    const request = await presign();
    expect(faultOf(judge(withHeader(request, 'authorization', headers.get('authorization'))))).toBe(
      'two-forms',
    );
  });

  test('Signature Version 2, in a header or a query', async () => {
    const request = await signHeaders();
    const old = withHeader(request, 'authorization', 'AWS AKIAEXAMPLEEXAMPLE00:c2lnbmF0dXJl');
    expect(faultOf(judge(old))).toBe('other-mechanism');
    const query = 'AWSAccessKeyId=AKIAEXAMPLEEXAMPLE00&Signature=c2lnbmF0dXJl&Expires=1682690400';
    expect(faultOf(judge({ ...withHeader(request, 'authorization', undefined), query }))).toBe(
      'other-mechanism',
    );
  });

  test('nothing at all', async () => {
    expect(faultOf(judge(withHeader(await signHeaders(), 'authorization', undefined)))).toBe('missing');
  });
});

describe('the query of a presigned URL', () => {
  test.each([
    ['&X-Amz-Expires=60', 'there twice'],
    ['&x-amz-expires=60', 'in another case'],
    ['&X-AMZ-CREDENTIAL=x', 'a credential in capitals'],
    ['&X-Amz-Security-Token=a&X-Amz-Security-Token=b', 'two tokens'],
    ['&a=%', 'a broken escape'],
    ['&a=%ff', 'bytes that are no UTF-8'],
    [`${'&a=b'.repeat(600)}`, 'more parameters than anybody has'],
  ])('%s: %s', async (more) => {
    const request = await presign();
    expect(faultOf(judge({ ...request, query: request.query + more }))).toBe('malformed');
  });

  test.each(['0', '-1', '604801', '1.5', '1e3', '60%67', '', '99999999999'])(
    'X-Amz-Expires=%s',
    async (expires) => {
      const request = await presign(S3_URL);
      const query = request.query.replace('X-Amz-Expires=60', `X-Amz-Expires=${expires}`);
      expect(faultOf(judge({ ...request, query }, { service: 's3' }))).toBe('malformed');
    },
  );

  test('a parameter that was added after signing', async () => {
    const request = await presign();
    expect(faultOf(judge({ ...request, query: `${request.query}&Action=x` }))).toBe('mismatch');
  });
});
