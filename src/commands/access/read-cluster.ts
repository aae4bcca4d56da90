import type { KubeApi } from '../../kube/api.ts';
import { collectObjects } from '../../kube/collect.ts';
import { ApiStatusError } from '../../kube/errors.ts';
import { type SourceKind, toCollectionPath, toRight } from './kinds.ts';

/** A right that the caller lacks, so that something of the cluster is not known. */
export interface Gap {
  /** Such as `list roles.rbac.authorization.k8s.io in all namespaces`. */
  readonly right: string;
  readonly kind: SourceKind;
  /** The one namespace whose objects are known all the same. */
  readonly knownNamespace?: string;
}

export interface ClusterReading {
  /** Lists, each with its kind. */
  readonly documents: readonly object[];
  readonly gaps: readonly Gap[];
}

/** ms for all lists: somebody waits */
const PATIENCE = 120_000;

const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json';

/**
 * Lists objects of several kinds. What may not be listed everywhere is listed in one namespace, if that may be.
 * @param namespace of which the question is; undefined: of none
 * @throws ApiStatusError for any refusal but 403, Error where the server cannot be reached
 */
export async function readCluster(
  api: KubeApi,
  kinds: readonly SourceKind[],
  namespace: string | undefined,
): Promise<ClusterReading> {
  const signal = AbortSignal.timeout(PATIENCE);
  const readings = await Promise.all(kinds.map((kind) => readKind({ api, kind, namespace, signal })));
  return {
    documents: readings.map(({ document }) => document),
    gaps: readings.flatMap(({ gap }) => gap ?? []),
  };
}

interface KindRequest {
  readonly api: KubeApi;
  readonly kind: SourceKind;
  readonly namespace: string | undefined;
  readonly signal: AbortSignal;
}

interface KindReading {
  readonly document: object;
  readonly gap?: Gap;
}

async function readKind(request: KindRequest): Promise<KindReading> {
  const { kind, namespace } = request;
  const everywhere = await list(request, undefined);
  if (everywhere !== undefined) return { document: toList(kind, everywhere) };
  const gap = { right: toRight(kind), kind };
  const here = kind.namespaced && namespace !== undefined ? await list(request, namespace) : undefined;
  return here === undefined || namespace === undefined
    ? { document: toList(kind, []), gap }
    : { document: toList(kind, here), gap: { ...gap, knownNamespace: namespace } };
}

/** @returns undefined where it may not be listed */
async function list(
  { api, kind, signal }: KindRequest,
  namespace: string | undefined,
): Promise<readonly unknown[] | undefined> {
  const path = toCollectionPath(kind, namespace);
  try {
    return await collectObjects({ api, path, signal, ...(kind.metadataOnly && { accept: METADATA_ONLY }) });
  } catch (error) {
    if (error instanceof ApiStatusError && error.status === 403) return undefined;
    throw error;
  }
}

function toList({ apiVersion, kind }: SourceKind, items: readonly unknown[]): object {
  // A list of metadata says of its items that they are nothing else.
  const own = items.map((item) => (typeof item === 'object' ? { ...item, apiVersion, kind } : item));
  return { apiVersion, kind: `${kind}List`, items: own };
}
