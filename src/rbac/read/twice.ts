import { isDeepStrictEqual } from 'node:util';
import type { ObjectRef } from '../objects.ts';
import { describeRef, toRefKey } from '../refs.ts';
import type { ObjectProblem } from './problem.ts';

/**
 * Each object once. Of two that share a name and say different things nobody knows which one counts, so that neither is
 * taken.
 */
export function takeOnce<Kept extends ObjectRef>(
  objects: readonly Kept[],
  problems: ObjectProblem[],
): readonly Kept[] {
  const kept = new Map<string, Kept>();
  const torn = new Map<string, Kept>();
  for (const object of objects) {
    const key = toRefKey(object);
    const known = kept.get(key);
    if (known === undefined) kept.set(key, object);
    else if (!isDeepStrictEqual(known, object)) torn.set(key, object);
  }
  for (const [key, object] of torn) {
    kept.delete(key);
    problems.push({
      object: describeRef(object),
      problem: 'it is there more than once, with different contents: leave one of them',
    });
  }
  return [...kept.values()];
}
