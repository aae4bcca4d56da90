import type { SourceNode } from './source-node.ts';
import { toSourceNode } from './value-nodes.ts';

/**
 * Reads JSON, of which any is YAML, as a parser of YAML would: keys in the order of their characters, and of a key that is
 * there twice the last one.
 * @returns undefined where it is no JSON
 */
export function readJsonAsYaml(text: string): SourceNode | undefined {
  try {
    const json = text.replace(/^\uFEFF/, '');
    return sortKeys(toSourceNode(JSON.parse(json), json));
  } catch {
    return undefined;
  }
}

function sortKeys(node: SourceNode): SourceNode {
  if (node.kind === 'list') return { ...node, items: node.items.map(sortKeys) };
  if (node.kind !== 'map') return node;
  const members = node.members.map(([name, member]) => [name, sortKeys(member)] as const);
  return { ...node, members: members.sort(([left], [right]) => (left < right ? -1 : 1)) };
}
