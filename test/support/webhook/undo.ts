import jsonpatch, { type Operation } from 'fast-json-patch';

/**
 * Takes additions out of a patched document again, last one first, by what the operations claim to have done. What is
 * left must be the original, to the letter: an addition that touched anything else leaves a trace.
 * @param original gives back a member that an operation wrote over: a null list, or a label
 */
export function undoAdditions(
  patched: unknown,
  original: unknown,
  operations: readonly Operation[],
): unknown {
  for (const { path } of operations.toReversed()) {
    const [parentPath, key] = splitPointer(path);
    const parent: unknown = jsonpatch.getValueByPointer(patched, parentPath);
    if (Array.isArray(parent)) takeEntry(parent, key);
    else takeMember(parent as Record<string, unknown>, key, jsonpatch.getValueByPointer(original, path));
  }
  return patched;
}

function splitPointer(path: string): [parent: string, key: string] {
  const slash = path.lastIndexOf('/');
  return [path.slice(0, slash), jsonpatch.unescapePathComponent(path.slice(slash + 1))];
}

function takeEntry(list: unknown[], key: string): void {
  if (key === '-') list.pop();
  else list.splice(Number(key), 1);
}

function takeMember(object: Record<string, unknown>, key: string, before: unknown): void {
  if (before === undefined) delete object[key];
  else object[key] = before;
}
