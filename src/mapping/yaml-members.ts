import type { SourceNode } from './source-node.ts';

type Member = readonly [name: string, node: SourceNode];

/** A member of a mapping as YAML has it, before merge keys have brought theirs. */
export interface YamlMember {
  /** Empty where the key is no text. */
  readonly name: string;
  readonly node: SourceNode;
  /** `<<`: the members of what is behind it belong here. */
  readonly isMerge: boolean;
}

/**
 * Keys in the order of their characters, as Go has them once YAML became JSON. What is merged in counts from its place on:
 * over what stands before it, under what stands behind it.
 */
export function toMembers(raw: readonly YamlMember[]): readonly Member[] {
  const members = raw.flatMap(({ name, node, isMerge }) =>
    isMerge ? readMerged(node) : [[name, node] as const],
  );
  return [...new Map(members)].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** What a merge key brings; of several sources the first wins. */
function readMerged(node: SourceNode): readonly Member[] {
  const sources = node.kind === 'list' ? node.items.toReversed() : [node];
  // What is no mapping stays, as something without a key, so that nobody reads an entry as if it had none of it.
  return sources.flatMap((source) => (source.kind === 'map' ? source.members : [['', source] as const]));
}
