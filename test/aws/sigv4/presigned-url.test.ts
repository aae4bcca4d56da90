import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeStrictly } from '../../../src/aws/sigv4/percent.ts';
import { readPresignedUrl } from '../../../src/aws/sigv4/presigned-url.ts';

const PARAMETERS = [
  'Action=GetCallerIdentity',
  'Version=2011-06-15',
  'X-Amz-Algorithm=AWS4-HMAC-SHA256',
  'X-Amz-Credential=AKIAEXAMPLEEXAMPLE00%2F20230428%2Fus-west-2%2Fsts%2Faws4_request',
  'X-Amz-Date=20230428T120000Z',
  'X-Amz-Expires=60',
  'X-Amz-SignedHeaders=host%3Bx-k8s-aws-id',
  `X-Amz-Signature=${'0123456789abcdef'.repeat(4)}`,
];
const QUERY = PARAMETERS.join('&');
const HOST = 'sts.us-west-2.amazonaws.com';
const URL_TEXT = `https://${HOST}/?${QUERY}`;

/** The problem of the same URL with another value of a parameter; undefined leaves it out. */
function problemWith(name: string, value: string | undefined): string {
  const parameters = PARAMETERS.flatMap((each) =>
    each.startsWith(`${name}=`) ? (value === undefined ? [] : [`${name}=${value}`]) : [each],
  );
  return problemOf(`https://${HOST}/?${parameters.join('&')}`);
}

function problemOf(text: string): string {
  const reading = readPresignedUrl(text);
  return reading.kind === 'refused' ? reading.problem : reading.kind;
}

test('a presigned URL is read', () => {
  expect(readPresignedUrl(URL_TEXT)).toEqual({
    kind: 'presigned-url',
    host: HOST,
    path: '/',
    parameters: new Map([
      ['Action', 'GetCallerIdentity'],
      ['Version', '2011-06-15'],
    ]),
    claim: {
      kind: 'claim',
      form: 'query',
      accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
      scope: { day: '20230428', region: 'us-west-2', service: 'sts' },
      signedHeaders: ['host', 'x-k8s-aws-id'],
      signature: '0123456789abcdef'.repeat(4),
      timestamp: '20230428T120000Z',
      time: Date.UTC(2023, 3, 28, 12),
      expires: 60,
    },
  });
});

test.each([
  ['a session token', `${URL_TEXT}&X-Amz-Security-Token=a%2Fb%2Bc%3D%3D`],
  ['parameters in another order', `https://${HOST}/?${PARAMETERS.toReversed().join('&')}`],
  ['no expiry, which STS does not ask for', URL_TEXT.replace('&X-Amz-Expires=60', '')],
  ['another path', URL_TEXT.replace('/?', '/a%20b/c?')],
  ['another host', URL_TEXT.replace(HOST, '127.0.0.1')],
])('%s', (_, text) => {
  expect(problemOf(text)).toBe('presigned-url');
});

