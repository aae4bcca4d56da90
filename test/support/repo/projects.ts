import { matchesGlob } from 'node:path';
import type { ViteUserConfig } from 'vitest/config';

/** Which test files a project of vitest runs. */
export interface TestProject {
  readonly name: string;
  readonly include: readonly string[];
  readonly exclude: readonly string[];
}

export function readProjects({ test }: ViteUserConfig): TestProject[] {
  return (test?.projects ?? []).map((project) => {
    if (typeof project !== 'object' || !('test' in project)) throw new Error('a project is not written out');
    const { name, include = [], exclude = [] } = project.test ?? {};
    return { name: String(name), include, exclude };
  });
}

/** Test files that no project runs, or more than one. */
export function findUnrun(paths: readonly string[], projects: readonly TestProject[]): string[] {
  return paths.flatMap((path) => {
    const matches = (pattern: string): boolean => matchesGlob(path, pattern);
    const names = projects
      .filter(({ include, exclude }) => include.some(matches) && !exclude.some(matches))
      .map(({ name }) => name);
    if (names.length === 1) return [];
    return [`${path}: ${names.length === 0 ? 'no project runs it' : `${names.join(' and ')} run it`}`];
  });
}
