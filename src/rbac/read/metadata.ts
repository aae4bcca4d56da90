import { isDnsLabel } from '../../base/names/dns.ts';
import { quoteShort } from '../../json/quote.ts';
import type { JsonRecord } from '../../json/record.ts';
import { ObjectFlaw, readRecord, readText } from './members.ts';

/** What every object has; its other members are still to be read. */
export interface Metadata {
  readonly name: string;
  readonly raw: JsonRecord;
}

export function readMetadata(item: JsonRecord): Metadata {
  const raw = readRecord(item, 'metadata') ?? {};
  const name = readText(raw, 'name');
  checkPathSegment(name, 'metadata.name');
  return { name, raw };
}

/** kubectl would take that of its context, which nobody knows here. */
export function readNamespace({ raw }: Metadata): string {
  const namespace = readText(raw, 'namespace');
  if (isDnsLabel(namespace)) return namespace;
  if (namespace === '') throw new ObjectFlaw('it has no namespace: write metadata.namespace');
  throw new ObjectFlaw(`metadata.namespace is ${quoteShort(namespace)}, which no namespace can be called`);
}

/** Names of RBAC objects are path segments: colons, blanks and capitals are legal (`path.ValidatePathSegmentName`). */
export function checkPathSegment(name: string, place: string): void {
  if (name === '') throw new ObjectFlaw(`${place} is empty: write a name`);
  if (name === '.' || name === '..' || /[/%]/.test(name)) {
    throw new ObjectFlaw(`${place} is ${quoteShort(name)}: no name is . or .., or holds / or %`);
  }
}
