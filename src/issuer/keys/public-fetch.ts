import { parseDocumentUrl } from '../../base/names/document-url.ts';
import { isLoopbackHost } from '../../base/names/loopback-host.ts';
import { createDocumentFetch, type DocumentFetchOptions, type FetchDocument } from './fetch-document.ts';
import { KeySourceError } from './key-source.ts';

/**
 * A fetch for a place that nobody here has named: what a stranger's document says. https on 443 to a host of which every
 * address is public, bound to the addresses that were checked, by the public roots, without any header of ours. That a
 * host is called localhost, or is one of the operator's private ones, opens nothing.
 */
export function createPublicFetch({
  resolve,
  timeoutMs,
}: Pick<DocumentFetchOptions, 'resolve' | 'timeoutMs'> = {}): FetchDocument {
  const fetch = createDocumentFetch({
    ...(resolve && { resolve }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return async (text, options) => {
    const parsed = parseDocumentUrl(text, { httpsOnly: true });
    if (parsed.kind === 'refused') throw new KeySourceError('url', `the URL ${parsed.problem}`);
    const { origin, hostname, port } = parsed.url;
    if (isLoopbackHost(hostname)) {
      throw new KeySourceError(
        'url',
        `${origin} is whatever machine reads it: serve the document on a public host`,
      );
    }
    if (port !== '') {
      const problem = `${origin} has a port: beside the issuer's own origin only 443 is connected to`;
      throw new KeySourceError('url', problem, { trouble: 'local' });
    }
    return await fetch(text, options);
  };
}
