import { parseAllDocuments } from 'yaml';
import { isRecord } from '../json/record.ts';

/** A Kubernetes object as somebody wrote it: only what is looked at here is typed. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ManifestMetadata;
  readonly [field: string]: unknown;
}

export interface ManifestMetadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

/**
 * Reads a file of YAML documents.
 * @throws Error that names the file, where one is no Kubernetes object
 */
export function parseManifests(text: string, file: string): Manifest[] {
  const documents = parseAllDocuments(text);
  return [...documents].map((document, index) => {
    const [error] = document.errors;
    if (error !== undefined) throw new Error(`${file}, document ${index + 1}: ${error.message}`);
    const value: unknown = document.toJS();
    if (!isManifest(value)) throw new Error(`${file}, document ${index + 1}: no kind, or no metadata`);
    return value;
  });
}

function isManifest(value: unknown): value is Manifest {
  if (!isRecord(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string') {
    return false;
  }
  return isRecord(value['metadata']);
}

/** `namespace/name`; a generated name that is still to come ends in `*`. */
export function toLabel({ metadata }: Manifest): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? `${metadata.generateName ?? ''}*`}`;
}

/** The annotation that asks for a role. */
export const ROLE_ANNOTATION = 'eks.amazonaws.com/role-arn';

export function readRoleArn({ metadata }: Manifest): string | undefined {
  return metadata.annotations?.[ROLE_ANNOTATION];
}
