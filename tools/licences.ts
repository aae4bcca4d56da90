import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/**
 * The licence texts of every package that a bundle holds, in the order of their names.
 * @throws Error that names a package without one
 */
export async function collectLicences(root: string, metafile: Metafile): Promise<string> {
  const folders = new Set<string>();
  for (const input of Object.keys(metafile.inputs)) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  const texts = await Promise.all([...folders].sort().map((folder) => readLicence(join(root, folder))));
  return texts.join(`\n${'-'.repeat(100)}\n\n`);
}

async function readLicence(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  const head = `${manifest['name']} ${manifest['version']} (${manifest['license'] ?? 'see below'})\n\n`;
  const file = (await readdir(folder)).sort().find((name) => /^licen[cs]e(?:[.-].*)?$/i.test(name));
  if (file !== undefined) return `${head}${(await readFile(join(folder, file), 'utf8')).trim()}\n`;
  if (typeof manifest['license'] !== 'string')
    throw new Error(`${folder} has no licence file and names no licence`);
  return `${head}(The package names its licence and brings no text of it.)\n`;
}
