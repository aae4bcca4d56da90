/** What `JSON.parse` makes of `{…}`: its members are still to be checked. Ask for them with `Object.hasOwn`. */
export type JsonRecord = Readonly<Record<string, unknown>>;

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of its own: `constructor` is one only where the document has it. */
export function readMember(record: JsonRecord, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}
