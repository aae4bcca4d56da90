import { createIndex, type RbacIndex } from '../../../src/rbac/bindings-index.ts';
import { readObjects } from '../../../src/rbac/read/objects.ts';
import { type ClusterOptions, toDocuments } from './manifests.ts';

/** An index over objects that are written as in {@link toDocuments}; all of them have to be readable. */
export function indexOf(options: ClusterOptions): RbacIndex {
  const { objects, problems } = readObjects(toDocuments(options));
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return createIndex(objects);
}
