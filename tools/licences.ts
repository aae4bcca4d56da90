import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

const LICENCE_FILE = /^(?:un)?licen[cs]e(?:[.-].*)?$/i;
/** Apache-2.0, section 4(d): passed on where there is one. */
const NOTICE_FILE = /^notice(?:\..*)?$/i;

/** Packages that name their licence and bring no text of it: the text, with the author of their package.json. */
const TEXTS: Readonly<Record<string, string>> = {
  'abstract-logging': renderMit('James Sumners'),
};

/** Packages of the AWS SDK's repository that bring no text of their licence (Apache-2.0): another one of it brings it. */
const SIBLINGS: Readonly<Record<string, string>> = {
  '@aws-sdk/credential-provider-http': '@aws-sdk/client-sts',
  '@aws-sdk/credential-provider-login': '@aws-sdk/client-sts',
  '@aws-sdk/nested-clients': '@aws-sdk/client-sts',
};

/**
 * The licence texts of every package that a bundle holds, in the order of their names.
 * @param metafile esbuild's, of a build in `root`
 * @throws Error that names a package without one
 */
export async function collectLicences(root: string, metafile: Metafile): Promise<string> {
  const folders = new Set(findBundled(metafile).map(toPackageFolder));
  folders.delete(undefined);
  const texts = await Promise.all(
    [...folders].map(async (folder) => ({ folder, text: await readLicence(join(root, folder ?? '')) })),
  );
  return texts
    .sort((a, b) => ((a.folder ?? '') < (b.folder ?? '') ? -1 : 1))
    .map(({ text }) => text)
    .join(`\n${'-'.repeat(100)}\n\n`);
}

/** The inputs of which something is left in the output. */
export function findBundled({ outputs }: Metafile): string[] {
  return Object.values(outputs).flatMap(({ inputs }) =>
    Object.entries(inputs)
      .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
      .map(([path]) => path),
  );
}

/** `node_modules/a/node_modules/@b/c/lib/d.js` → `node_modules/a/node_modules/@b/c` */
export function toPackageFolder(input: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(input)?.[0];
}

async function readLicence(folder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  // A package that npm installed has these two.
  const { name, version } = manifest as { name: string; version: string };
  const texts = await readTexts(folder);
  const sibling = SIBLINGS[name];
  if (texts.length === 0 && sibling !== undefined)
    texts.push(...(await readTexts(join(folder, '../..', sibling))));
  const known = TEXTS[name];
  if (texts.length === 0 && known !== undefined) texts.push(known);
  if (texts.length === 0) {
    throw new Error(
      `${name} ${version} has no licence file: find its licence text and add it to tools/licences.ts`,
    );
  }
  return `${name} ${version}\n\n${texts.map((text) => `${text.trim()}\n`).join('\n')}`;
}

/** Licence and notice, those of them that a package brings. */
async function readTexts(folder: string): Promise<string[]> {
  const files = (await readdir(folder)).sort();
  return await Promise.all(
    [LICENCE_FILE, NOTICE_FILE]
      .flatMap((wanted) => files.find((file) => wanted.test(file)) ?? [])
      .map((file) => readFile(join(folder, file), 'utf8')),
  );
}

function renderMit(holder: string): string {
  return `MIT License

Copyright (c) ${holder}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
}
