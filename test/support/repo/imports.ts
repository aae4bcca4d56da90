import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { parseAst } from 'vitest/node';

/** What each file imports, by its path below `src/`, such as `webhook/judge.ts`. */
export type Sources = ReadonlyMap<string, FileImports>;

/** What a file imports, types included. */
export interface FileImports {
  /** Paths below `src/`, whether or not there is such a file. */
  readonly files: readonly string[];
  /** As they are written: `node:fs/promises`, `@aws-sdk/client-sts`. */
  readonly packages: readonly string[];
  /** What may import something that nobody can tell by reading. */
  readonly hidden: readonly string[];
}

/** By these a program comes to modules, or to code, without an import. */
const BACK_DOORS: ReadonlySet<unknown> = new Set([
  'createRequire',
  'dlopen',
  'eval',
  'getBuiltinModule',
  'mainModule',
  'require',
]);

/** These, too, as members of something; by themselves they are words like any other. */
const BACK_DOORS_OF_OBJECTS: ReadonlySet<unknown> = new Set([...BACK_DOORS, '_linkedBinding', 'constructor']);

/** These, where the file knows the process at all: RBAC has a word of that name. */
const BACK_DOORS_OF_PROCESS: ReadonlySet<unknown> = new Set([...BACK_DOORS_OF_OBJECTS, 'binding']);

/** By these a file comes to the process; `node:process` is refused as a module. */
const WAYS_TO_PROCESS: ReadonlySet<unknown> = new Set(['process', 'globalThis', 'global']);

/** A comment that imports types. */
const DIRECTIVE = /^\s*\/\/\/\s*<.*/gm;

/**
 * Reads what a file imports by a parser of the language, so that no comment, text or expression can hide an import.
 * @param path below `src/`
 * @throws Error where a file of TypeScript is none
 */
export function readImports(path: string, text: string): FileImports {
  if (!path.endsWith('.ts')) return { files: [], packages: [], hidden: ['only .ts is read'] };
  const specifiers: string[] = [];
  const hidden = [...text.matchAll(DIRECTIVE)].map(([found]) => found.trim());
  const nodes = [...walk(parseAst(text, { lang: 'ts' }))];
  const members = nodes.some(isWayToProcess) ? BACK_DOORS_OF_PROCESS : BACK_DOORS_OF_OBJECTS;
  for (const node of nodes) {
    const target = findTarget(node);
    if (isNode(target) && typeof target['value'] === 'string') specifiers.push(target['value']);
    else if (isNode(target) || isBackDoor(node, members))
      hidden.push(text.slice(node.start, node.end).slice(0, 80));
  }
  const isFile = (specifier: string): boolean => /^\.{1,2}\//.test(specifier);
  return {
    files: unique(specifiers.filter(isFile).map((specifier) => normalize(join(dirname(path), specifier)))),
    packages: unique(specifiers.filter((specifier) => !isFile(specifier))),
    hidden: unique(hidden),
  };
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [member: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function* walk(value: unknown): Generator<Node> {
  if (Array.isArray(value)) for (const one of value) yield* walk(one);
  if (!isNode(value)) return;
  yield value;
  for (const member of Object.values(value)) if (typeof member === 'object') yield* walk(member);
}

/** What an import names, be it a text or an expression; undefined where the node is no import. */
function findTarget(node: Node): unknown {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return node['source'];
    case 'TSExternalModuleReference':
      return node['expression'];
    // `declare module '…'` gives types to a module that is not this one.
    case 'TSModuleDeclaration':
      return isNode(node['id']) && node['id'].type === 'Literal' ? node : undefined;
    default:
      return undefined;
  }
}

function isWayToProcess(node: Node): boolean {
  return node.type === 'Identifier' && WAYS_TO_PROCESS.has(node['name']);
}

/** @param members what may not be taken of an object */
function isBackDoor(node: Node, members: ReadonlySet<unknown>): boolean {
  switch (node.type) {
    case 'Identifier':
      return BACK_DOORS.has(node['name']);
    case 'MemberExpression':
      return members.has(nameOf(node['property']));
    case 'ObjectPattern':
      return (
        Array.isArray(node['properties']) && node['properties'].some((one) => takesBackDoor(one, members))
      );
    case 'CallExpression':
    case 'NewExpression':
      return nameOf(node['callee']) === 'Function';
    default:
      return false;
  }
}

function takesBackDoor(property: unknown, members: ReadonlySet<unknown>): boolean {
  return isNode(property) && members.has(nameOf(property['key']));
}

/** Of an identifier, or of a text in brackets. */
function nameOf(node: unknown): unknown {
  return isNode(node) ? (node['name'] ?? node['value']) : undefined;
}

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)];
}

/** Of every file in a folder, whatever it is. @param folder absolute */
export function readSources(folder: string): Sources {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => !entry.isDirectory())
    .map(({ parentPath, name }) =>
      join(parentPath, name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/'),
    );
  return new Map(paths.map((path) => [path, readImports(path, readFileSync(join(folder, path), 'utf8'))]));
}
