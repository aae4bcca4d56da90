import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';

/** One object of some documents: a document, or an item of a list. */
export interface Item {
  readonly apiVersion: string;
  readonly kind: string;
  readonly raw: JsonRecord;
  /** For one that has no name: `document 2, items[3]`. */
  readonly place: string;
}

/**
 * The objects of documents, lists taken apart. Items of the API server's own lists (`RoleList`) have neither kind nor
 * version: the list says both.
 * @param onNeither is told of what is no object with a kind
 */
export function listItems(documents: Iterable<unknown>, onNeither: (place: string) => void): readonly Item[] {
  const items: Item[] = [];
  let count = 0;
  for (const document of documents) {
    count += 1;
    // Nothing between two separators.
    if (document === null || document === undefined) continue;
    addItems(items, { value: document, place: `document ${count}`, apiVersion: '', kind: '' }, onNeither);
  }
  return items;
}

interface Found {
  readonly value: unknown;
  readonly place: string;
  /** What the list around it says. */
  readonly apiVersion: string;
  readonly kind: string;
}

function addItems(items: Item[], found: Found, onNeither: (place: string) => void): void {
  const { value, place } = found;
  const kind = isRecord(value) ? (readWord(value, 'kind') ?? found.kind) : '';
  if (!isRecord(value) || kind === '') {
    onNeither(place);
    return;
  }
  const apiVersion = readWord(value, 'apiVersion') ?? found.apiVersion;
  const members = kind.endsWith('List') ? readMember(value, 'items') : undefined;
  if (members === null) return;
  if (!Array.isArray(members)) {
    items.push({ apiVersion, kind, raw: value, place });
    return;
  }
  // A list in a list is legal for kubectl; a document has a bounded depth.
  const own = kind === 'List' ? { apiVersion: '', kind: '' } : { apiVersion, kind: kind.slice(0, -4) };
  members.forEach((item, index) => {
    addItems(items, { value: item, place: `${place}, items[${index}]`, ...own }, onNeither);
  });
}

function readWord(record: JsonRecord, member: string): string | undefined {
  const value = readMember(record, member);
  return typeof value === 'string' && value !== '' ? value : undefined;
}
