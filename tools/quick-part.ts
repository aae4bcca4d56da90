/**
 * What programs wait for (kubectl, for a token) is one file, `main.js`: Node takes half a millisecond and more for each file
 * of a start, and esbuild makes a file of every set of modules that some parts share. So the modules of a start and of
 * quick commands are bundled once, as they are, and all other parts import them from there.
 */
import { join, relative } from 'node:path';
import { type BuildOptions, build, type Metafile, type Plugin } from 'esbuild';

/** Their modules, and all that these import statically, are the quick part. */
const ROOTS: readonly [string, ...string[]] = ['src/main.ts', 'src/commands/token/command.ts'];

/** How other parts import it, wherever they lie (`imports` of the bundle's package.json). */
export const QUICK = '#quick';
export const QUICK_FILE = 'main.js';

/** Where the image has its Node, as the distroless ones do: there is no shell that could look for it. */
const HASHBANG = '#!/nodejs/bin/node';

export interface QuickPart {
  /** For the other parts: what the quick part has, is imported from it. */
  readonly plugin: Plugin;
  /** More entries of the other parts: what the quick part loads lazily. By name without extension. */
  readonly entries: Readonly<Record<string, string>>;
  /** Bundles the quick part itself. */
  bundle(folder: string): Promise<Metafile>;
}

/** @param options of both builds: `absWorkingDir` is the repository, which paths are relative to */
export async function planQuickPart(options: BuildOptions & { absWorkingDir: string }): Promise<QuickPart> {
  const { absWorkingDir: root } = options;
  const lazy = new Map<string, string>();
  const collect = collectLazy(root, lazy);
  const survey: BuildOptions = { ...options, metafile: true, write: false, outdir: 'nowhere', format: 'esm' };
  const { inputs } = await read({
    ...survey,
    entryPoints: [...ROOTS],
    plugins: [...(options.plugins ?? []), collect],
  });
  // Sorted, here and below: esbuild finds them in the order in which it has read them.
  const modules = Object.keys(inputs)
    .filter((path) => path.startsWith('src/'))
    .sort();
  for (const path of modules) lazy.delete(path);
  const { outputs } = await read({ ...survey, entryPoints: modules, bundle: false, minify: false });
  const exported = new Map(
    Object.values(outputs).map(({ entryPoint = '', exports }) => [entryPoint, exports]),
  );
  const names = new Map(
    modules.map((path, index) => [
      path,
      (exported.get(path) ?? []).toSorted().map((name) => [name, `m${index}_${name}`] as const),
    ]),
  );
  return {
    entries: Object.fromEntries([...lazy].map(([path, name]) => [name, path] as const).sort()),
    plugin: shareModules(root, names),
    async bundle(folder) {
      const contents = [...names]
        .map(
          ([path, list]) =>
            `export { ${list.map(([name, alias]) => `${name} as ${alias}`).join(', ')} } from './${path}';`,
        )
        .join('\n');
      const metafile = await read({
        ...options,
        stdin: { contents, resolveDir: root, sourcefile: 'quick', loader: 'js' },
        outfile: join(folder, QUICK_FILE),
        format: 'esm',
        banner: { js: HASHBANG },
        plugins: [...(options.plugins ?? []), loadLazily(root, lazy)],
      });
      for (const output of Object.values(metafile.outputs)) output.entryPoint = ROOTS[0];
      return metafile;
    },
  };
}

async function read(options: BuildOptions): Promise<Metafile> {
  const { metafile } = await build({ ...options, metafile: true });
  return metafile;
}

/** `src/commands/issuer/descriptor.ts` → `parts/commands-issuer-descriptor` */
function toName(path: string): string {
  return `parts/${path
    .replace(/^src\//, '')
    .replace(/\.ts$/, '')
    .replaceAll('/', '-')}`;
}

/** Leaves out what is loaded lazily, and takes its path down. */
function collectLazy(root: string, lazy: Map<string, string>): Plugin {
  return {
    name: 'collect-lazy',
    setup({ onResolve }) {
      onResolve({ filter: /^\.{1,2}\// }, ({ kind, path, resolveDir }) => {
        if (kind !== 'dynamic-import') return undefined;
        const found = relative(root, join(resolveDir, path));
        lazy.set(found, toName(found));
        return { path, external: true };
      });
    },
  };
}

/** A lazy import of the quick part leads to the file that the other parts have for it. */
function loadLazily(root: string, lazy: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'load-lazily',
    setup({ onResolve }) {
      onResolve({ filter: /^\.{1,2}\// }, ({ kind, path, resolveDir }) => {
        const name = kind === 'dynamic-import' ? lazy.get(relative(root, join(resolveDir, path))) : undefined;
        return name === undefined ? undefined : { path: `./${name}.js`, external: true };
      });
    },
  };
}

function shareModules(
  root: string,
  names: ReadonlyMap<string, readonly (readonly [string, string])[]>,
): Plugin {
  return {
    name: 'share-modules',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^#quick$/ }, () => ({ path: QUICK, external: true }));
      onResolve({ filter: /^\.{1,2}\/.*\.ts$/ }, ({ path, resolveDir }) => {
        const found = relative(root, join(resolveDir, path));
        return names.has(found) ? { path: found, namespace: 'quick' } : undefined;
      });
      onLoad({ filter: /./, namespace: 'quick' }, ({ path }) => ({
        contents: `export { ${names
          .get(path)
          ?.map(([name, alias]) => `${alias} as ${name}`)
          .join(', ')} } from '${QUICK}';`,
      }));
    },
  };
}
