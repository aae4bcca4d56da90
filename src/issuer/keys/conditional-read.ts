import { KeySourceError } from './failures.ts';
import type { FetchDocument, FetchOptions } from './fetch-document.ts';
import type { FetchedDocument } from './fetched-document.ts';

/** Reads a document; one that has not changed since (RFC 9110 section 13.1.2) is not sent again. */
export type ConditionalRead = (url: string, options: Omit<FetchOptions, 'etag'>) => Promise<FetchedDocument>;

/**
 * Remembers the last answer that came with an ETag, and the URL it is of.
 * The promise is rejected with a KeySourceError where the answer is anything but the document.
 */
export function createConditionalRead(fetch: FetchDocument): ConditionalRead {
  let last: { readonly url: string; readonly document: FetchedDocument } | undefined;
  return async (url, options) => {
    const known = last?.url === url ? last.document : undefined;
    const answer = await fetch(url, { ...options, etag: known?.etag });
    if (answer.status === 304 && known !== undefined) {
      const { maxAgeMs = known.maxAgeMs } = answer;
      return { ...known, ...(maxAgeMs !== undefined && { maxAgeMs }) };
    }
    if (answer.status !== 200) throw new KeySourceError('status', describeStatus(url, answer.status));
    last = answer.etag === undefined ? undefined : { url, document: answer };
    return answer;
  };
}

function describeStatus(url: string, status: number): string {
  const { origin, pathname } = new URL(url);
  const seen = `${origin}${pathname} answered ${status}`;
  if (status === 401 || status === 403) {
    return `${seen}: it has to be open to everybody, since AWS reads it without a credential`;
  }
  if (status === 404) return `${seen}: nothing is published there, or the issuer's path is another`;
  return seen;
}
