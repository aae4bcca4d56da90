import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AwsRequest } from '../../../src/local-aws/route.ts';
import { authenticateS3 } from '../../../src/local-aws/s3/authenticate.ts';
import { KEYS, NOW } from '../../support/aws/signing-plan.ts';
import { signHeaders } from '../../support/aws/smithy-signer.ts';
import { type Chunking, stream } from '../../support/local-aws/stream.ts';

function judge(request: AwsRequest) {
  return authenticateS3(request, { now: NOW, findCredentials: () => KEYS });
}

function outcomeOf(request: AwsRequest): string {
  const verdict = judge(request);
  return verdict.kind === 'refused' ? verdict.fault : verdict.payload.data.toString('latin1');
}

const BIG = 'a'.repeat(8_192);
const CRC = ['x-amz-checksum-crc32', 'AAAAAA=='] as const;

const FORMS: readonly [string, Chunking][] = [
  ['signed', { signed: true }],
  ['signed, with a trailer', { signed: true, trailers: [CRC] }],
  ['unsigned, with a trailer', { signed: false, trailers: [CRC] }],
];

describe.each(FORMS)('a body in chunks, %s', (_, chunking) => {
  test.each([
    ['nothing', []],
    ['one chunk', ['contents']],
    ['several chunks', [BIG, BIG, 'end']],
  ])('%s', async (_name, chunks) => {
    expect(outcomeOf(await stream(chunks, chunking))).toBe(chunks.join(''));
  });

  test('has small chunks at its end only', async () => {
    expect(outcomeOf(await stream(['small', BIG], chunking))).toBe('chunk-too-small');
    expect(outcomeOf(await stream(Array(1_000).fill('x'), chunking))).toBe('chunk-too-small');
  });

  test('is as long as it says', async () => {
    expect(outcomeOf(await stream(['contents'], { ...chunking, decodedLength: '9' }))).toBe(
      'length-mismatch',
    );
    expect(outcomeOf(await stream(['contents'], { ...chunking, decodedLength: '' }))).toBe('length-mismatch');
  });

  test('does not end early, and nothing follows', async () => {
    const request = await stream([BIG, 'end'], chunking);
    expect(outcomeOf({ ...request, body: Buffer.concat([request.body, Buffer.from('x')]) })).toBe(
      'malformed-chunks',
    );
    for (const end of [0, 1, 20, 8_199, request.body.length - 2, request.body.length - 1]) {
      expect(outcomeOf({ ...request, body: request.body.subarray(0, end) })).toBe('malformed-chunks');
    }
  });

  test.each(['ffffffff', 'fffffffff', '-1', '0x5', '', ' 8', '8;chunk-signature=', 'NaN', '1e3'])(
    'does not begin with the size %j',
    async (size) => {
      const request = await stream(['contents'], chunking);
      const body = request.body.toString('latin1').replace(/^8/, size);
      expect(outcomeOf({ ...request, body: Buffer.from(body, 'latin1') })).toBe('malformed-chunks');
    },
  );
});

describe.each(FORMS.slice(0, 2))('tampering is noticed, %s', (_, chunking) => {
  test('any one bit of the body', async () => {
    const request = await stream([BIG, 'the end'], chunking);
    const sound = outcomeOf(request);
    fc.assert(
      fc.property(fc.nat(request.body.length - 1), fc.nat(7), (at, bit) => {
        const body = Buffer.from(request.body);
        body[at] = (body[at] ?? 0) ^ (1 << bit);
        // Hexadecimal digits and header names may be in either case.
        const sameText =
          body.toString('latin1').toLowerCase() === request.body.toString('latin1').toLowerCase();
        const outcome = outcomeOf({ ...request, body });
        return outcome !== sound || (sameText && outcome === sound);
      }),
      { numRuns: 200 },
    );
  });

  test('two chunks that change places', async () => {
    const other = 'b'.repeat(8_192);
    const { body, ...request } = await stream([BIG, other, 'end'], chunking);
    const size = body.indexOf('2000;', 1);
    const first = body.subarray(0, size);
    const swapped = Buffer.concat([body.subarray(size, size * 2), first, body.subarray(size * 2)]);
    expect(outcomeOf({ ...request, body: swapped })).toBe('mismatch');
  });

  test('a chunk that is left out', async () => {
    const { body, ...request } = await stream([BIG, BIG, 'end'], { ...chunking, decodedLength: '8195' });
    expect(outcomeOf({ ...request, body: body.subarray(body.indexOf('2000;', 1)) })).toBe('mismatch');
  });
});

describe('trailers', () => {
  test('are in the payload', async () => {
    const verdict = judge(await stream(['x'], { signed: true, trailers: [CRC] }));
    expect(verdict).toMatchObject({ payload: { trailers: new Map([CRC]) } });
  });

  test.each<[string, Chunking]>([
    ['not announced', { signed: false, trailers: [CRC], announced: 'x-amz-checksum-sha1' }],
    ['there twice', { signed: false, trailers: [CRC, CRC] }],
    ['too many', { signed: false, trailers: Array(20).fill(CRC) }],
    ['no header', { signed: false, trailers: [['not a name', 'x']] }],
  ])('are refused: %s', async (_, chunking) => {
    expect(outcomeOf(await stream(['x'], chunking))).toBe('malformed-chunks');
  });

  test('are refused where their signature is missing or wrong', async () => {
    for (const trailerSignature of ['', 'a'.repeat(64)]) {
      expect(outcomeOf(await stream(['x'], { signed: true, trailers: [CRC], trailerSignature }))).toBe(
        'mismatch',
      );
    }
  });
});

describe('a body in one piece', () => {
  const S3 = { service: 's3', host: 'bucket.example' } as const;

  test('is handed on with the credentials', async () => {
    const verdict = judge(await signHeaders({ ...S3, method: 'POST', body: 'a=b' }));
    expect(verdict).toMatchObject({ credentials: KEYS, payload: { data: Buffer.from('a=b') } });
  });

  test.each([
    ['another body', { method: 'PUT', path: '/b/k', body: 'contents' }, 'payload-mismatch'],
    [
      'another body where the client stated UNSIGNED-PAYLOAD is not noticed, as S3 does not',
      {
        method: 'PUT',
        path: '/b/k',
        body: 'contents',
        headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
      },
      'Contents',
    ],
  ] as const)('S3: %s', async (_, plan, expected) => {
    const request = await signHeaders({ ...S3, ...plan });
    expect(outcomeOf({ ...request, body: Buffer.from('Contents') })).toBe(expected);
  });

  test.each([
    [undefined, 'no-payload-hash'],
    ['SHA256', 'bad-payload-hash'],
  ])('that is said to be %s: %s', async (stated, expected) => {
    const request = await signHeaders({ ...S3, method: 'PUT', path: '/b/k', body: 'contents' });
    const headers = new Map(request.headers);
    if (stated === undefined) headers.delete('x-amz-content-sha256');
    else headers.set('x-amz-content-sha256', stated);
    expect(outcomeOf({ ...request, headers })).toBe(expected);
  });
});
