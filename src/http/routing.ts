import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';

/** Answers requests for one path by itself, without Fastify in between: for the path that every pod waits for. */
export type DirectHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** What a server does with a request, by its path. */
export interface Routing {
  /** Path without query → handler. */
  readonly direct: ReadonlyMap<string, DirectHandler>;
  /** Answers for all other paths; absent: the routes of the Fastify instance do. */
  readonly otherwise?: DirectHandler | undefined;
}

/** Direct paths go straight to their handlers, also in the form that is meant for proxies. */
export function routeDirect(
  { direct, otherwise }: Routing,
  fastifyHandler: RequestListener,
): RequestListener {
  const fallback = otherwise ?? fastifyHandler;
  return (request, response) => {
    const url = request.url ?? '';
    const handler = direct.get(withoutQuery(url)) ?? findAbsolute(direct, url);
    if (handler === undefined) fallback(request, response);
    else handler(request, response);
  };
}

function withoutQuery(url: string): string {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
}

/** A server must take the form that is meant for proxies, too: `GET https://host/path` (RFC 9112 section 3.2.2). */
function findAbsolute(direct: ReadonlyMap<string, DirectHandler>, url: string): DirectHandler | undefined {
  const path = url.startsWith('/') ? undefined : /^https?:\/\/[^/?#]+(\/[^?]*)/i.exec(url)?.[1];
  return path === undefined ? undefined : direct.get(path);
}
