import { describeError } from '../../base/errors.ts';
import type { FetchDocument } from '../keys/fetch-document.ts';
import { KeySourceError } from '../keys/key-source.ts';
import { type DriftFinding, toFinding } from './findings.ts';

export interface PublicFetchDeps {
  /** Anonymous, by the public roots, with more patience than STS has. */
  readonly fetch: FetchDocument;
  /** ms */
  readonly monotonic: () => number;
}

export interface PublicDocument {
  readonly url: string;
  /** Such as "discovery document". */
  readonly what: string;
  /** Media types that are right for it. */
  readonly mediaTypes: readonly string[];
}

export interface PublicFetch {
  /** undefined where there is none to look at */
  readonly text: string | undefined;
  readonly findings: readonly DriftFinding[];
  /** Why nothing can be said of it from here. */
  readonly unseen?: string;
}

/** ms; STS gives up after about as much (IAM user guide: "IdP response time"). */
const SLOW = 5_000;

/** Fetches a document as STS does, and says what STS would have against the answer. */
export async function fetchPublic(
  document: PublicDocument,
  deps: PublicFetchDeps,
  signal?: AbortSignal,
): Promise<PublicFetch> {
  const start = deps.monotonic();
  try {
    const { status, body, contentType } = await deps.fetch(document.url, signal && { signal });
    const took = deps.monotonic() - start;
    if (status !== 200) return { text: undefined, findings: [describeStatus(document, status)] };
    return { text: body, findings: [...checkType(document, contentType), ...checkTime(document, took)] };
  } catch (error) {
    return describeFailure(document, error);
  }
}

function describeStatus({ url, what }: PublicDocument, status: number): DriftFinding {
  const code = status === 401 || status === 403 ? 'not-anonymous' : 'http-status';
  return toFinding(code, url, `the public ${what} is answered with ${status}`);
}

function checkType({ url, what, mediaTypes }: PublicDocument, contentType: string): DriftFinding[] {
  if (mediaTypes.includes(contentType)) return [];
  // The type is the server's word: only its kind is repeated.
  const seen = /^[\w.+-]{1,40}\/[\w.+-]{1,40}$/.test(contentType) ? contentType : 'no usable type';
  return [toFinding('content-type', url, `the public ${what} comes as ${seen}`)];
}

function checkTime({ url, what }: PublicDocument, took: number): DriftFinding[] {
  if (took <= SLOW) return [];
  return [toFinding('slow', url, `the public ${what} took ${(took / 1000).toFixed(1)} s`)];
}

function describeFailure({ url, what }: PublicDocument, error: unknown): PublicFetch {
  const failure = error instanceof KeySourceError ? error.failure : 'unreachable';
  const detail = `the public ${what}: ${describeError(error)}`;
  switch (failure) {
    case 'redirect':
      return { text: undefined, findings: [toFinding('redirect', url, detail)] };
    case 'tls':
      return { text: undefined, findings: [toFinding('certificate-untrusted', url, detail)], unseen: detail };
    case 'too-large':
    case 'encoding':
      return {
        text: undefined,
        findings: [toFinding(what === 'JWKS' ? 'jwks-unreadable' : 'discovery-unreadable', url, detail)],
      };
    case 'address':
      // The issuer's own host may have another address inside the cluster; a jwks_uri has no such excuse.
      if (what === 'JWKS')
        return { text: undefined, findings: [toFinding('jwks-uri-unusable', url, detail)] };
      return { text: undefined, findings: [], unseen: detail };
    default:
      // A firewall around the cluster, or another view of the names, says nothing of what STS sees.
      return { text: undefined, findings: [], unseen: detail };
  }
}
