import type { Manifest } from '../manifests.ts';

/** How a caller wants objects: whole, or only their type and metadata. */
export interface Representation {
  toObject(account: Manifest): object;
  readonly list: { readonly apiVersion: string; readonly kind: string };
}

const WHOLE: Representation = {
  toObject: (account) => account,
  list: { apiVersion: 'v1', kind: 'ServiceAccountList' },
};

const META = 'meta.k8s.io/v1';
const PARTIAL: Representation = {
  toObject: ({ metadata }) => ({ apiVersion: META, kind: 'PartialObjectMetadata', metadata }),
  list: { apiVersion: META, kind: 'PartialObjectMetadataList' },
};

/** Reads an Accept header as kube-apiserver does: `application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1`. */
export function chooseRepresentation(accept: string): Representation {
  const [first = ''] = accept.split(',');
  const parameters = new Set(first.split(';').map((part) => part.trim()));
  const partial =
    parameters.has('as=PartialObjectMetadata') || parameters.has('as=PartialObjectMetadataList');
  return partial && parameters.has('g=meta.k8s.io') && parameters.has('v=v1') ? PARTIAL : WHOLE;
}
