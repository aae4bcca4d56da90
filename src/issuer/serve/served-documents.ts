import { createHash } from 'node:crypto';
import {
  DISCOVERY_MEDIA_TYPE,
  JWKS_MEDIA_TYPE,
  type PublicJwk,
  renderDiscovery,
  renderJwks,
} from '../documents.ts';
import { type KeySource, KeySourceError } from '../keys/key-source.ts';
import { readPublicSet } from '../keys/public-jwk.ts';
import { describeWeakKeys } from '../keys/weak-key.ts';

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

function renderDocuments(address: IssuerAddress, keys: readonly PublicJwk[]): ServedDocuments {
  return {
    discovery: toServed(renderDiscovery({ ...address, keys }), DISCOVERY_MEDIA_TYPE),
    jwks: toServed(renderJwks(keys), JWKS_MEDIA_TYPE),
  };
}

function toServed(text: string, mediaType: string): ServedDocument {
  const body = Buffer.from(text);
  return { body, mediaType, etag: `"${createHash('sha256').update(body).digest('base64url')}"` };
}

/** What a delivery of keys came to. */
export type Delivery = 'changed' | 'unchanged';

/** The documents that are served now, and the keys that they are made of. */
export interface DocumentStore {
  /** undefined until keys were delivered once */
  documents(): ServedDocuments | undefined;
  keys(): readonly PublicJwk[];
  /** A complete set: it replaces the one before. */
  deliver(keys: readonly PublicJwk[]): Delivery;
  onChange(listener: (keys: readonly PublicJwk[]) => void): void;
}

export function createDocumentStore(address: IssuerAddress): DocumentStore {
  let documents: ServedDocuments | undefined;
  let current: readonly PublicJwk[] = [];
  const listeners: ((keys: readonly PublicJwk[]) => void)[] = [];
  return {
    documents: () => documents,
    keys: () => current,
    deliver(keys) {
      const rendered = renderDocuments(address, keys);
      if (rendered.jwks.etag === documents?.jwks.etag) return 'unchanged';
      documents = rendered;
      current = keys;
      for (const listener of listeners) listener(keys);
      return 'changed';
    },
    onChange: (listener) => void listeners.push(listener),
  };
}

/** Told of every good set that a source brings. */
export type Deliver = (keys: readonly PublicJwk[], notes: readonly string[]) => void;

/** A source whose good sets are also served. A set that cannot be served is none at all. */
export function createServedSource(source: KeySource, deliver: Deliver): KeySource {
  return {
    async readDocuments(signal) {
      const documents = await source.readDocuments(signal);
      const reading = readPublicSet(documents.jwks);
      if (reading.kind === 'refused') throw new KeySourceError('key-set', reading.problem);
      deliver(reading.keys, [...documents.notes, ...reading.skipped, ...describeWeakKeys(reading.keys)]);
      return documents;
    },
  };
}
