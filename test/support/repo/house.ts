import { builtinModules } from 'node:module';
import type { FileImports, Sources } from './imports.ts';

export interface House {
  readonly rooms: Readonly<Record<string, readonly string[]>>;
  readonly packages: Readonly<Record<string, readonly string[]>>;
  /** Modules of Node that every room may import. */
  readonly free: readonly string[];
}

/** Everything in which sources differ from what a house allows; a sentence each. */
export function findForbidden(sources: Sources, house: House): string[] {
  return [...sources].flatMap(([path, imports]) => {
    const room = toRoom(path);
    const allowed = Object.hasOwn(house.rooms, room) ? house.rooms[room] : undefined;
    if (allowed === undefined) return [`${path}: the table knows no room ${room}`];
    return [
      ...findForbiddenFiles(path, imports, { sources, allowed }),
      ...imports.packages
        .filter((name) => !mayImport(room, toPackage(name), house))
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
    if (!sources.has(file)) return [`${path}: there is no ${file} in src/`];
    if (from === to || allowed.includes(to)) return [];
    return [`${path}: ${from} may not import ${to} (${file})`];
  });
}

function mayImport(room: string, name: string, { packages, free }: House): boolean {
  return free.includes(name) || (Object.hasOwn(packages, name) && packages[name]?.includes(room) === true);
}

/** Packages that a room may import and does not: a table that allows more than is needed lets the next one in unseen. */
export function findIdle(sources: Sources, { packages, free }: House): string[] {
  const used = new Set<string>();
  for (const [path, imports] of sources) {
    for (const name of imports.packages) {
      used.add(toPackage(name)).add(`${toRoom(path)} ${toPackage(name)}`);
    }
  }
  return [
    ...free.filter((name) => !used.has(name)),
    ...Object.entries(packages).flatMap(([name, rooms]) =>
      rooms.map((room) => `${room} ${name}`).filter((pair) => !used.has(pair)),
    ),
  ];
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

/** Groups of files that import each other, types included; each group by its paths, sorted. */
export function findCycles(sources: Sources): string[][] {
  const reach = (from: string): Set<string> => {
    const seen = new Set<string>();
    const next = [...(sources.get(from)?.files ?? [])];
    for (let path = next.pop(); path !== undefined; path = next.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      next.push(...(sources.get(path)?.files ?? []));
    }
    return seen;
  };
  const reached = new Map([...sources.keys()].map((path) => [path, reach(path)]));
  const groups = new Map<string, string[]>();
  for (const [path, reachable] of reached) {
    if (!reachable.has(path)) continue;
    const group = [...reachable].filter((other) => reached.get(other)?.has(path)).sort();
    groups.set(group.join(), group);
  }
  return [...groups.values()];
}
