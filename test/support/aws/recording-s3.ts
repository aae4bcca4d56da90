import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { sha256 } from '../../../src/aws/sigv4/signature.ts';
import { parseTimestamp } from '../../../src/aws/sigv4/timestamp.ts';
import { verifySignature } from '../../../src/aws/sigv4/verify.ts';
import { readHeaders } from '../../../src/local-aws/route.ts';
import type { KeyPair } from '../certificates.ts';

/** The only key pair that it knows; made up. */
export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLEEXAMPLE00', secretAccessKey: 'secret/key+of/tests' };

export interface StoredObject {
  readonly body: string;
  readonly contentType: string | undefined;
  readonly cacheControl: string | undefined;
}

export interface Answer {
  readonly status: number;
  readonly body?: string | Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Objects in memory, behind a signature that must be right. */
export interface RecordingS3 {
  readonly url: string;
  /** By the path as it was on the wire. */
  readonly objects: Map<string, StoredObject>;
  /** `METHOD path` of every request. */
  readonly requests: string[];
  /** The headers of the last request. */
  lastHeaders(): IncomingMessage['headers'];
  /** What it answers next, instead of what is right; 'silence': nothing at all. */
  answerNext(answer: Answer | 'silence'): void;
  close(): Promise<void>;
}

const REGION = 'eu-west-1';

export interface RecordingS3Options {
  /** ms by which the time of a request may be off, for a clock that runs */
  readonly leeway?: number;
  /** Plain HTTP where absent. */
  readonly tls?: KeyPair;
}

/** @param now ms since epoch: the time that requests must carry */
export async function startRecordingS3(
  now: () => number,
  { leeway = 0, tls }: RecordingS3Options = {},
): Promise<RecordingS3> {
  const objects = new Map<string, StoredObject>();
  const requests: string[] = [];
  const planned: (Answer | 'silence')[] = [];
  let headers: IncomingMessage['headers'] = {};

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readAll(request);
    requests.push(`${request.method} ${request.url}`);
    headers = request.headers;
    const next = planned.shift();
    if (next === 'silence') return;
    if (next !== undefined) response.writeHead(next.status, next.headers).end(next.body);
    else if (isSigned(request, body, { now: now(), leeway })) serve(request, response, body.toString());
    else sendError(response, 403, 'SignatureDoesNotMatch');
  }

  function serve(
    { method, url = '', headers: sent }: IncomingMessage,
    response: ServerResponse,
    body: string,
  ) {
    const found = objects.get(url);
    if (method === 'PUT') {
      objects.set(url, { body, contentType: sent['content-type'], cacheControl: sent['cache-control'] });
      response.writeHead(200).end();
    } else if (found === undefined) sendError(response, 404, 'NoSuchKey');
    else response.writeHead(200).end(found.body);
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void =>
    void answer(request, response);
  const server =
    tls === undefined
      ? createServer(listener)
      : createTlsServer({ cert: tls.certificate, key: tls.key }, listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${port}`,
    objects,
    requests,
    lastHeaders: () => headers,
    answerNext: (next) => void planned.push(next),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function sendError(response: ServerResponse, status: number, code: string): void {
  response
    .writeHead(status, { 'content-type': 'application/xml' })
    .end(`<Error><Code>${code}</Code></Error>`);
}

/** Whether it is signed over the hash of its body, at this time. The client is another one than the judge is made for. */
function isSigned(
  { method = '', url = '', rawHeaders }: IncomingMessage,
  body: Buffer,
  { now, leeway }: { readonly now: number; readonly leeway: number },
): boolean {
  const headers = readHeaders(rawHeaders);
  const payloadHash = sha256(body);
  const time = parseTimestamp(headers.get('x-amz-date') ?? '') ?? 0;
  if (headers.get('x-amz-content-sha256') !== payloadHash) return false;
  if (Math.abs(time - Math.floor(now / 1_000) * 1_000) > leeway) return false;
  const request = { method, path: url, query: '', headers: [...headers], payloadHash };
  // Any session token will do, as long as it is signed.
  const sessionToken = headers.get('x-amz-security-token');
  const known = { ...CREDENTIALS, ...(sessionToken !== undefined && { sessionToken }) };
  const findCredentials = (id: string) => (id === known.accessKeyId ? known : undefined);
  return (
    verifySignature(request, { service: 's3', region: REGION, now, findCredentials }).kind === 'verified'
  );
}
