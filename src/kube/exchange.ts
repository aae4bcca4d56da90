import http, { type ClientRequest, type IncomingMessage } from 'node:http';
import https, { type RequestOptions } from 'node:https';
import { readBounded } from '../base/bounded-read.ts';
import { readErrorCode } from '../base/errors.ts';

export interface ApiTimeouts {
  /** Until the connection stands, TLS included. */
  readonly connectMs: number;
  /** From there to the answer's headers. */
  readonly answerMs: number;
  /** From there to the end of a body that is read whole. */
  readonly bodyMs: number;
}

/** A pool hands out idle connections; more of them than this are never stale at once. */
const ATTEMPTS = 4;

/**
 * Sends a request and resolves at the answer's headers. A kept connection that the server closed while the
 * request was on its way is replaced: nothing was answered, and a GET may be asked twice. Anything else may not.
 */
export async function openExchange(
  options: RequestOptions,
  timeouts: ApiTimeouts,
  body?: string,
): Promise<IncomingMessage> {
  const attempts = options.method === 'GET' ? ATTEMPTS : 1;
  for (let attempt = 1; ; attempt += 1) {
    const request = options.protocol === 'http:' ? http.request(options) : https.request(options);
    try {
      return await awaitAnswer(request, timeouts, body);
    } catch (error) {
      if (attempt === attempts || !request.reusedSocket || !isReset(error)) throw error;
    }
  }
}

function isReset(error: unknown): boolean {
  const code = readErrorCode(error);
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function awaitAnswer(
  request: ClientRequest,
  timeouts: ApiTimeouts,
  body: string | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    let timer = limit(request, 'no connection', timeouts.connectMs);
    request.once('socket', (socket) => {
      const connected = (): void => {
        clearTimeout(timer);
        timer = limit(request, 'no answer', timeouts.answerMs);
      };
      if (!socket.connecting) connected();
      else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
    });
    request.once('response', (response) => {
      clearTimeout(timer);
      resolve(response);
    });
    // Stays on: a request that is aborted after its answer emits once more.
    request.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    request.end(body);
  });
}

function limit(stream: ClientRequest | IncomingMessage, what: string, ms: number): NodeJS.Timeout {
  return setTimeout(() => stream.destroy(new Error(`${what} within ${ms / 1000} s`)), ms);
}

/**
 * Reads a body whole.
 * @throws Error where it is larger than `maxBytes` or takes longer than `bodyMs`
 */
export async function readBody(response: IncomingMessage, maxBytes: number, bodyMs: number): Promise<string> {
  const timer = limit(response, 'no end of the answer', bodyMs);
  try {
    const body = await readBounded(response, maxBytes);
    if (body === undefined) throw new Error(`the answer is larger than ${maxBytes} bytes`);
    return body.toString('utf8');
  } finally {
    clearTimeout(timer);
  }
}
