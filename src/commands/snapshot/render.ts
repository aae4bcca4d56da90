import { listItems } from '../../rbac/read/items.ts';
import { type ClusterFacts, toFactsObject } from '../access/snapshot-form.ts';
import { compareSnapshotObjects, toSnapshotObject } from '../access/snapshot-objects.ts';

/** Objects in their order, a line each, so that a diff of two snapshots shows objects. */
export function renderSnapshot(documents: readonly unknown[], facts: ClusterFacts): string {
  const objects = listItems(documents, () => {}).flatMap(
    ({ raw, apiVersion, kind }) => toSnapshotObject(raw, apiVersion, kind) ?? [],
  );
  const items = [toFactsObject(facts), ...objects.toSorted(compareSnapshotObjects)];
  const lines = items.map((item) => JSON.stringify(item)).join(',\n');
  return `{"apiVersion":"v1","kind":"List","items":[\n${lines}\n]}\n`;
}
