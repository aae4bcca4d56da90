import { isRecord, type JsonRecord } from './record.ts';

/** A text of a document of which little is asked: '' where it is something else. */
export function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The texts in a list; what is none is left out. */
export function toTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : [];
}

/** The objects in a list; what is none is left out. */
export function toRecords(value: unknown): readonly JsonRecord[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
