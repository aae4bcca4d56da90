import { isLoopbackHost } from './loopback-host.ts';

export type DocumentUrl =
  | { readonly kind: 'url'; readonly url: URL }
  | {
      readonly kind: 'refused';
      readonly fault: UrlFault;
      /** Completes the sentence "the URL …": what is wrong, and the remedy. */
      readonly problem: string;
    };

export type UrlFault = ShapeFault | 'disguise' | 'dot-segments' | 'plain-http';

/** What keeps a text from being one of the shape `https://HOST/PATH`; each follows on "it". */
const SHAPE_FAULTS = {
  length: 'is longer than 2048 characters: give a shorter one',
  scheme: 'does not begin with https://: write it in full',
  blank: 'has white space or a control character in it: leave that out',
  'not-ascii':
    'has a character in it that is not ASCII: write the host as xn--…, and percent-encode the path',
  'user-name': 'has a user name in it: leave that out',
  fragment: 'has a fragment: leave it out',
  character: 'has a character in it that a URL has only percent-encoded: write it so',
  host: 'has no host and port that are well-formed: write a DNS name or an address, and a port from 1 to 65535',
} as const;
type ShapeFault = keyof typeof SHAPE_FAULTS;

const MAX_LENGTH = 2048;
/** RFC 3986: only what a path or query may have in it, so that no parser has anything to fold, drop or repair. */
const SHAPE =
  /^(https?):\/\/([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([1-9]\d{0,4}))?((?:\/[\w.~!$&'()*+,;=:@%-]*)*)(\?[\w.~!$&'()*+,;=:@%/?-]*)?$/i;

export interface DocumentUrlOptions {
  /** Without it plain http is taken, too, to a host that is this machine. */
  readonly httpsOnly?: boolean;
}

/**
 * Reads the URL of a document that decides trust. WHATWG URL repairs nearly everything (`https:\\h`, `https://0x7f.1`,
 * full-width letters, `/a/../b`): a text that does not already name the host, port and path which it leads to is refused.
 */
export function parseDocumentUrl(text: string, { httpsOnly = false }: DocumentUrlOptions = {}): DocumentUrl {
  const shape = text.length <= MAX_LENGTH ? SHAPE.exec(text) : null;
  const url = shape === null ? null : URL.parse(text);
  if (shape === null || url === null) return refuseShape(findShapeFault(text));
  const [, , host = '', , path = ''] = shape;
  if (url.hostname !== host.toLowerCase())
    return refuse('disguise', `names its host in a disguise: write ${url.hostname}`);
  if (url.pathname !== (path || '/'))
    return refuse('dot-segments', 'has dot segments in its path: write the path that is meant');
  if (url.protocol === 'http:' && (httpsOnly || !isLoopbackHost(url.hostname)))
    return refuse('plain-http', 'is plain http, which anybody on the way can rewrite: use https');
  return { kind: 'url', url };
}

function refuse(fault: UrlFault, problem: string): DocumentUrl {
  return { kind: 'refused', fault, problem };
}

function refuseShape(fault: ShapeFault): DocumentUrl {
  return refuse(fault, `is not written as https://HOST/PATH, since it ${SHAPE_FAULTS[fault]}`);
}

/** The first that there is, of a text that is not of the shape. */
function findShapeFault(text: string): ShapeFault {
  if (text.length > MAX_LENGTH) return 'length';
  const scheme = /^https?:\/\//i.exec(text)?.[0];
  if (scheme === undefined) return 'scheme';
  if (/[\s\p{Cc}]/u.test(text)) return 'blank';
  if (/[^!-~]/.test(text)) return 'not-ascii';
  if (text.includes('#')) return 'fragment';
  const [authority = ''] = text.slice(scheme.length).split(/[/?]/);
  if (authority.includes('@')) return 'user-name';
  const rest = text.slice(scheme.length + authority.length);
  return /[^\w.~!$&'()*+,;=:@%/?-]/.test(rest) ? 'character' : 'host';
}
