import type { ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { toError } from '../base/errors.ts';
import type { KeyPair } from '../http/issue-certificate.ts';
import { listenOn } from '../http/listen.ts';
import { type AwsRequest, type AwsResponse, type AwsRoute, findRoute, readHeaders } from './route.ts';
import { toPathStyle } from './s3/address.ts';
import { MAX_OBJECT } from './s3/put-object.ts';
import { renderXml } from './xml.ts';

/** One line of the log. */
export interface AwsLogLine {
  readonly method: string;
  /** Without the query, which may hold a signature. */
  readonly path: string;
  readonly status: number;
  readonly note: AwsResponse['note'];
}

export interface AwsServerOptions {
  readonly routes: readonly AwsRoute[];
  readonly host: string;
  /** 0 asks for a free one. */
  readonly port: number;
  /** Absent: plain HTTP. */
  readonly tls?: KeyPair | undefined;
  log(line: AwsLogLine): void;
}

export interface AwsServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** What chunks and their signatures add to an object. */
const MAX_BODY = MAX_OBJECT + 1_048_576;

/** A web identity token of 20,000 characters may come in the query. */
const MAX_HEADERS = 65_536;

const MAX_CONNECTIONS = 128;

/** Serves routes over HTTP. @throws Error that names the port, when it cannot be had */
export async function serveAws(options: AwsServerOptions): Promise<AwsServer> {
  const app = createApp(options);
  try {
    const port = await listenOn(app, options);
    return { port, stop: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

function createApp({ routes, tls, log }: AwsServerOptions): FastifyInstance {
  const limits: ServerOptions = {
    maxHeaderSize: MAX_HEADERS,
    headersTimeout: 10_000,
  };
  // The types tell servers over HTTP and HTTPS apart, and nothing here does.
  const app = Fastify({
    logger: false,
    bodyLimit: MAX_BODY,
    requestTimeout: 60_000,
    forceCloseConnections: true,
    // A router that decodes would lose what was signed, and S3 keeps types that Fastify refuses: we read both as sent.
    rewriteUrl({ headers }) {
      delete headers['content-type'];
      return '/';
    },
    clientErrorHandler: refuseNoise,
    ...(tls === undefined ? { http: limits } : { https: { ...limits, ...tls } }),
  }) as FastifyInstance;
  // Bodies are held in memory before anybody is known.
  app.server.maxConnections = MAX_CONNECTIONS;
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.setErrorHandler(async (error, request, reply) => {
    const response = describeFault(error);
    log({ ...describe(request), status: response.status, note: response.note });
    await reply.code(response.status).headers(response.headers).send(response.body);
  });
  // Methods that Fastify does not know.
  app.setNotFoundHandler(async (request, reply) => {
    const response = refuseMethod();
    log({ ...describe(request), status: response.status, note: response.note });
    await reply.code(response.status).headers(response.headers).send(response.body);
  });
  app.all('/', async (request, reply) => {
    const response = await answer(routes, toAwsRequest(request));
    log({ ...describe(request), status: response.status, note: response.note });
    // By hand: Fastify has opinions about types and lengths that a stand-in must not have.
    reply.hijack();
    const bodyless = response.status === 204 || response.status === 304;
    const length = bodyless ? {} : { 'content-length': Buffer.byteLength(response.body) };
    reply.raw.writeHead(response.status, { ...response.headers, ...length });
    reply.raw.end(request.method === 'HEAD' ? undefined : response.body);
  });
  return app;
}

function describe({ method, originalUrl }: FastifyRequest): {
  readonly method: string;
  readonly path: string;
} {
  return { method, path: originalUrl.split('?', 1)[0] ?? '' };
}

function toAwsRequest(request: FastifyRequest): AwsRequest {
  const { originalUrl, method, body } = request;
  const at = originalUrl.indexOf('?');
  return {
    method,
    path: at === -1 ? originalUrl : originalUrl.slice(0, at),
    query: at === -1 ? '' : originalUrl.slice(at + 1),
    headers: readHeaders(request.raw.rawHeaders),
    body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
    secure: request.protocol === 'https',
    sourceIp: request.ip,
  };
}

async function answer(routes: readonly AwsRoute[], request: AwsRequest): Promise<AwsResponse> {
  const route = findRoute(routes, request.method, toPathStyle(request));
  if (route === undefined || route === 'method') return refuseMethod();
  return await route.handle(request);
}

function refuseMethod(): AwsResponse {
  const message = 'The specified method is not allowed against this resource.';
  return describeError(405, 'MethodNotAllowed', message);
}

/** Answers what is no HTTP request. Nothing of it is known, so there is nothing to log. */
function refuseNoise({ code }: Error & { readonly code?: string }, socket: Socket): void {
  const { body } =
    code === 'HPE_HEADER_OVERFLOW'
      ? describeError(
          400,
          'RequestHeaderSectionTooLarge',
          'Your request header section exceeds the maximum allowed size.',
        )
      : describeError(400, 'InvalidRequest', 'The request is malformed.');
  if (!socket.writable) return;
  socket.end(
    `HTTP/1.1 400 Bad Request\r\ncontent-type: application/xml\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** What went wrong before a service saw the request, or in a service: never a stack, never what was sent. */
function describeFault(error: unknown): AwsResponse {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500;
  if (status === 413)
    return describeError(400, 'EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size');
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return describeError(400, 'InvalidRequest', 'The request is malformed.');
  }
  const message = 'We encountered an internal error. Please try again.';
  return describeError(500, 'InternalError', message, toError(error).message);
}

function describeError(status: number, code: string, message: string, reason?: string): AwsResponse {
  return {
    status,
    headers: { 'content-type': 'application/xml' },
    body: renderXml('Error', { Code: code, Message: message }),
    note: { code, ...(reason !== undefined && { reason }) },
  };
}
