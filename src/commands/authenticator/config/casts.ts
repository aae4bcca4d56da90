import { parseGoBool, parseGoIntLiteral } from '../../../go/strconv.ts';
import type { SourceNode } from '../../../mapping/source-node.ts';

/**
 * What spf13/cast makes of a value, on which the Go program's settings stand. Each says undefined where there is no such
 * conversion: that program then goes on with an empty text, 0 or false, without a word.
 */
export function toText(node: SourceNode): string | undefined {
  if (node.kind === 'nothing') return '';
  if (node.kind === 'other') return isBoolean(node.text) ? node.text.toLowerCase() : node.text;
  return node.kind === 'text' ? node.text : undefined;
}

/** `21399`, `"21399"`, `21399.0` and `true` are numbers. */
export function toInteger(node: SourceNode): number | undefined {
  if (node.kind === 'nothing') return 0;
  if (node.kind === 'text') return node.text === '' ? 0 : parseInteger(toWhole(node.text));
  if (node.kind !== 'other') return undefined;
  if (isBoolean(node.text)) return Number(node.text.toLowerCase() === 'true');
  return parseInteger(node.text.replaceAll('_', '')) ?? toFinite(Math.trunc(Number(node.text)));
}

/** `true`, `"true"`, `"1"` and every number but 0 are true. */
export function toBoolean(node: SourceNode): boolean | undefined {
  if (node.kind === 'nothing') return false;
  if (node.kind === 'text') return parseGoBool(node.text);
  if (node.kind !== 'other') return undefined;
  if (isBoolean(node.text)) return node.text.toLowerCase() === 'true';
  const number = toInteger(node);
  return number === undefined ? undefined : number !== 0 || Number(node.text) !== 0;
}

/** A list of texts; a text is as many as it has between blanks. */
export function toTexts(node: SourceNode): readonly string[] | undefined {
  if (node.kind === 'nothing') return [];
  if (node.kind === 'text') return node.text.split(/\s+/).filter((text) => text !== '');
  const texts = node.kind === 'list' ? node.items.map(toText) : [toText(node)];
  return texts.every((text) => text !== undefined) ? texts : undefined;
}

/** YAML 1.1 has more words for both, and the Go program's parser takes those for texts. */
function isBoolean(text: string): boolean {
  return /^(?:true|True|TRUE|false|False|FALSE)$/.test(text);
}

/** Go cuts a fraction off before it reads an integer. */
function toWhole(text: string): string {
  const sign = /^([-+]?)(\d*)\.\d*$/.exec(text);
  return sign === null ? text : `${sign[1]}${sign[2] || '0'}`;
}

function parseInteger(text: string): number | undefined {
  const value = parseGoIntLiteral(text);
  return value === undefined ? undefined : Number(value);
}

function toFinite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
