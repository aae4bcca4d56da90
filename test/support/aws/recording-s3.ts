import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The only key pair that it knows; made up. */
export const CREDENTIALS = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret/key+of/tests' };

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

/** Objects in memory, behind a signature that it computes by itself. */
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

/**
 * @param now ms since epoch: the time that requests must carry
 * @param leeway ms by which they may be off, for a clock that runs
 */
export async function startRecordingS3(now: () => number, leeway = 0): Promise<RecordingS3> {
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

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
  return {
    url: `http://127.0.0.1:${port}`,
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

/** The basic form of ISO 8601, in whole seconds: `20261001T120000Z`. */
function isTimely(time: string, now: number, leeway: number): boolean {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time);
  if (parts === null) return false;
  const [, year, month, day, hour, minute, second] = parts.map(Number);
  const sent = Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
  return Math.abs(sent - Math.floor(now / 1_000) * 1_000) <= leeway;
}

/** Signature Version 4 by hand: AWS, "Create a signed AWS API request", its five steps. */
function isSigned(
  request: IncomingMessage,
  body: Buffer,
  { now, leeway }: { readonly now: number; readonly leeway: number },
): boolean {
  const time = String(request.headers['x-amz-date']);
  const scope = `${time.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const match = /^AWS4-HMAC-SHA256 Credential=([^,]+), SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/.exec(
    request.headers.authorization ?? '',
  );
  const [, credential, names = '', signature] = match ?? [];
  const bodyHash = createHash('sha256').update(body).digest('hex');
  if (credential !== `${CREDENTIALS.accessKeyId}/${scope}`) return false;
  if (!isTimely(time, now, leeway) || request.headers['x-amz-content-sha256'] !== bodyHash) return false;
  const signed = names.split(';');
  for (const name of ['host', 'x-amz-content-sha256', 'x-amz-date']) if (!signed.includes(name)) return false;
  const lines = signed.map((name) => `${name}:${request.headers[name]}\n`).join('');
  const canonical = [request.method, request.url, '', lines, names, bodyHash].join('\n');
  const digest = createHash('sha256').update(canonical).digest('hex');
  let key = Buffer.from(`AWS4${CREDENTIALS.secretAccessKey}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  const text = ['AWS4-HMAC-SHA256', time, scope, digest].join('\n');
  return createHmac('sha256', key).update(text).digest('hex') === signature;
}
