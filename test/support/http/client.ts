import type { Agent, IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import type { Door } from './door.ts';

export interface Call {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly agent?: Agent | undefined;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The client's port: the same for calls on one connection. */
  readonly localPort: number;
}

/** One call to a server of these tests: a JSON POST to `/mutate` where nothing else is said, on a connection of its own. */
export function call({ port, ca }: Pick<Door, 'port' | 'ca'>, options: Call = {}): Promise<Answer> {
  const { path = '/mutate', method = 'POST', body, agent } = options;
  const given = options.headers ?? (body === undefined ? {} : { 'content-type': 'application/json' });
  const framed = 'transfer-encoding' in given || body === undefined;
  // Node's client sends a body of DELETE or OPTIONS without saying how long it is.
  const headers = framed ? given : { 'content-length': Buffer.byteLength(body), ...given };
  return new Promise((resolve, reject) => {
    const asked = request(
      { host: '127.0.0.1', port, ca, path, method, headers, agent: agent ?? false },
      (incoming) => void collect(incoming).then(resolve, reject),
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

async function collect(incoming: IncomingMessage): Promise<Answer> {
  const localPort = incoming.socket.localPort ?? 0;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  return { status: incoming.statusCode ?? 0, headers: incoming.headers, text, localPort };
}

/** A bare TLS connection, for what an HTTP client would never send. */
export interface RawConnection {
  readonly socket: TLSSocket;
  /** Everything that the server has sent so far. */
  received(): string;
  /** Resolves when the connection has ended, however; ms since it was asked for, which is before any clock of the server. */
  readonly ended: Promise<number>;
}

export function openRaw(
  { port, ca }: Door,
  options: ConnectionOptions & { readonly localAddress?: string } = {},
): Promise<RawConnection> {
  return new Promise((resolve, reject) => {
    let text = '';
    const since = performance.now();
    const ended = Promise.withResolvers<number>();
    const socket = connect({ host: '127.0.0.1', port, ca, ...options }, () => {
      resolve({ socket, received: () => text, ended: ended.promise });
    });
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
    // A reset is one of the ways to be cut off; before the handshake it is the outcome.
    socket.on('error', reject);
    socket.on('close', () => ended.resolve(performance.now() - since));
  });
}
