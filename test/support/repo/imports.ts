import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';

/** TypeScript files by their paths below `src/`, such as `webhook/judge.ts`. */
export type Sources = ReadonlyMap<string, string>;

/** What a file imports, types included. */
export interface FileImports {
  /** Paths below `src/`. */
  readonly files: readonly string[];
  /** As they are written: `node:fs/promises`, `@aws-sdk/client-sts`. */
  readonly packages: readonly string[];
  /** Imports that nobody can follow by reading: a computed path, a `require`. */
  readonly hidden: readonly string[];
}

/** `from '…'`, `import '…'`, `import('…')`, in all of which the text of the specifier stands by itself. */
const SPECIFIER = /\b(?:from|import)\s*\(?\s*(['"])([^'"\n$]+)\1/g;
const HIDDEN = /\bimport\s*\((?!\s*['"])[^\n)]*|\brequire\s*\([^\n)]*|\bgetBuiltinModule\s*\([^\n)]*/g;
/** What a comment tells of is no import. */
const COMMENT = /\/\*[\s\S]*?\*\/|(?<=^|[\s;{}])\/\/[^\n]*/g;

export function readImports(path: string, text: string): FileImports {
  const code = text.replaceAll(COMMENT, '');
  const specifiers = [...code.matchAll(SPECIFIER)].map(([, , specifier = '']) => specifier);
  const isFile = (specifier: string): boolean => /^\.{1,2}\//.test(specifier);
  return {
    files: unique(specifiers.filter(isFile).map((specifier) => normalize(join(dirname(path), specifier)))),
    packages: unique(specifiers.filter((specifier) => !isFile(specifier))),
    hidden: [...code.matchAll(HIDDEN)].map(([found]) => found),
  };
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** @param folder absolute; other files than TypeScript are passed over */
export function readSources(folder: string): Sources {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) =>
    name.replaceAll('\\', '/'),
  );
  const paths = names.filter((name) => /\.[cm]?tsx?$/.test(name));
  return new Map(paths.map((path) => [path, readFileSync(join(folder, path), 'utf8')]));
}
