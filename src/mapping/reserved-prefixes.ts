import { quoteShort } from '../json/quote.ts';
import { BACKEND_NAMES, toBackendName } from './backend-names.ts';
import type { BackendName } from './mapper.ts';
import { describeKind, readField, type SourceNode } from './source-node.ts';

export interface ReservedPrefixesReading {
  /** What no username of a backend may begin with. */
  readonly prefixes: ReadonlyMap<BackendName, readonly string[]>;
  /** What the Go program would refuse to start with, a sentence each. */
  readonly problems: readonly string[];
  /** What protects nothing. */
  readonly warnings: readonly string[];
}

const FIELD = 'reservedPrefixConfig';

/**
 * Reads `server.reservedPrefixConfig` of a configuration: a list of `{backendmode, usernamePrefixReserveList}`. A backend
 * that is there twice has both lists, and a name of old means the backend that has it.
 */
export function readReservedPrefixes(node: SourceNode | undefined): ReservedPrefixesReading {
  const prefixes = new Map<BackendName, readonly string[]>();
  const problems: string[] = [];
  const warnings: string[] = [];
  for (const [index, item] of toItems(node).entries()) {
    const where = `${FIELD}[${index}]`;
    const mode = readText(readField(item, 'backendmode'));
    const list = readList(readField(item, 'usernamePrefixReserveList'));
    const backend = toBackendName(mode);
    if (item.kind !== 'map')
      problems.push(`${where} is ${describeKind(item)}, not a mapping with backendmode`);
    else if (list === undefined) problems.push(`${where}.usernamePrefixReserveList is no list of texts`);
    else if (backend === undefined) warnings.push(describeUnknown(where, mode));
    else prefixes.set(backend, [...(prefixes.get(backend) ?? []), ...list]);
  }
  return { prefixes, problems, warnings };
}

function toItems(node: SourceNode | undefined): readonly SourceNode[] {
  if (node === undefined || node.kind === 'nothing') return [];
  return node.kind === 'list' ? node.items : [node];
}

function describeUnknown(where: string, mode: string): string {
  return `${where}.backendmode ${quoteShort(mode)} is no backend: take one of ${BACKEND_NAMES.join(', ')}`;
}

function readText(node: SourceNode | undefined): string {
  return node?.kind === 'text' || node?.kind === 'other' ? node.text : '';
}

/** A text with commas is a list, as for the Go program's loader. */
function readList(node: SourceNode | undefined): readonly string[] | undefined {
  if (node === undefined) return [];
  if (node.kind === 'text') return node.text === '' ? [] : node.text.split(',');
  if (node.kind !== 'list') return undefined;
  const texts = node.items.map(readText);
  return node.items.every(({ kind }) => kind === 'text' || kind === 'other') ? texts : undefined;
}
