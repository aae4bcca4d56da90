import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument } from 'yaml';
import { describeError } from '../base/errors.ts';
import type { TextPlace } from '../json/locate.ts';
import { describePlace, type SourceNode } from './source-node.ts';

export type YamlReading =
  | { readonly kind: 'read'; readonly node: SourceNode }
  /** One line, with the place in the text. */
  | { readonly kind: 'malformed'; readonly problem: string };

export interface YamlOptions {
  /** A key that is there twice makes the text malformed, as a configuration's loader has it. */
  readonly keysOnce?: boolean;
}

/**
 * Reads the first document of a text as the Go program does: YAML 1.1 (`yes` is no text), of a key that is there twice the
 * last one, merge keys. The caller bounds the text; aliases share what they stand for, so nothing grows by them.
 */
export function readYaml(text: string, { keysOnce = false }: YamlOptions = {}): YamlReading {
  const lines = new LineCounter();
  try {
    const document = parseDocument(text.replace(/^\uFEFF/, ''), {
      version: '1.1',
      uniqueKeys: keysOnce,
      prettyErrors: false,
      logLevel: 'silent',
      lineCounter: lines,
    });
    const error = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
    if (error !== undefined) return toMalformed(error.message, toPlace(lines, error.pos[0]));
    return { kind: 'read', node: createConversion(lines)(document.contents) };
  } catch (error) {
    // Nesting may overflow the parser's stack.
    return toMalformed(describeError(error), error instanceof UnknownAlias ? error.place : undefined);
  }
}

class UnknownAlias extends Error {
  readonly place: TextPlace | undefined;

  constructor(name: string, place: TextPlace | undefined) {
    super(`the alias *${name} has no anchor before it`);
    this.place = place;
  }
}

function toMalformed(message: string, place: TextPlace | undefined): YamlReading {
  return { kind: 'malformed', problem: `it is not YAML${describePlace(place)}: ${describeError(message)}` };
}

function toPlace(lines: LineCounter, offset: number): TextPlace {
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

/** Goes through a document in its order, so that an alias finds the anchor that stands before it. */
function createConversion(lines: LineCounter): (node: unknown) => SourceNode {
  const anchors = new Map<string, SourceNode>();

  function convert(node: unknown): SourceNode {
    const offset = readOffset(node);
    const place = (): TextPlace | undefined => (offset === undefined ? undefined : toPlace(lines, offset));
    if (isAlias(node)) return takeAlias(node.source, place());
    const converted = { ...toPiece(node), place };
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, converted);
    return converted;
  }

  function takeAlias(name: string, place: TextPlace | undefined): SourceNode {
    const anchored = anchors.get(name);
    if (anchored === undefined) throw new UnknownAlias(name, place);
    return anchored;
  }

  function toPiece(node: unknown) {
    if (isSeq(node)) return { kind: 'list', items: node.items.map(convert) } as const;
    if (isMap(node)) return { kind: 'map', members: toMembers(node.items.map(toMember)) } as const;
    return toScalarPiece(node);
  }

  function toMember({ key, value }: Pair<unknown, unknown>): RawMember {
    const converted = convert(key);
    const text = 'text' in converted ? converted.text : '';
    // In quotes it is a key like any other.
    return { name: text, node: convert(value), isMerge: text === '<<' && isPlain(key) };
  }

  return convert;
}

function isPlain(node: unknown): boolean {
  return isScalar(node) && node.type === 'PLAIN';
}

function readOffset(node: unknown): number | undefined {
  return isAlias(node) || isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}

function toScalarPiece(node: unknown) {
  if (!isScalar(node) || node.value === null) return { kind: 'nothing' } as const;
  const { value, source, type } = node;
  const typed = source ?? String(value);
  if (typeof value === 'string') {
    // Go reads numbers with these beginnings, whatever YAML says.
    const isNumber = type === 'PLAIN' && /^[-+]?0(?:x[0-9a-f_]+|o[0-7_]+|b[01_]+)$/i.test(value);
    return { kind: isNumber ? 'other' : 'text', text: value } as const;
  }
  return { kind: isTextToGo(value, typed) ? 'text' : 'other', text: typed } as const;
}

/** Go's parser makes text of a date, and knows neither numbers to the base of sixty nor numbers without a digit. */
function isTextToGo(value: unknown, typed: string): boolean {
  const isNoNumber = Number.isNaN(value) && !/^\.nan$/i.test(typed);
  return value instanceof Date || typed.includes(':') || isNoNumber;
}

type Member = readonly [name: string, node: SourceNode];

interface RawMember {
  readonly name: string;
  readonly node: SourceNode;
  /** `<<`: the members of what is behind it belong here. */
  readonly isMerge: boolean;
}

/**
 * Keys in the order of their characters, as Go has them once YAML became JSON. What is merged in counts from its place on:
 * over what stands before it, under what stands behind it.
 */
function toMembers(raw: readonly RawMember[]): readonly Member[] {
  const members = raw.flatMap(({ name, node, isMerge }) =>
    isMerge ? readMerged(node) : [[name, node] as const],
  );
  return [...new Map(members)].sort(([left], [right]) => (left < right ? -1 : 1));
}

/** What a merge key brings; of several sources the first wins. */
function readMerged(node: SourceNode): readonly Member[] {
  const sources = node.kind === 'list' ? node.items.toReversed() : [node];
  return sources.flatMap((source) => (source.kind === 'map' ? source.members : []));
}
