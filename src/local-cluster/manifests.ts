import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';

/** A Kubernetes object as somebody wrote it: only what the demo looks at is typed. */
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

/** The files of examples/s3-echoer, which users can apply to a cluster of their own. */
export interface Examples {
  readonly echoer: ManifestFile;
  readonly noRole: ManifestFile;
  readonly mistypedRole: ManifestFile;
  readonly wildcardTrust: ManifestFile;
  readonly otherAudience: ManifestFile;
}

export interface ManifestFile extends Omit<TextFile, 'text'> {
  readonly manifests: readonly Manifest[];
}

const FOLDER = 'examples/s3-echoer/';

/** @throws Error where the files are not there, or are no manifests */
export async function readExamples(): Promise<Examples> {
  return {
    echoer: await readExample('s3-echoer.yaml'),
    noRole: await readExample('no-role.yaml'),
    mistypedRole: await readExample('mistyped-role.yaml'),
    wildcardTrust: await readExample('wildcard-trust.yaml'),
    otherAudience: await readExample('other-audience.yaml'),
  };
}

async function readExample(name: string): Promise<ManifestFile> {
  const { path, shortPath, text } = await readExampleText(name);
  return { path, shortPath, manifests: parseManifests(text, shortPath) };
}

/** A file as a user in the repository's folder finds it. */
export interface TextFile {
  /** Absolute. */
  readonly path: string;
  /** As a user in the repository's folder would type it. */
  readonly shortPath: string;
  readonly text: string;
}

/** @throws Error where the file is not there */
export async function readExampleText(name: string): Promise<TextFile> {
  const shortPath = FOLDER + name;
  // Two up is the repository, from src/local-cluster/ and from dist/parts/; one up is beside the bundle, wherever it lies.
  for (const root of ['../../', '../']) {
    const path = fileURLToPath(new URL(root + shortPath, import.meta.url));
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return { path, shortPath, text };
  }
  throw new Error(`${shortPath} is missing: run the demo from a whole copy of iam-bridge`);
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
  if (!isObject(value) || typeof value['apiVersion'] !== 'string' || typeof value['kind'] !== 'string') {
    return false;
  }
  return isObject(value['metadata']);
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * The manifest of that kind.
 * @throws Error where there is none
 */
export function findManifest(file: ManifestFile, kind: string): Manifest {
  const found = file.manifests.find((manifest) => manifest.kind === kind);
  if (found === undefined) throw new Error(`${file.shortPath} has no ${kind}`);
  return found;
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
