import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { TlsOptions } from 'node:tls';

/** What the server does with one request. */
export type Answer =
  | {
      readonly kind: 'whole';
      readonly status: number;
      readonly body: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** A watch: `chunks` are written one by one, then it stays open, ends, or breaks. */
  | {
      readonly kind: 'watch';
      readonly chunks: readonly (string | Buffer)[];
      readonly finish: 'hold' | 'end' | 'cut';
    }
  /** Takes the request and says nothing. */
  | { readonly kind: 'silence' }
  /** Breaks the connection instead of answering. */
  | { readonly kind: 'cut' };

export interface SeenRequest {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  readonly method: string | undefined;
  /** What was sent, once all of it is there. */
  readonly body: Promise<string>;
  /** The client's port: the same for requests on one connection. */
  readonly connection: number | undefined;
  /** CN of the client certificate, if one was shown. */
  readonly client: string | undefined;
}

export type Step = Answer | ((request: SeenRequest) => Answer);

export interface ScriptedServer {
  readonly url: string;
  readonly port: number;
  readonly seen: readonly SeenRequest[];
  /** Adds to the script. */
  play(...steps: Step[]): void;
  /** Writes to the watch that was opened last. */
  send(chunk: string | Buffer): void;
  /** Ends the watch that was opened last. */
  end(): void;
  openWatches(): number;
  close(): Promise<void>;
}

export interface ScriptedServerOptions {
  readonly port?: number;
  readonly tls?: TlsOptions;
}

/**
 * An API server that follows a script: a step for each request, in order. After the last one a watch is held
 * open, and anything else is answered by 500.
 */
export async function startScriptedServer(
  script: readonly Step[] = [],
  options: ScriptedServerOptions = {},
): Promise<ScriptedServer> {
  const steps = [...script];
  const seen: SeenRequest[] = [];
  const watches: ServerResponse[] = [];
  const server = options.tls ? createTlsServer(options.tls) : createServer();
  server.on('request', (request, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://server.test');
    const entry: SeenRequest = {
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      method: request.method,
      body: text(request),
      connection: request.socket.remotePort,
      client: readClientName(request.socket),
    };
    // A request that is broken off has no whole body, and most tests do not ask for it.
    entry.body.catch(() => {});
    seen.push(entry);
    const step = steps.shift() ?? fallBack(entry);
    const answer = typeof step === 'function' ? step(entry) : step;
    if (answer.kind === 'watch') watches.push(response);
    void write(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
  return {
    url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`,
    port,
    seen,
    play: (...more) => void steps.push(...more),
    send: (chunk) => void watches.at(-1)?.write(chunk),
    end: () => void watches.at(-1)?.end(),
    openWatches: () => watches.filter((each) => !each.destroyed && !each.writableEnded).length,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function fallBack({ query }: SeenRequest): Answer {
  if (query['watch'] !== undefined) return { kind: 'watch', chunks: [], finish: 'hold' };
  return { kind: 'whole', status: 500, body: '{"kind":"Status","message":"nothing scripted"}' };
}

async function write(response: ServerResponse, answer: Answer): Promise<void> {
  if (answer.kind === 'silence') return;
  if (answer.kind === 'cut') {
    response.destroy();
    return;
  }
  if (answer.kind === 'whole') {
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body);
    return;
  }
  response.writeHead(200, { 'content-type': 'application/json' });
  response.flushHeaders();
  for (const chunk of answer.chunks) {
    response.write(chunk);
    // One turn between two chunks, so that they travel apart.
    await new Promise((resolve) => setImmediate(resolve));
  }
  if (answer.finish === 'end') response.end();
  if (answer.finish === 'cut') response.destroy();
}

function readClientName(socket: object): string | undefined {
  if (!('getPeerCertificate' in socket) || typeof socket.getPeerCertificate !== 'function') return undefined;
  return socket.getPeerCertificate()?.subject?.CN;
}
