import { parseInstant } from '../../base/names/instant.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, readMember } from '../../json/record.ts';

/** What is known of a published key beside the key itself. Times in ms since epoch. */
export interface KeyTimes {
  /** Absent: it was published before there was a record. */
  readonly firstPublished?: number;
  /** When a publication first missed it in its source: its retirement counts from here. */
  readonly absentSince?: number;
}

/** By key id. */
export type KeyRecord = ReadonlyMap<string, KeyTimes>;

export interface KeyRecordReading {
  readonly record: KeyRecord;
  /** Set where the record is not what we have written. */
  readonly problem?: string;
}

/**
 * The name of the record beside the two documents. It stands apart from them, since some OIDC clients refuse a JWK with
 * members that they do not know; it holds nothing that the JWKS does not show.
 */
export const RECORD_NAME = 'iam-bridge-keys.json';

const MAX_KEYS = 1_000;

/**
 * Reads a record. What is missing or malformed counts as unknown, which only ever keeps a key longer: its retirement
 * starts anew. A time in the future is one that a key would be kept for until then, so it counts as now.
 */
export function readKeyRecord(text: string | undefined, now: number): KeyRecordReading {
  if (text === undefined) return { record: new Map() };
  const reading = readJson(text);
  const keys =
    reading.kind === 'read' && isRecord(reading.value) ? readMember(reading.value, 'keys') : undefined;
  if (!Array.isArray(keys) || keys.length > MAX_KEYS) {
    return {
      record: new Map(),
      problem: `${RECORD_NAME} is no record of keys: the age of every key counts from now`,
    };
  }
  return { record: new Map(keys.flatMap((entry) => readEntry(entry, now))) };
}

function readEntry(entry: unknown, now: number): (readonly [string, KeyTimes])[] {
  if (!isRecord(entry)) return [];
  const kid = readMember(entry, 'kid');
  if (typeof kid !== 'string') return [];
  const firstPublished = readTime(readMember(entry, 'firstPublished'), now);
  const absentSince = readTime(readMember(entry, 'absentSince'), now);
  return [
    [
      kid,
      {
        ...(firstPublished !== undefined && { firstPublished }),
        ...(absentSince !== undefined && { absentSince }),
      },
    ],
  ];
}

function readTime(value: unknown, now: number): number | undefined {
  const time = typeof value === 'string' ? parseInstant(value) : undefined;
  // Another spelling than ours is not of our making.
  if (time === undefined || new Date(time).toISOString() !== value) return undefined;
  return Math.min(time, now);
}

/** For people as well: indented, sorted by key id. */
export function renderKeyRecord(record: KeyRecord): string {
  const keys = [...record].sort(([left], [right]) => (left < right ? -1 : 1)).map(toEntry);
  return `${JSON.stringify({ keys }, undefined, 2)}\n`;
}

function toEntry([kid, { firstPublished, absentSince }]: readonly [string, KeyTimes]): object {
  return {
    kid,
    ...(firstPublished !== undefined && { firstPublished: new Date(firstPublished).toISOString() }),
    ...(absentSince !== undefined && { absentSince: new Date(absentSince).toISOString() }),
  };
}
