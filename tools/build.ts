/**
 * Bundles what ships into `dist/`: `main.js`, one chunk per lazily loaded part, the licences of everything inside.
 * `node tools/build.ts [folder]`. Two builds of the same source are byte-identical.
 */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Metafile, type Plugin } from 'esbuild';
import { collectLicences } from './licences.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** A static ESM import of these evaluates Node's own undici at start; the same module by this call does not. */
const LAZY_BUILTINS = ['node:http', 'node:https'];

const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: new RegExp(`^(?:${LAZY_BUILTINS.join('|')}|https?)$`) }, ({ path, kind }) =>
      kind === 'import-statement'
        ? { path: path.replace(/^(?!node:)/, 'node:'), namespace: 'builtin' }
        : undefined,
    );
    onLoad({ filter: /./, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
      loader: 'js',
    }));
  },
};

/** client-node's modules only define things, and its package does not say so: unused ones are left out. */
const treeShaking: Plugin = {
  name: 'client-node-has-no-side-effects',
  setup({ onResolve, resolve }) {
    onResolve({ filter: /./ }, async ({ path, pluginData, ...rest }) => {
      const inside =
        path === '@kubernetes/client-node' || rest.importer.includes('/@kubernetes/client-node/');
      if (!inside || pluginData === 'asked') return undefined;
      const resolved = await resolve(path, { ...rest, pluginData: 'asked' });
      return /\/@kubernetes\/client-node\//.test(resolved.path)
        ? { ...resolved, sideEffects: false }
        : resolved;
    });
  },
};

const BANNER = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`;

export async function bundle(folder: string): Promise<Metafile> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ['src/main.ts'],
    outdir: folder,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node22.19',
    mainFields: ['module', 'main'],
    minify: true,
    keepNames: false,
    legalComments: 'none',
    banner: { js: BANNER },
    plugins: [lazyBuiltins, treeShaking],
    metafile: true,
    logLevel: 'warning',
  });
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify({ name: 'iam-bridge', version, type: 'module' })}\n`,
  );
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
