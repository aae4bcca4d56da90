import { createPlaceFinder } from '../json/locate.ts';
import { toPointerStep } from '../json/pointer.ts';
import { isRecord } from '../json/record.ts';
import type { SourceNode } from './source-node.ts';

type Find = (pointer: string) => ReturnType<SourceNode['place']>;

/**
 * Values of a document that was parsed already, such as a configuration.
 * @param text the JSON that they were parsed from, where places in it are wanted
 */
export function toSourceNode(value: unknown, text?: string): SourceNode {
  let finder: ReturnType<typeof createPlaceFinder> | undefined;
  return convert(value, '', (pointer) => {
    if (text === undefined) return undefined;
    // Places are asked for where something is wrong, which is seldom.
    finder ??= createPlaceFinder(text);
    return finder.find(pointer);
  });
}

function convert(value: unknown, pointer: string, find: Find): SourceNode {
  const place = (): ReturnType<Find> => find(pointer);
  if (value === undefined || value === null) return { kind: 'nothing', place };
  if (typeof value === 'string') return { kind: 'text', text: value, place };
  if (Array.isArray(value)) {
    const items = value.map((item, index) => convert(item, pointer + toPointerStep(index), find));
    return { kind: 'list', items, place };
  }
  if (!isRecord(value)) return { kind: 'other', text: String(value), place };
  const members = Object.entries(value).map(
    ([key, member]) => [key, convert(member, pointer + toPointerStep(key), find)] as const,
  );
  return { kind: 'map', members, place };
}
