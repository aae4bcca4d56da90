import { isIPv4 } from 'node:net';

export type DocumentUrl =
  | { readonly kind: 'url'; readonly url: URL }
  /** Completes the sentence "the URL …". */
  | { readonly kind: 'refused'; readonly problem: string };

/** RFC 3986: only what a path or query may have in it, so that no parser has anything to fold, drop or repair. */
const SHAPE =
  /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::(\d{1,5}))?((?:\/[\w.~!$&'()*+,;=:@%-]*)*)(\?[\w.~!$&'()*+,;=:@%/?-]*)?$/i;

/**
 * Reads the URL of a document that decides trust. WHATWG URL repairs nearly everything (`https:\\h`, `https://0x7f.1`,
 * full-width letters, `/a/../b`): a text that does not already name the host and path which it leads to is refused.
 */
export function parseDocumentUrl(text: string): DocumentUrl {
  const shape = text.length <= 2048 ? SHAPE.exec(text) : null;
  if (shape === null || !URL.canParse(text)) {
    return refuse('is not written as https://HOST/PATH, in ASCII, without user name and fragment');
  }
  const url = new URL(text);
  const [, , host = '', , path = ''] = shape;
  if (url.hostname !== host.toLowerCase())
    return refuse(`names its host in a disguise: write ${url.hostname}`);
  if (url.pathname !== (path || '/'))
    return refuse('has dot segments in its path: write the path that is meant');
  if (url.protocol === 'http:' && !isLoopbackHost(url.hostname)) {
    return refuse('is plain http, which anybody on the way can rewrite: use https');
  }
  return { kind: 'url', url };
}

function refuse(problem: string): DocumentUrl {
  return { kind: 'refused', problem };
}

/** A host that by its own spelling stays on this machine. @param hostname as `URL` has it */
export function isLoopbackHost(hostname: string): boolean {
  if (hostname === 'localhost' || hostname === '[::1]') return true;
  return isIPv4(hostname) && hostname.startsWith('127.');
}
