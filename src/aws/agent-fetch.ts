import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import type { SdkNetwork } from './sdk-network.ts';

/** These have no body, and `Response` wants none for them. */
const WITHOUT_BODY: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * `fetch` by the agents of a network: their proxies and authorities hold. For a body of bytes, and redirects are never
 * followed.
 */
export function createAgentFetch({ httpAgent, httpsAgent, connectionTimeout }: SdkNetwork): typeof fetch {
  return async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const { method = 'GET', headers, body, signal } = init;
    const isTls = url.protocol === 'https:';
    const options = {
      agent: isTls ? httpsAgent : httpAgent,
      method,
      headers: Object.fromEntries(new Headers(headers)),
      ...(signal && { signal }),
    };
    const sent = body instanceof Uint8Array ? body : undefined;
    if (body && sent === undefined) throw new TypeError('only a body of bytes is sent');
    return await new Promise<Response>((resolve, reject) => {
      const request = (isTls ? requestHttps : requestHttp)(url, options);
      request.once('socket', (socket) => {
        if (!socket.connecting) return;
        const fail = (): void =>
          void request.destroy(new Error(`no connection within ${connectionTimeout} ms`));
        const timer = setTimeout(fail, connectionTimeout);
        for (const event of ['connect', 'close']) socket.once(event, () => clearTimeout(timer));
      });
      request.once('response', (response) => resolve(toResponse(response)));
      request.once('error', reject);
      request.end(sent);
    });
  };
}

function toResponse(response: IncomingMessage): Response {
  const { statusCode: status = 0 } = response;
  const headers = new Headers();
  for (const [name, values = []] of Object.entries(response.headersDistinct))
    for (const value of values) headers.append(name, value);
  const isEmpty = WITHOUT_BODY.has(status);
  if (isEmpty) response.resume();
  return new Response(isEmpty ? null : (Readable.toWeb(response) as ReadableStream), { status, headers });
}
