import type { TextPlace } from '../json/locate.ts';

/**
 * A piece of a document that holds mappings, whatever it was written in: YAML, JSON, or values of a configuration. What
 * the text says and where it says it are kept; what that means for a mapping is decided in one place for all.
 */
export type SourceNode = Piece & {
  /** Where it begins; undefined where nobody kept the text. */
  place(): TextPlace | undefined;
};

type Piece =
  /** `null`, or a key without a value. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  /** A number, boolean or the like, as it was typed. */
  | { readonly kind: 'other'; readonly text: string }
  /** A scalar or more with a tag such as `!!binary`, which makes of it something else than what stands there. */
  | { readonly kind: 'tagged' }
  | { readonly kind: 'list'; readonly items: readonly SourceNode[] }
  /** In the order in which the Go program takes them: of two that mean one field, the last one counts. */
  | { readonly kind: 'map'; readonly members: readonly (readonly [name: string, node: SourceNode])[] };

/**
 * A field as Go reads it into a struct: names match ignoring case, the last one wins, and `null` sets nothing.
 * @returns undefined where there is none
 */
export function readField(node: SourceNode, name: string): SourceNode | undefined {
  if (node.kind !== 'map') return undefined;
  return node.members.findLast(
    ([key, value]) => value.kind !== 'nothing' && key.toLowerCase() === name.toLowerCase(),
  )?.[1];
}

const KINDS: Readonly<Record<SourceNode['kind'], string>> = {
  nothing: 'nothing',
  text: 'text',
  other: 'a number, a date or a yes/no',
  tagged: 'a value with a tag',
  list: 'a list',
  map: 'a mapping',
};

/** What a piece is, in words for people. */
export function describeKind(node: SourceNode): string {
  return KINDS[node.kind];
}

/** `line 3, column 5`, in brackets behind a blank; empty where nobody knows. */
export function describePlace(place: TextPlace | undefined): string {
  return place === undefined ? '' : ` (line ${place.line}, column ${place.column})`;
}
