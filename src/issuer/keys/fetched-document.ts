import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { readBounded } from '../../base/bounded-read.ts';
import { KeySourceError } from './key-source.ts';

export interface FetchedDocument {
  /** 200, 304 where an `etag` was sent, or an error status. */
  readonly status: number;
  readonly body: string;
  readonly etag?: string;
  /** ms; as the answer's Cache-Control and Age say */
  readonly maxAgeMs?: number;
  /** Media type in lower case, without parameters; '' where there is none. */
  readonly contentType: string;
}

/**
 * Reads an answer to its end, which lies within `maxBytes`.
 * @throws KeySourceError
 */
export async function readAnswer(response: IncomingMessage, maxBytes: number): Promise<FetchedDocument> {
  const { statusCode: status = 0, headers } = response;
  if (status >= 300 && status < 400 && status !== 304) refuseRedirect(status, headers.location);
  const maxAgeMs = readMaxAge(headers);
  return {
    status,
    body: await readText(response, maxBytes),
    contentType: headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? '',
    ...(headers.etag !== undefined && { etag: headers.etag }),
    ...(maxAgeMs !== undefined && { maxAgeMs }),
  };
}

/**
 * How long an answer says of itself that it is fresh (RFC 9111 section 4.2.1), less the time that it has spent in caches
 * on its way; undefined where it does not say.
 * @returns ms
 */
function readMaxAge(headers: IncomingHttpHeaders): number | undefined {
  const control = headers['cache-control'] ?? '';
  if (/(^|[,\s])no-(store|cache)\s*(,|$)/i.test(control)) return 0;
  const seconds = /(?:^|[,\s])max-age\s*=\s*"?(\d{1,10})/i.exec(control)?.[1];
  if (seconds === undefined) return undefined;
  const spent = /^\d{1,10}$/.test(headers.age ?? '') ? Number(headers.age) : 0;
  return Math.max(0, Number(seconds) - spent) * 1000;
}

function refuseRedirect(status: number, location = ''): never {
  // The origin is enough to see who it was; the rest may carry a session.
  const to = URL.canParse(location) ? ` to ${new URL(location).origin}` : '';
  throw new KeySourceError(
    'redirect',
    `answered with a redirect (${status})${to}; redirects are not followed, by AWS neither: serve the document at this URL`,
  );
}

async function readText(response: IncomingMessage, maxBytes: number): Promise<string> {
  const { 'content-length': length, 'content-encoding': encoding = 'identity' } = response.headers;
  const tooLarge = new KeySourceError('too-large', `the document is larger than ${maxBytes} bytes`);
  if (Number(length) > maxBytes) throw tooLarge;
  if (encoding !== 'identity') {
    throw new KeySourceError(
      'encoding',
      'the document is compressed though none was asked for: serve it plain',
    );
  }
  const bytes = await readBounded(response, maxBytes);
  if (bytes === undefined) throw tooLarge;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new KeySourceError('encoding', 'the document is not UTF-8', { cause: error });
  }
}
