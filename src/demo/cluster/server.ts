import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listenOnLoopback } from '../loopback.ts';
import { matchRoute, type Route, type RouteAnswer, type RouteRequest } from './route.ts';
import { refuse } from './status.ts';

/** Routes that are being served on this machine. */
export interface RouteServer {
  /** `http://127.0.0.1:PORT` */
  readonly url: string;
  /** Ends streams, too. */
  stop(): Promise<void>;
}

/** Serves routes over plain HTTP on a free loopback port. */
export async function serveRoutes(routes: readonly Route[]): Promise<RouteServer> {
  const ending = new AbortController();
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, ending.signal]);
    sendAnswer(response, answerRequest(routes, request, signal)).catch(() => response.destroy());
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      ending.abort();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function answerRequest(
  routes: readonly Route[],
  { method = '', url = '/', headers }: IncomingMessage,
  signal: AbortSignal,
): RouteAnswer {
  const at = url.indexOf('?');
  const path = at === -1 ? url : url.slice(0, at);
  const match = matchRoute(routes, method, path);
  if (match === undefined) return refuse(404, 'NotFound', 'the server could not find the requested resource');
  if (match === 'method') return refuse(405, 'MethodNotAllowed', `this stand-in does not ${method} here`);
  const query = new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
  const request: RouteRequest = { params: match.params, query, accept: headers.accept ?? '', signal };
  return match.route.handle(request);
}

async function sendAnswer(response: ServerResponse, answer: RouteAnswer): Promise<void> {
  const type = { 'content-type': 'application/json' };
  if (answer.kind === 'object') {
    response.writeHead(answer.status, type).end(JSON.stringify(answer.object));
    return;
  }
  response.writeHead(200, type).flushHeaders();
  for await (const object of answer.objects) response.write(`${JSON.stringify(object)}\n`);
  response.end();
}
