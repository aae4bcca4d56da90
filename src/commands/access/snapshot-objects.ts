import { isRecord, type JsonRecord } from '../../json/record.ts';
import { compareTexts } from '../../rbac/refs.ts';
import { SOURCE_KINDS } from './kinds.ts';

/** Annotations of a ServiceAccount that say who its pods are at AWS; others may hold anything. */
const ACCOUNT_ANNOTATION = /^eks\.amazonaws\.com\//;
const AWS_AUTH_KEYS = ['mapRoles', 'mapUsers', 'mapAccounts'];
const IDENTITY_MAPPING = 'IAMIdentityMapping';

/** What a snapshot keeps of an object; undefined for a kind that it does not have. Never a Secret. */
export function toSnapshotObject(raw: JsonRecord, apiVersion: string, kind: string): object | undefined {
  // Of another version, too: whoever reads it says that it was left out.
  const read = READERS.get(`${apiVersion.replace(/^(rbac\.authorization\.k8s\.io)\/.*/, '$1/v1')}/${kind}`);
  if (read === undefined || (kind === 'ConfigMap' && !isAwsAuth(raw))) return undefined;
  return { apiVersion, kind, metadata: toMetadata(raw['metadata'], kind), ...read(raw) };
}

type Reader = (raw: JsonRecord) => object;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ...SOURCE_KINDS.map(({ apiVersion, kind }): [string, Reader] => [
    `${apiVersion}/${kind}`,
    (raw) => pick(raw, ['aggregationRule', 'rules', 'roleRef', 'subjects']),
  ]),
  ['v1/ConfigMap', (raw) => ({ data: isRecord(raw['data']) ? pick(raw['data'], AWS_AUTH_KEYS) : {} })],
  [
    `iamauthenticator.k8s.aws/v1alpha1/${IDENTITY_MAPPING}`,
    (raw) => ({ spec: isRecord(raw['spec']) ? pick(raw['spec'], ['arn', 'username', 'groups']) : {} }),
  ],
]);

/** The one ConfigMap that says who an IAM principal is. */
export function isAwsAuth({ metadata }: JsonRecord): boolean {
  return isRecord(metadata) && metadata['name'] === 'aws-auth' && metadata['namespace'] === 'kube-system';
}

function toMetadata(metadata: unknown, kind: string): object {
  if (!isRecord(metadata)) return {};
  const { annotations } = metadata;
  return {
    // With its uid an object is known to be stored, so that its aggregated rules are the truth.
    ...pick(metadata, ['name', 'namespace', 'uid']),
    ...(kind.endsWith('Role') && toLabels(metadata['labels'])),
    ...(kind === 'ServiceAccount' && isRecord(annotations) && toAnnotations(annotations)),
  };
}

/** What no labels can be is kept as it is, so that the role is left out of the snapshot's answers as well. */
function toLabels(labels: unknown): object {
  if (labels === undefined || labels === null) return {};
  return { labels: isRecord(labels) ? sort(labels) : labels };
}

function toAnnotations(annotations: JsonRecord): object {
  const own = Object.entries(annotations).filter(([name]) => ACCOUNT_ANNOTATION.test(name));
  return own.length === 0 ? {} : { annotations: sort(Object.fromEntries(own)) };
}

function pick(record: JsonRecord, names: readonly string[]): JsonRecord {
  return Object.fromEntries(
    names.flatMap((name) => (Object.hasOwn(record, name) ? [[name, record[name]]] : [])),
  );
}

function sort(record: JsonRecord): JsonRecord {
  return Object.fromEntries(Object.entries(record).toSorted(([left], [right]) => compareTexts(left, right)));
}

/** By kind, namespace and name: the same cluster gives the same text. */
export function compareSnapshotObjects(left: object, right: object): number {
  const [a, b] = [toOrder(left), toOrder(right)];
  return a.rank - b.rank || compareTexts(a.namespace, b.namespace) || compareTexts(a.name, b.name);
}

const ORDER: readonly string[] = [...SOURCE_KINDS.map(({ kind }) => kind), 'ConfigMap', IDENTITY_MAPPING];

function toOrder(object: object) {
  const { kind, metadata }: JsonRecord = { ...object };
  const { namespace, name } = isRecord(metadata) ? metadata : {};
  return { rank: ORDER.indexOf(String(kind)), namespace: String(namespace ?? ''), name: String(name ?? '') };
}
