/**
 * Bundles what ships into `dist/`: `main.js`, one chunk per lazily loaded part, the licences of everything inside.
 * `node tools/build.ts [folder]`. Two builds of the same source are byte-identical.
 */
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { collectLicences } from './licences.ts';
import { planQuickPart, QUICK, QUICK_FILE } from './quick-part.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * A static `import 'node:http'` reads every export of it, and one of them is all of Node's own undici: start takes twice
 * as long. One of `node:crypto` is all of Web Crypto, one of `node:process` its reports, one of `node:util` its differ and
 * its parser of arguments: 5 to 8 ms each. The same modules by this call do not load that. No other module of Node's was
 * found to cost anything of the kind.
 */
const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^(?:node:)?(?:crypto|http|process|util)$/ }, ({ path, kind }) =>
      kind === 'import-statement'
        ? { path: path.replace(/^(?:node:)?/, 'node:'), namespace: 'builtin' }
        : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule('${path}');`,
    }));
  },
};

/**
 * client-node's modules only define things, and its package does not say so: told here, unused ones are left out. Its own
 * imports are paths with extensions, so that esbuild need not be asked for each of many thousands where it leads.
 */
const treeShaking: Plugin = {
  name: 'client-node-has-no-side-effects',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /^@kubernetes\/client-node$/ }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === 'asked') return undefined;
      return { ...(await resolve(path, { ...rest, pluginData: 'asked' })), sideEffects: false };
    });
    onResolve({ filter: /^\.{1,2}\/.*\.js$/ }, ({ path, importer, resolveDir }) =>
      importer.includes('/@kubernetes/client-node/')
        ? { path: join(resolveDir, path), sideEffects: false }
        : undefined,
    );
  },
};

/** Beside the chunks, which ask for it by this name. */
const UNDICI = './undici.cjs';

/**
 * client-node imports all of undici for agents that only its own calls need. What reads a kubeconfig has no use for them,
 * and they cost it 7 MB and 20 ms: undici is a file of its own, loaded when the first agent is made.
 */
const lazyUndici: Plugin = {
  name: 'lazy-undici',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^undici$/ }, ({ importer }) =>
      importer.includes('/@kubernetes/client-node/')
        ? { path: 'undici', namespace: 'lazy-undici' }
        : undefined,
    );
    onResolve({ filter: /./, namespace: 'lazy-undici' }, ({ path }) => ({ path, external: true }));
    onLoad({ filter: /./, namespace: 'lazy-undici' }, () => ({
      contents: `
        export function Agent(...args) { return new (require('${UNDICI}').Agent)(...args); }
        export function ProxyAgent(...args) { return new (require('${UNDICI}').ProxyAgent)(...args); }
        export const fetch = (...args) => require('${UNDICI}').fetch(...args);`,
    }));
  },
};

const BANNER = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`;

const COMMON = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node22.19',
  minify: true,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} as const;

/**
 * @param folder emptied first
 * @returns what went into which file
 */
export async function bundle(folder: string): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const quick = await planQuickPart({ ...COMMON, plugins: [lazyBuiltins] });
  const [{ metafile }, undici, quickMetafile] = await Promise.all([
    build({
      ...COMMON,
      entryPoints: quick.entries,
      outdir: folder,
      // A folder down, so that `../package.json` is the one beside main.js: the bundle knows its version wherever it lies.
      chunkNames: 'parts/[name]-[hash]',
      splitting: true,
      format: 'esm',
      mainFields: ['module', 'main'],
      banner: { js: BANNER },
      plugins: [quick.plugin, lazyBuiltins, treeShaking, lazyUndici],
    }),
    build({ ...COMMON, entryPoints: ['undici'], outfile: join(folder, 'parts', UNDICI), format: 'cjs' }),
    quick.bundle(folder),
  ]);
  for (const more of [undici.metafile, quickMetafile]) {
    Object.assign(metafile.inputs, more.inputs);
    Object.assign(metafile.outputs, more.outputs);
  }
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify({ name: 'iam-bridge', version, type: 'module', imports: { [QUICK]: `./${QUICK_FILE}` } })}\n`,
  );
  // In the image, the program is this file (tools/image-root.ts).
  await chmod(join(folder, QUICK_FILE), 0o755);
  await writeFile(join(folder, 'LICENSES.txt'), await collectLicences(root, metafile));
  return metafile;
}

function describe(metafile: Metafile): string {
  const outputs = Object.entries(metafile.outputs).map(([path, { bytes }]) => ({
    name: basename(path),
    bytes,
  }));
  const total = outputs.reduce((sum, { bytes }) => sum + bytes, 0);
  const rows = outputs
    .sort((a, b) => b.bytes - a.bytes)
    .slice(0, 6)
    .map(({ name, bytes }) => `  ${name.padEnd(28)} ${(bytes / 1024).toFixed(0).padStart(6)} KiB`);
  return [`${outputs.length} files, ${(total / 1024).toFixed(0)} KiB; the largest:`, ...rows].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = resolve(process.argv[2] ?? join(root, 'dist'));
  console.log(describe(await bundle(folder)));
}
