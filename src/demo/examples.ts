import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Folder } from '../local-cluster/cleanup.ts';
import { type Manifest, parseManifests } from '../local-cluster/manifests.ts';
import { toConditionPrefix } from '../trust/provider.ts';

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
interface TextFile {
  /** Absolute. */
  readonly path: string;
  /** As a user in the repository's folder would type it. */
  readonly shortPath: string;
  readonly text: string;
}

/** @throws Error where the file is not there */
async function readExampleText(name: string): Promise<TextFile> {
  const shortPath = FOLDER + name;
  // Two up is the repository, from src/demo/ and from dist/parts/; one up is beside the bundle, wherever it lies.
  for (const root of ['../../', '../']) {
    const path = fileURLToPath(new URL(root + shortPath, import.meta.url));
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text !== undefined) return { path, shortPath, text };
  }
  throw new Error(`${shortPath} is missing: run the demo from a whole copy of iam-bridge`);
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

/** The issuer that the policies of the examples name. */
export const EXAMPLE_ISSUER = 'https://issuer.example/clusters/demo';

/**
 * Writes a trust policy of the examples for another issuer.
 * @returns its name in the folder, which is the same
 * @throws Error where it is not there, or does not name the issuer that is to be replaced
 */
export async function writePolicy(name: string, issuer: string, folder: Folder): Promise<string> {
  const { text, shortPath } = await readExampleText(name);
  const example = toConditionPrefix(EXAMPLE_ISSUER);
  if (!text.includes(example)) throw new Error(`${shortPath} does not name ${example}`);
  await folder.write(name, text.replaceAll(example, toConditionPrefix(issuer)));
  return name;
}
