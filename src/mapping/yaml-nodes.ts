import { isAlias, isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument } from 'yaml';
import { describeError } from '../base/errors.ts';
import type { TextPlace } from '../json/locate.ts';
import { readJsonAsYaml } from './json-as-yaml.ts';
import { readPlainYaml } from './plain-yaml.ts';
import { describePlace, type SourceNode } from './source-node.ts';
import { findExcess } from './yaml-bounds.ts';
import { toMembers, type YamlMember } from './yaml-members.ts';

export type YamlReading =
  | { readonly kind: 'read'; readonly node: SourceNode }
  /** One line, with the place in the text. */
  | { readonly kind: 'malformed'; readonly problem: string };

export interface YamlOptions {
  /** A key that is there twice makes the text malformed, as a configuration's loader has it. */
  readonly keysOnce?: boolean;
}

/**
 * Reads a text as {@link readYaml} does, but soon, however long it is: one that the fast ways cannot take has to be short
 * enough for the whole parser.
 * @param text of at most some mebibytes
 */
export function readLongYaml(text: string): YamlReading {
  const plain = readPlainYaml(text);
  if (plain !== undefined) return { kind: 'read', node: plain };
  const excess = text.length > MOST_CHARACTERS ? `with ${text.length} characters` : findExcess(text);
  if (excess === undefined) return readYaml(text);
  const json = readJsonAsYaml(text);
  if (json !== undefined) return { kind: 'read', node: json };
  const problem = `${excess} it has to be JSON, or plain: each item and key on a line of its own, no anchors, no escapes`;
  return { kind: 'malformed', problem };
}

/** What the whole parser is asked to read while a server waits, besides {@link findExcess}: some take a square of their length. */
const MOST_CHARACTERS = 128 * 1024;

/**
 * Reads the first document of a text as the Go program does: YAML 1.1 (`yes` is no text), of a key that is there twice the
 * last one, merge keys. The caller bounds the text; aliases share what they stand for, so nothing grows by them.
 */
export function readYaml(text: string, { keysOnce = false }: YamlOptions = {}): YamlReading {
  const lines = new LineCounter();
  try {
    const document = withoutStacks(() =>
      parseDocument(text.replace(/^\uFEFF/, ''), {
        version: '1.1',
        uniqueKeys: keysOnce,
        prettyErrors: false,
        logLevel: 'silent',
        lineCounter: lines,
      }),
    );
    const error = document.errors.find(({ code }) => code !== 'MULTIPLE_DOCS');
    if (error !== undefined) return toMalformed(error.message, toPlace(lines, error.pos[0]));
    return { kind: 'read', node: createConversion(lines)(document.contents) };
  } catch (error) {
    // Nesting may overflow the parser's stack.
    return toMalformed(describeError(error), error instanceof BadAlias ? error.place : undefined);
  }
}

/** The parser makes an error of all that is wrong, of which there may be tens of thousands; a stack is most of what one takes. */
function withoutStacks<T>(run: () => T): T {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

class BadAlias extends Error {
  readonly place: TextPlace | undefined;

  constructor(problem: string, place: TextPlace | undefined) {
    super(problem);
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

/** What aliases may stand for, all of them together, in pieces: whoever reads what is behind them reads it each time. */
const MOST_REPEATED = 100_000;

interface Anchored {
  readonly node: SourceNode;
  /** In pieces, with what its own aliases stand for. */
  readonly size: number;
}

/** Goes through a document in its order, so that an alias finds the anchor that stands before it. */
function createConversion(lines: LineCounter): (node: unknown) => SourceNode {
  const anchors = new Map<string, Anchored>();
  let pieces = 0;
  let repeated = 0;

  function convert(node: unknown): SourceNode {
    const offset = readOffset(node);
    const place = (): TextPlace | undefined => (offset === undefined ? undefined : toPlace(lines, offset));
    if (isAlias(node)) return takeAlias(node.source, place());
    const before = pieces;
    pieces += 1;
    const converted = { ...toPiece(node), place };
    const anchor = isMap(node) || isSeq(node) || isScalar(node) ? node.anchor : undefined;
    if (anchor !== undefined) anchors.set(anchor, { node: converted, size: pieces - before });
    return converted;
  }

  function takeAlias(name: string, place: TextPlace | undefined): SourceNode {
    const anchored = anchors.get(name);
    if (anchored === undefined) throw new BadAlias(`the alias *${name} has no anchor before it`, place);
    pieces += anchored.size;
    repeated += anchored.size;
    if (repeated <= MOST_REPEATED) return anchored.node;
    throw new BadAlias(`aliases stand for more than ${MOST_REPEATED} pieces: write them out`, place);
  }

  function toPiece(node: unknown) {
    if (hasTag(node)) return { kind: 'tagged' } as const;
    if (isSeq(node)) return { kind: 'list', items: node.items.map(convert) } as const;
    if (isMap(node)) return { kind: 'map', members: toMembers(node.items.map(toMember)) } as const;
    return toScalarPiece(node);
  }

  function toMember({ key, value }: Pair<unknown, unknown>): YamlMember {
    const converted = convert(key);
    const name = 'text' in converted ? converted.text : '';
    // In quotes it is a key like any other.
    return { name, node: convert(value), isMerge: name === '<<' && isPlain(key) };
  }

  return convert;
}

function isPlain(node: unknown): boolean {
  return isScalar(node) && node.type === 'PLAIN';
}

const COMMON_TAGS: readonly (string | undefined)[] = ['str', 'seq', 'map'].map(
  (name) => `tag:yaml.org,2002:${name}`,
);

/** Whether it says itself that it is anything but a text, a list or a mapping: parsers disagree about what that makes of it. */
function hasTag(node: unknown): boolean {
  if (!isMap(node) && !isSeq(node) && !isScalar(node)) return false;
  return node.tag !== undefined && node.tag !== '!' && !COMMON_TAGS.includes(node.tag);
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
