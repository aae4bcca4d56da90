import { createHash } from 'node:crypto';
import {
  DISCOVERY_MEDIA_TYPE,
  JWKS_MEDIA_TYPE,
  type PublicJwk,
  renderDiscovery,
  renderJwks,
} from '../documents.ts';

/** A document as it goes out: rendered when the keys change, not when somebody asks. */
export interface ServedDocument {
  readonly body: Buffer;
  readonly mediaType: string;
  /** A strong validator (RFC 9110 section 8.8.3), quotes included: same bytes, same tag, on every replica. */
  readonly etag: string;
}

export type DocumentName = 'discovery' | 'jwks';
export type ServedDocuments = Readonly<Record<DocumentName, ServedDocument>>;

export interface IssuerAddress {
  /** Exactly as in the claim `iss` of the tokens. */
  readonly issuer: string;
  readonly jwksUri: string;
}

export function renderDocuments(address: IssuerAddress, keys: readonly PublicJwk[]): ServedDocuments {
  return {
    discovery: toServed(renderDiscovery({ ...address, keys }), DISCOVERY_MEDIA_TYPE),
    jwks: toServed(renderJwks(keys), JWKS_MEDIA_TYPE),
  };
}

function toServed(text: string, mediaType: string): ServedDocument {
  const body = Buffer.from(text);
  return { body, mediaType, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}
