import { findNearest } from '../base/edit-distance.ts';
import { quoteShort } from '../json/quote.ts';
import type { BackendName } from './mapper.ts';

export const BACKEND_NAMES: readonly BackendName[] = ['MountedFile', 'EKSConfigMap', 'CRD', 'DynamicFile'];

/** Names of old that the Go program still takes. */
const OLD_NAMES: ReadonlyMap<string, BackendName> = new Map([
  ['File', 'MountedFile'],
  ['ConfigMap', 'EKSConfigMap'],
]);

export interface BackendNamesReading {
  /** In the order of precedence. */
  readonly backends: readonly BackendName[];
  readonly problems: readonly string[];
  /** Old names, with the new ones. */
  readonly warnings: readonly string[];
}

/** The backend that a name stands for, also one of old; undefined where there is none. Case counts. */
export function toBackendName(name: string): BackendName | undefined {
  return BACKEND_NAMES.find((known) => known === name) ?? OLD_NAMES.get(name);
}

/** Reads the modes of `--backend-mode` or of a backend mode file, which are the order in which backends are asked. */
export function readBackendNames(names: readonly string[]): BackendNamesReading {
  const backends = names.flatMap((name) => toBackendName(name) ?? []);
  const unknown = names.filter((name) => toBackendName(name) === undefined);
  const problems = unknown.map((name) => {
    const nearest = findNearest(name, BACKEND_NAMES);
    const remedy = nearest === undefined ? `take ${BACKEND_NAMES.join(', ')}` : `did you mean ${nearest}?`;
    return `backend mode ${quoteShort(name)} is unknown: ${remedy}`;
  });
  if (names.length === 0)
    problems.push(`no backend mode is given: take at least one of ${BACKEND_NAMES.join(', ')}`);
  if (new Set(backends).size < backends.length)
    problems.push('a backend mode is given twice: each has one place in the order');
  const warnings = names
    .filter((name) => OLD_NAMES.has(name))
    .map((name) => `backend mode ${name} is called ${OLD_NAMES.get(name)} now`);
  return { backends, problems, warnings };
}
