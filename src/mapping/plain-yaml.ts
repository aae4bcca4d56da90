import type { SourceNode } from './source-node.ts';
import { toMembers, type YamlMember } from './yaml-members.ts';

/** A line that says something, without its indentation. Of an item of a list, what is behind the dash is a line, too. */
interface Line {
  /** Characters before it. */
  readonly indent: number;
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/** More than anybody writes by hand. */
const DEEPEST = 20;
/** Printable ASCII; a tab or a line break of another kind is for the whole parser to judge. */
const ORDINARY = /^[\x20-\x7e]*$/;
/** What people write in their own language; a control character or a line break of another kind is no part of it. */
const COMMENT =
  /^ *#[\t\x20-\x7e\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]*$/u;
const KEY = /^(?:"([^"\\]{0,200})"|'([^']{0,200})'|([A-Za-z][\w-]{0,200})) *:(?: +|$)/;
const QUOTED = /^(?:"([^"\\]*)"|'([^']*)')(?: +#.*)?$/;
const EMPTY_LIST = /^\[ *\](?: +#.*)?$/;
const LIST_ITEM =
  /(?:"([^"\\]*)"|'([^']*)'|([A-Za-z](?:[\w+=.@/:-]*[\w+=.@/-])?)) *(?:, *(?!\])|(\](?: +#.*)?$))/y;
/** Words that are no text in YAML 1.1. */
const WORD = /^(?:y|n|yes|no|on|off|true|false|null)$/i;

class NotPlain extends Error {}

/**
 * Reads YAML that says everything in lines: lists and mappings by their indentation, texts on one line, at most a list of
 * texts in brackets. Nearly every aws-auth is such a text, and a whole parser of YAML takes seconds for one of a mebibyte.
 * @returns undefined where it is anything else, well-formed or not; what is read is what `readYaml` reads
 */
export function readPlainYaml(text: string): SourceNode | undefined {
  const raw = text
    .replace(/^\uFEFF/, '')
    .replaceAll('\r\n', '\n')
    .split('\n');
  const lines = raw.every((line) => ORDINARY.test(line) || COMMENT.test(line)) ? toLines(raw) : [];
  if (lines.length === 0) return undefined;
  try {
    const reader = createReader(lines);
    const node = reader.readBlock(0);
    return reader.isAtEnd() ? node : undefined;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

function toLines(raw: readonly string[]): Line[] {
  const lines = raw.map((line, index) => {
    const trimmed = line.trimStart();
    return { indent: line.length - trimmed.length, text: trimmed.trimEnd(), number: index + 1 };
  });
  const said = lines.filter((line) => line.text !== '' && !line.text.startsWith('#'));
  return said[0]?.text === '---' && said[0].indent === 0 ? said.slice(1) : said;
}

function createReader(lines: Line[]) {
  let at = 0;

  /** The list or mapping that begins in this line. */
  function readBlock(depth: number): SourceNode {
    const line = lines[at];
    if (line === undefined || depth > DEEPEST) throw new NotPlain();
    const node = isItem(line) ? readList(line, depth) : readMap(line, depth);
    // What is further in goes on with a text, which then has several lines.
    if ((lines[at]?.indent ?? 0) > line.indent) throw new NotPlain();
    return node;
  }

  function readList(first: Line, depth: number): SourceNode {
    const items: SourceNode[] = [];
    for (let line = lines[at]; line?.indent === first.indent && isItem(line); line = lines[at]) {
      const inner = drop(line, /^- */.exec(line.text)?.[0].length ?? 1);
      lines[at] = inner;
      if (isItem(inner) || KEY.test(inner.text)) items.push(readBlock(depth + 1));
      else {
        at += 1;
        items.push(readScalar(inner));
      }
    }
    return { kind: 'list', items, ...toPlace(first) };
  }

  function readMap(first: Line, depth: number): SourceNode {
    const members: YamlMember[] = [];
    for (let line = lines[at]; line?.indent === first.indent && !isItem(line); line = lines[at]) {
      const [key, double, single, word] = KEY.exec(line.text) ?? [];
      if (key === undefined || (word !== undefined && WORD.test(word))) throw new NotPlain();
      at += 1;
      const node = readMember(line, drop(line, key.length), depth);
      members.push({ name: double ?? single ?? word ?? '', node, isMerge: false });
    }
    return { kind: 'map', members: toMembers(members), ...toPlace(first) };
  }

  function readMember(line: Line, inner: Line, depth: number): SourceNode {
    const isThere = inner.text !== '' && !inner.text.startsWith('#');
    if (isThere) return inner.text.startsWith('[') ? readTexts(inner) : readScalar(inner);
    const next = lines[at];
    // A list may stand below its key without being further in.
    const isBelow =
      next !== undefined && (next.indent > line.indent || (next.indent === line.indent && isItem(next)));
    return isBelow ? readBlock(depth + 1) : { kind: 'nothing', ...toPlace(inner) };
  }

  return { readBlock, isAtEnd: () => at === lines.length };
}

function isItem({ text }: Line): boolean {
  return text === '-' || text.startsWith('- ');
}

function drop({ indent, text, number }: Line, length: number): Line {
  return { indent: indent + length, text: text.slice(length), number };
}

function toPlace({ indent, number }: Line): Pick<SourceNode, 'place'> {
  return { place: () => ({ line: number, column: indent + 1 }) };
}

function readScalar(line: Line): SourceNode {
  const [quoted, double, single] = QUOTED.exec(line.text) ?? [];
  if (quoted !== undefined) return { kind: 'text', text: double ?? single ?? '', ...toPlace(line) };
  const [said = ''] = line.text.split(' #', 1);
  const text = said.trimEnd();
  if (/^[0-9]+$/.test(text)) return { kind: 'other', text, ...toPlace(line) };
  const isText = /^[A-Za-z]/.test(text) && !/: |:$|#/.test(text) && !WORD.test(text);
  if (!isText) throw new NotPlain();
  return { kind: 'text', text, ...toPlace(line) };
}

function readTexts(line: Line): SourceNode {
  const { text } = line;
  const items: SourceNode[] = [];
  let start = /^\[ */.exec(text)?.[0].length ?? 0;
  let isOpen = !EMPTY_LIST.test(text);
  while (isOpen) {
    LIST_ITEM.lastIndex = start;
    const [found, double, single, word, end] = LIST_ITEM.exec(text) ?? [];
    if (found === undefined || (word !== undefined && WORD.test(word))) throw new NotPlain();
    items.push({ kind: 'text', text: double ?? single ?? word ?? '', ...toPlace(drop(line, start)) });
    start += found.length;
    isOpen = end === undefined;
  }
  return { kind: 'list', items, ...toPlace(line) };
}
