import { builtinModules } from 'node:module';
import { type FileImports, readImports, type Sources } from './imports.ts';

export interface House {
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  readonly packages: Readonly<Record<string, readonly string[]>>;
}

/** Everything in which sources differ from what a house allows; a sentence each. */
export function findForbidden(sources: Sources, { rooms, packages }: House): string[] {
  return [...sources].flatMap(([path, text]) => {
    const room = toRoom(path);
    const allowed = Object.hasOwn(rooms, room) ? rooms[room] : undefined;
    if (allowed === undefined) return [`${path}: the table knows no room ${room}`];
    const imports = readImports(path, text);
    return [
      ...findForbiddenFiles(path, imports, { sources, allowed }),
      ...imports.packages
        .filter((name) => !isFree(toPackage(name), packages) && !packages[toPackage(name)]?.includes(room))
        .map((name) => `${path}: ${room} may not import ${name}`),
      ...imports.hidden.map((hidden) => `${path}: an import that cannot be followed: ${hidden}`),
    ];
  });
}

function findForbiddenFiles(
  path: string,
  { files }: FileImports,
  { sources, allowed }: { readonly sources: Sources; readonly allowed: readonly string[] },
): string[] {
  return files.flatMap((file) => {
    const [from, to] = [toRoom(path), toRoom(file)];
    if (!sources.has(file)) return file.endsWith('.ts') ? [`${path}: ${file} does not exist`] : [];
    if (from === to || allowed.includes(to)) return [];
    return [`${path}: ${from} may not import ${to} (${file})`];
  });
}

/** `webhook` of `webhook/plan/pod.ts`, and `main.ts` of itself. */
function toRoom(path: string): string {
  return path.split('/')[0] ?? path;
}

/** `@scope/name` or `name` of a path into a package; `node:fs` of `node:fs/promises`, and of `fs`. */
function toPackage(specifier: string): string {
  const name = specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
  return builtinModules.includes(name) ? `node:${name}` : name;
}

/** Modules of Node that the table does not name; no package of others is. */
function isFree(name: string, packages: House['packages']): boolean {
  return name.startsWith('node:') && !Object.hasOwn(packages, name);
}

/** Groups of files that import each other, types included; each group by its paths, sorted. */
export function findCycles(sources: Sources): string[][] {
  const imports = new Map([...sources].map(([path, text]) => [path, readImports(path, text).files]));
  const reach = (from: string): Set<string> => {
    const seen = new Set<string>();
    const next = [...(imports.get(from) ?? [])];
    for (let path = next.pop(); path !== undefined; path = next.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      next.push(...(imports.get(path) ?? []));
    }
    return seen;
  };
  const reached = new Map([...imports.keys()].map((path) => [path, reach(path)]));
  const groups = new Map<string, string[]>();
  for (const [path, reachable] of reached) {
    if (!reachable.has(path)) continue;
    const group = [...reachable].filter((other) => reached.get(other)?.has(path)).sort();
    groups.set(group.join(), group);
  }
  return [...groups.values()];
}
