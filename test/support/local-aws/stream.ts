import { createHash, createHmac } from 'node:crypto';
import type { AwsRequest } from '../../../src/local-aws/route.ts';
import { KEYS } from '../aws/signing-plan.ts';
import { signHeaders } from '../aws/smithy-signer.ts';

export interface Chunking {
  readonly signed: boolean;
  readonly trailers?: readonly (readonly [name: string, value: string])[];
  /** What `x-amz-trailer` says; the names of the trailers otherwise. */
  readonly announced?: string;
  readonly decodedLength?: string;
  /** '' leaves it out. */
  readonly trailerSignature?: string;
}

const TIME = '20230428T120000Z';
const SCOPE = '20230428/us-west-2/s3/aws4_request';

/** A PutObject whose body comes in chunks, each signed on top of the one before; by hand, after S3's documentation. */
export async function stream(chunks: readonly string[], chunking: Chunking): Promise<AwsRequest> {
  const { signed, trailers = [] } = chunking;
  const size = chunks.join('').length;
  const form = signed ? 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' : 'STREAMING-UNSIGNED-PAYLOAD';
  const announced = chunking.announced ?? trailers.map(([name]) => name).join(',');
  const request = await signHeaders({
    service: 's3',
    host: 's3.us-west-2.amazonaws.com',
    method: 'PUT',
    path: '/iam-bridge-demo/key',
    headers: {
      'content-encoding': 'aws-chunked',
      'x-amz-content-sha256': trailers.length > 0 || !signed ? `${form}-TRAILER` : form,
      'x-amz-decoded-content-length': chunking.decodedLength ?? String(size),
      ...(announced !== '' && { 'x-amz-trailer': announced }),
    },
  });
  const seed = /Signature=(\w+)/.exec(request.headers.get('authorization') ?? '')?.[1] ?? '';
  return { ...request, body: Buffer.from(toBody(chunks, chunking, seed), 'latin1') };
}

function toBody(chunks: readonly string[], chunking: Chunking, seed: string): string {
  const { signed, trailers = [] } = chunking;
  let previous = seed;
  const parts = [...chunks, ''].map((data) => {
    const head = data.length.toString(16);
    if (!signed) return `${head}\r\n${data}${data === '' ? '' : '\r\n'}`;
    previous = sign('AWS4-HMAC-SHA256-PAYLOAD', [previous, hash(''), hash(data)]);
    return `${head};chunk-signature=${previous}\r\n${data}${data === '' ? '' : '\r\n'}`;
  });
  const lines = trailers.map(([name, value]) => `${name}:${value}\r\n`);
  if (signed && trailers.length > 0 && chunking.trailerSignature !== '') {
    const text = trailers.map(([name, value]) => `${name}:${value}\n`).join('');
    const own = sign('AWS4-HMAC-SHA256-TRAILER', [previous, hash(text)]);
    lines.push(`x-amz-trailer-signature:${chunking.trailerSignature ?? own}\r\n`);
  }
  return `${parts.join('')}${lines.join('')}\r\n`;
}

function sign(algorithm: string, lines: readonly string[]): string {
  const hmac = (key: string | Buffer, text: string): Buffer =>
    createHmac('sha256', key).update(text).digest();
  const key = SCOPE.split('/').reduce<string | Buffer>(hmac, `AWS4${KEYS.secretAccessKey}`);
  return hmac(key, [algorithm, TIME, SCOPE, ...lines].join('\n')).toString('hex');
}

function hash(text: string): string {
  return createHash('sha256').update(text, 'latin1').digest('hex');
}
