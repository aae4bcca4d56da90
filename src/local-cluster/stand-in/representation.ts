import type { Manifest } from '../manifests.ts';

/** How a caller wants objects: whole, or only their type and metadata. */
export interface Representation {
  toObject(object: Manifest): object;
  readonly list: { readonly apiVersion: string; readonly kind: string };
}

const META = 'meta.k8s.io/v1';
const PARTIAL: Representation = {
  toObject: ({ metadata }) => ({ apiVersion: META, kind: 'PartialObjectMetadata', metadata }),
  list: { apiVersion: META, kind: 'PartialObjectMetadataList' },
};

/**
 * Reads an Accept header as kube-apiserver does: `application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1`.
 * @param kind of the objects, which are all of `v1`
 */
export function chooseRepresentation(accept: string, kind: string): Representation {
  const [first = ''] = accept.split(',');
  const parameters = new Set(first.split(';').map((part) => part.trim()));
  const partial =
    parameters.has('as=PartialObjectMetadata') || parameters.has('as=PartialObjectMetadataList');
  if (partial && parameters.has('g=meta.k8s.io') && parameters.has('v=v1')) return PARTIAL;
  return { toObject: (object) => object, list: { apiVersion: 'v1', kind: `${kind}List` } };
}
