import { quoteShort, quoteValue } from '../../json/quote.ts';
import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';

/** What no API server would have stored; its message says where, and what is wanted there. */
export class ObjectFlaw extends Error {
  override readonly name = 'ObjectFlaw';
}

/** A text; absent, null and empty are `''`, as Go has it. */
export function readText(record: JsonRecord, member: string): string {
  const value = readMember(record, member) ?? '';
  if (typeof value === 'string') return value;
  throw new ObjectFlaw(`${member} is ${quoteValue(value)}, and has to be a text: put it in quotes`);
}

/**
 * A list of texts; undefined where it is absent, null or empty, which are the same to the API server. A null in it is an
 * empty text, as Go has it.
 */
export function readTexts(record: JsonRecord, member: string): readonly string[] | undefined {
  const list = readList(record, member);
  const texts = list.includes(null) ? list.map((value) => value ?? '') : list;
  for (const value of texts) {
    if (typeof value === 'string') continue;
    throw new ObjectFlaw(`${member} holds ${quoteValue(value)}, and has to hold texts: put it in quotes`);
  }
  return texts.length === 0 ? undefined : (texts as readonly string[]);
}

/** Records, each handed over with its name, such as `rules[2]`, which a flaw begins with. */
export function readRecords<Value>(
  record: JsonRecord,
  member: string,
  read: (one: JsonRecord) => Value,
): readonly Value[] {
  const list = readList(record, member);
  const values: Value[] = [];
  try {
    for (const one of list) {
      const value = one ?? {};
      if (!isRecord(value)) throw new ObjectFlaw(`it is ${quoteValue(one)}, and has to be an object`);
      values.push(read(value));
    }
    return values;
  } catch (error) {
    throw toPlaced(error, `${member}[${values.length}]`);
  }
}

/** An object; undefined where it is absent or null. */
export function readRecord(record: JsonRecord, member: string): JsonRecord | undefined {
  const value = readMember(record, member) ?? undefined;
  if (value === undefined || isRecord(value)) return value;
  throw new ObjectFlaw(`${member} is ${quoteValue(value)}, and has to be an object`);
}

/** Texts by their names, such as labels; null is an empty one. */
export function readTextMap(record: JsonRecord, member: string): Readonly<Record<string, string>> {
  const map = readRecord(record, member);
  if (map === undefined) return {};
  const entries = Object.entries(map).map(([name, value]) => {
    const text = value ?? '';
    if (typeof text === 'string') return [name, text] as const;
    throw new ObjectFlaw(`${member} has ${quoteShort(name)} with ${quoteValue(value)}: put it in quotes`);
  });
  return Object.fromEntries(entries);
}

/** Puts a place before what is said of a flaw. */
export function within<Value>(place: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw toPlaced(error, place);
  }
}

function toPlaced(error: unknown, place: string): unknown {
  return error instanceof ObjectFlaw ? new ObjectFlaw(`${place}: ${error.message}`) : error;
}

function readList(record: JsonRecord, member: string): readonly unknown[] {
  const value = readMember(record, member) ?? [];
  if (Array.isArray(value)) return value;
  throw new ObjectFlaw(`${member} is ${quoteValue(value)}, and has to be a list`);
}
