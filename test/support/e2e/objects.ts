/** What the tests send to and read from a cluster: only what they look at is typed. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

export interface Metadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  /** When it was told to go, RFC 3339. */
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  /** Null takes an annotation away in a merge patch. */
  readonly annotations?: Readonly<Record<string, string | null>>;
}

export interface Pod extends KubeObject {
  readonly kind: 'Pod';
  readonly spec: PodSpec;
}

export interface PodSpec {
  readonly serviceAccountName?: string;
  readonly automountServiceAccountToken?: boolean;
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[];
  readonly ephemeralContainers?: readonly Container[];
  readonly volumes?: readonly Volume[];
  readonly [field: string]: unknown;
}

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly volumeMounts?: readonly VolumeMount[];
  readonly [field: string]: unknown;
}

export interface VolumeMount {
  readonly name: string;
  readonly mountPath: string;
  readonly readOnly?: boolean;
}

export interface Volume {
  readonly name: string;
  readonly [source: string]: unknown;
}

/**
 * The URL path of an object, or of its collection where the object has no name. Every kind that the tests use forms
 * its plural with an s, so no discovery is needed.
 */
export function toPath(object: KubeObject): string {
  const { apiVersion, kind, metadata } = object;
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = metadata.namespace === undefined ? '' : `/namespaces/${metadata.namespace}`;
  const name = metadata.name === undefined ? '' : `/${encodeURIComponent(metadata.name)}`;
  return `${root}${scope}/${kind.toLowerCase()}s${name}`;
}

/** The path that objects of this kind are created at. */
export function toCollectionPath(object: KubeObject): string {
  const { name: _, ...metadata } = object.metadata;
  return toPath({ ...object, metadata });
}