describe('what could be read in two ways is refused', () => {
  test.each([
    ['', 'scheme'],
    ['https:', 'scheme'],
    [URL_TEXT.replace('https', 'http'), 'scheme'],
    [URL_TEXT.replace('https', 'HTTPS'), 'scheme'],
    [URL_TEXT.replace('https://', 'https:'), 'scheme'],
    [URL_TEXT.replace('https://', '//'), 'scheme'],
    [` ${URL_TEXT}`, 'not-ascii'],
    [`${URL_TEXT}\n`, 'not-ascii'],
    [URL_TEXT.replace('sts', 's\tts'), 'not-ascii'],
    [URL_TEXT.replace('Action', '\u212action'), 'not-ascii'],
    [URL_TEXT.replace('Action=', 'Action=%C3%A4'), 'not-ascii'],
    [URL_TEXT.replace('Action=', 'Action=%00'), 'not-ascii'],
    [URL_TEXT.replace(HOST, `eve@${HOST}`), 'user-info'],
    [URL_TEXT.replace(HOST, `eve:secret@${HOST}`), 'user-info'],
    [URL_TEXT.replace(HOST, `${HOST}:443`), 'port'],
    [URL_TEXT.replace(HOST, `${HOST}:`), 'port'],
    [URL_TEXT.replace(HOST, ''), 'host'],
    [URL_TEXT.replace(HOST, `${HOST}.`), 'host'],
    [URL_TEXT.replace(HOST, HOST.toUpperCase()), 'host'],
    [URL_TEXT.replace(HOST, 'sts%2eamazonaws.com'), 'host'],
    [URL_TEXT.replace(HOST, 'sts..amazonaws.com'), 'host'],
    [URL_TEXT.replace(HOST, '-sts.amazonaws.com'), 'host'],
    [URL_TEXT.replace(HOST, '[::1]'), 'host'],
    [URL_TEXT.replace(HOST, 'a\\b'), 'host'],
    [URL_TEXT.replace(HOST, `${'a'.repeat(64)}.com`), 'host'],
    [URL_TEXT.replace(HOST, Array(128).fill('ab').join('.')), 'host'],
    [URL_TEXT.replace('/?', '?'), 'path'],
    [URL_TEXT.replace('/?', '/.?'), 'path'],
    [URL_TEXT.replace('/?', '/a/../?'), 'path'],
    [URL_TEXT.replace('/?', '/%2f?'), 'path'],
    [URL_TEXT.replace('/?', '/%61?'), 'path'],
    [URL_TEXT.replace('/?', '/%?'), 'path'],
    [URL_TEXT.replace('/?', '/a+b?'), 'path'],
    [URL_TEXT.replace('/?', '/\\?'), 'path'],
    [`${URL_TEXT}#`, 'fragment'],
    [`${URL_TEXT}#a`, 'fragment'],
    [`https://${HOST}/#?${QUERY}`, 'fragment'],
    [`https://${HOST}/`, 'query'],
    [`https://${HOST}/?`, 'query'],
    [`${URL_TEXT}&`, 'query'],
    [URL_TEXT.replace('&', '&&'), 'query'],
    [`${URL_TEXT}&a`, 'query'],
    [`${URL_TEXT}&=a`, 'query'],
    [`${URL_TEXT}&a=b=c`, 'query'],
    [`${URL_TEXT}${'&a=b'.repeat(600)}`, 'query'],
    [`${URL_TEXT};a=b`, 'query'],
    [URL_TEXT.replace('Action', '%41ction'), 'encoding'],
    [URL_TEXT.replace('GetCaller', 'Get%43aller'), 'encoding'],
    [URL_TEXT.replaceAll('%2F', '%2f'), 'encoding'],
    [URL_TEXT.replaceAll('%2F', '/'), 'encoding'],
    [URL_TEXT.replace('GetCaller', 'Get+Caller'), 'encoding'],
    [URL_TEXT.replace('GetCaller', 'Get%Caller'), 'encoding'],
    [URL_TEXT.replace('GetCaller', 'Get%ffCaller'), 'encoding'],
    [URL_TEXT.replace('GetCaller', 'Get?Caller'), 'encoding'],
    [`${URL_TEXT}&Action=GetCallerIdentity`, 'twice'],
    [`${URL_TEXT}&action=GetCallerIdentity`, 'twice'],
    [`${URL_TEXT}&X-Amz-Date=20230428T120000Z`, 'twice'],
    [`${URL_TEXT}&x-amz-credential=eve`, 'twice'],
    [URL_TEXT.replace('X-Amz-Date', 'x-amz-date'), 'case'],
    [`${URL_TEXT}&a=${'b'.repeat(16_384)}`, 'too-long'],
  ])('%j: %s', (text, problem) => {
    expect(problemOf(text)).toBe(problem);
  });

  test.each([
    ['X-Amz-Algorithm', 'AWS4-HMAC-SHA1', 'algorithm'],
    ['X-Amz-Algorithm', undefined, 'missing'],
    ['X-Amz-Credential', undefined, 'missing'],
    ['X-Amz-Credential', 'AKIAEXAMPLEEXAMPLE00', 'credential'],
    ['X-Amz-Credential', 'a%2F20230428%2Fus-west-2%2Fsts%2Faws4_request', 'access-key-id'],
    ['X-Amz-Credential', 'AKIAEXAMPLEEXAMPLE00%2F2023%2Fus-west-2%2Fsts%2Faws4_request', 'scope-day'],
    ['X-Amz-Credential', 'AKIAEXAMPLEEXAMPLE00%2F20230428%2F%2Fsts%2Faws4_request', 'scope-region'],
    ['X-Amz-Credential', 'AKIAEXAMPLEEXAMPLE00%2F20230428%2Fus-west-2%2FSTS%2Faws4_request', 'scope-service'],
    ['X-Amz-Credential', 'AKIAEXAMPLEEXAMPLE00%2F20230427%2Fus-west-2%2Fsts%2Faws4_request', 'wrong-day'],
    ['X-Amz-Date', undefined, 'missing'],
    ['X-Amz-Date', '20230428T120000.5Z', 'date'],
    ['X-Amz-Date', '20230428T240000Z', 'date'],
    ['X-Amz-Date', '20230229T120000Z', 'date'],
    ['X-Amz-Date', '20230428T120060Z', 'date'],
    ['X-Amz-Expires', '060', 'expires-no-number'],
    ['X-Amz-Expires', '%2B60', 'expires-no-number'],
    ['X-Amz-Expires', '', 'expires-no-number'],
    ['X-Amz-Expires', '0', 'expires-zero'],
    ['X-Amz-Expires', '604801', 'expires-beyond-a-week'],
    ['X-Amz-SignedHeaders', undefined, 'missing'],
    ['X-Amz-SignedHeaders', 'x-k8s-aws-id%3Bhost', 'signed-headers'],
    ['X-Amz-SignedHeaders', 'Host', 'signed-headers'],
    ['X-Amz-SignedHeaders', 'x-k8s-aws-id', 'host-not-signed'],
    ['X-Amz-Signature', undefined, 'missing'],
    ['X-Amz-Signature', 'ABCDEF0123456789'.repeat(4), 'signature'],
    ['X-Amz-Signature', 'a'.repeat(63), 'signature'],
  ])('%s=%s: %s', (name, value, problem) => {
    expect(problemWith(name, value)).toBe(problem);
  });

  test('an empty session token', () => {
    expect(problemOf(`${URL_TEXT}&X-Amz-Security-Token=`)).toBe('empty-session-token');
  });

  test('a parameter that is there twice, or missing, is named', () => {
    expect(readPresignedUrl(`${URL_TEXT}&action=x`)).toMatchObject({ names: ['action'] });
    expect(readPresignedUrl(`https://${HOST}/?Action=a`)).toMatchObject({
      names: ['X-Amz-Algorithm', 'X-Amz-Credential', 'X-Amz-Date', 'X-Amz-SignedHeaders', 'X-Amz-Signature'],
    });
  });
});

