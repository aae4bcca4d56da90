import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';

/** An answer that is no document: a short text that repeats nothing of the request. */
export function answerText(
  response: ServerResponse,
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): void {
  answer(response, status, Buffer.from(`${text}\n`), {
    'content-type': 'text/plain; charset=utf-8',
    ...headers,
  });
}

export function answer(
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: OutgoingHttpHeaders,
): void {
  response
    .writeHead(status, {
      'content-length': body.length,
      // Only a document may be kept: a cache that holds a 404 or 503 would hide the document that comes after.
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...headers,
    })
    .end(body);
}

/** What comes with a request of another method is not read, so the connection cannot be used again. */
export function refuseMethod(response: ServerResponse, allow: string): number {
  response.shouldKeepAlive = false;
  answerText(response, 405, `only ${allow} is answered here`, { allow });
  return 405;
}
