import { toRecords, toText, toTexts } from '../../json/loose.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';
import type { ApiResource } from '../../kube/api-resource.ts';

/**
 * What a snapshot tells beside objects of Kubernetes: our own kind, which kubectl and all readers of RBAC pass over.
 */
export interface ClusterFacts {
  /** `gitVersion` of the API server, '' where it was not told. */
  readonly version: string;
  readonly isEks: boolean;
  /** undefined: discovery was not allowed. */
  readonly resources: readonly ApiResource[] | undefined;
  /** Rights that whoever made the snapshot lacked: what they are about may be missing in it. */
  readonly missing: readonly string[];
}

const API_VERSION = 'iam-bridge/v1';
const KIND = 'ClusterFacts';

/** The object that carries them; members in one order, so that two snapshots of a cluster are the same text. */
export function toFactsObject({ version, isEks, resources, missing }: ClusterFacts): object {
  return {
    apiVersion: API_VERSION,
    kind: KIND,
    metadata: { name: 'cluster' },
    version,
    isEks,
    missing,
    ...(resources && { resources: resources.map(toResource) }),
  };
}

/** The facts among the objects of a snapshot; undefined where kubectl wrote it. */
export function findFacts(
  objects: readonly { readonly apiVersion: string; readonly kind: string; readonly raw: JsonRecord }[],
): ClusterFacts | undefined {
  const raw = objects.find(({ apiVersion, kind }) => apiVersion === API_VERSION && kind === KIND)?.raw;
  if (raw === undefined) return undefined;
  const resources = readMember(raw, 'resources');
  return {
    version: toText(readMember(raw, 'version')),
    isEks: readMember(raw, 'isEks') === true,
    missing: toTexts(readMember(raw, 'missing')),
    resources: Array.isArray(resources) ? resources.filter(isRecord).map(toResource) : undefined,
  };
}

function toResource(raw: JsonRecord | ApiResource): ApiResource {
  const record: JsonRecord = { ...raw };
  return {
    group: toText(record['group']),
    version: toText(record['version']),
    resource: toText(record['resource']),
    kind: toText(record['kind']),
    singular: toText(record['singular']),
    shortNames: toTexts(record['shortNames']),
    namespaced: record['namespaced'] === true,
    verbs: toTexts(record['verbs']),
    subresources: toRecords(record['subresources']).map((each) => ({
      name: toText(each['name']),
      verbs: toTexts(each['verbs']),
    })),
  };
}