describe('whatever is read', () => {
  /** Cut, doubled and replaced in places, so that a part of them stays well-formed. */
  const mutated = fc
    .array(fc.tuple(fc.nat(URL_TEXT.length), fc.nat(3), fc.string({ unit: 'binary', maxLength: 3 })), {
      maxLength: 3,
    })
    .map((changes) =>
      changes.reduce(
        (text, [at, length, put]) => text.slice(0, at) + put + text.slice(at + length),
        URL_TEXT,
      ),
    );

  test('could not have been written in another way', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const reading = readPresignedUrl(text);
        if (reading.kind === 'refused') return;
        const { host, path, parameters, claim } = reading;
        const { day, region, service } = claim.scope;
        const all: [string, string | undefined][] = [
          ...parameters,
          ['X-Amz-Algorithm', 'AWS4-HMAC-SHA256'],
          ['X-Amz-Credential', [claim.accessKeyId, day, region, service, 'aws4_request'].join('/')],
          ['X-Amz-Date', claim.timestamp],
          ['X-Amz-Expires', claim.expires?.toString()],
          ['X-Amz-SignedHeaders', claim.signedHeaders.join(';')],
          ['X-Amz-Security-Token', claim.sessionToken],
          ['X-Amz-Signature', claim.signature],
        ];
        const written = all.flatMap(([name, value]) =>
          value === undefined ? [] : [`${encodeStrictly(name)}=${encodeStrictly(value)}`],
        );
        const start = `https://${host}${path}?`;
        expect(text.startsWith(start)).toBe(true);
        expect(text.slice(start.length).split('&').sort()).toEqual(written.sort());
      }),
      { numRuns: 2_000 },
    );
  });

  test('a URL parser reads in the same way', () => {
    fc.assert(
      fc.property(mutated, (text) => {
        const reading = readPresignedUrl(text);
        if (reading.kind === 'refused') return;
        const url = new URL(text);
        expect([url.host, url.pathname]).toEqual([reading.host, reading.path]);
        for (const [name, value] of reading.parameters)
          expect(url.searchParams.getAll(name)).toEqual([value]);
      }),
      { numRuns: 2_000 },
    );
  });
});
