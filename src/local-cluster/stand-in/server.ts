import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createSystemClock } from '../../base/clock.ts';
import type { BodyReading, ReadBody } from '../../http/body.ts';
import { createBodyBudget } from '../../http/body-budget.ts';
import { parseJson } from '../../json/parse.ts';
import { listenOnLoopback } from '../loopback.ts';
import { matchRoute, type Route, type RouteAnswer, refuse } from './route.ts';

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
  const { read } = createBodyBudget({ ...BODIES, clock: createSystemClock(), report: () => {} });
  const server = createServer((request, response) => {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, ending.signal]);
    const body = (): Promise<BodyReading> => readWhole(read, request, response);
    answerRequest(routes, request, { signal, body })
      .then((answer) => sendAnswer(response, answer))
      .catch(() => response.destroy());
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

/** Larger than anything that is sent here, and than all of it together. */
const MAX_BODY_BYTES = 256 * 1024;
const BODIES = { budget: 64 * MAX_BODY_BYTES, patience: 15_000 };

function readWhole(read: ReadBody, request: IncomingMessage, response: ServerResponse): Promise<BodyReading> {
  return new Promise((resolve) => read(request, response, { limit: MAX_BODY_BYTES }, resolve));
}

async function answerRequest(
  routes: readonly Route[],
  incoming: IncomingMessage,
  { signal, body: read }: { readonly signal: AbortSignal; readonly body: () => Promise<BodyReading> },
): Promise<RouteAnswer> {
  const { method = '', url = '/', headers } = incoming;
  const at = url.indexOf('?');
  const path = at === -1 ? url : url.slice(0, at);
  const match = matchRoute(routes, method, path);
  if (match === undefined) return refuse(404, 'NotFound', 'the server could not find the requested resource');
  if (match === 'method') return refuse(405, 'MethodNotAllowed', `this stand-in does not ${method} here`);
  const reading = await read();
  if (reading.kind !== 'body') return refuse(413, 'RequestEntityTooLarge', 'the body is too large');
  const query = new URLSearchParams(at === -1 ? '' : url.slice(at + 1));
  const body = parseJson(reading.body.toString('utf8'));
  return await match.route.handle({
    params: match.params,
    query,
    accept: headers.accept ?? '',
    body,
    signal,
  });
}

async function sendAnswer(response: ServerResponse, answer: RouteAnswer): Promise<void> {
  const type = { 'content-type': 'application/json' };
  if (answer.kind === 'object') {
    response.writeHead(answer.status, type).end(JSON.stringify(answer.object));
    return;
  }
  if (answer.kind === 'document') {
    const { mediaType, cacheControl, text } = answer;
    response.writeHead(200, { 'content-type': mediaType, 'cache-control': cacheControl }).end(text);
    return;
  }
  response.writeHead(200, type).flushHeaders();
  for await (const object of answer.objects) response.write(`${JSON.stringify(object)}\n`);
  response.end();
}
