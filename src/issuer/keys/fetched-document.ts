import type { IncomingMessage } from 'node:http';
import { readBounded } from '../../base/bounded-file.ts';
import { readMaxAge } from './caching.ts';
import { KeySourceError } from './failures.ts';

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
    throw new KeySourceError('encoding', 'the document is not UTF-8', error);
  }
}
