import type { PublicJwk } from '../documents.ts';
import { type IssuerAddress, renderDocuments, type ServedDocuments } from './served-documents.ts';

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
