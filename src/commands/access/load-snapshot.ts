import type { Readable } from 'node:stream';
import { createCatalogue } from '../../access/resources/catalogue.ts';
import { createIndex } from '../../rbac/bindings-index.ts';
import { listItems } from '../../rbac/read/items.ts';
import { readObjects } from '../../rbac/read/objects.ts';
import { detectEks } from './detect-eks.ts';
import type { AccessFacts } from './facts.ts';
import { describeUnknownNames, isOfNames, isRbacRight } from './kinds.ts';
import type { SourceOptions } from './options.ts';
import { readMappings } from './read-mappings.ts';
import { createSnapshotApi } from './snapshot-api.ts';
import { readSnapshotFile } from './snapshot-file.ts';
import { findFacts } from './snapshot-form.ts';
import type { Wanted } from './wanted.ts';

/** @throws ConfigurationError where a file is wrong */
export async function loadFromSnapshot(
  options: SourceOptions,
  wanted: Wanted,
  input: Readable,
): Promise<AccessFacts> {
  const { snapshot: path = '-' } = options;
  const documents = await readSnapshotFile(path, input);
  const { objects, problems, ignored } = readObjects(documents);
  const facts = findFacts(ignored);
  const lacked = facts?.missing ?? [];
  const mappings = await readMappings(options, wanted, async () => createSnapshotApi(ignored, lacked));
  return {
    source: path === '-' ? 'standard input' : path,
    kind: 'snapshot',
    index: createIndex(objects, problems),
    gaps: [],
    missing: lacked.filter(isRbacRight),
    catalogue: createCatalogue(facts?.resources),
    mappings,
    isEks:
      facts?.isEks ??
      detectEks(
        '',
        listItems(documents, () => {}),
      ),
    namespace: undefined,
    notes: [...mappings.notes, ...lacked.filter(isOfNames).map(describeUnknownNames)],
  };
}
