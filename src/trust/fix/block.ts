import { isRecord, type JsonRecord } from '../../json/record.ts';

/** A Condition block that may be changed: operator → key → values, in the order of the document. */
export type Block = Map<string, Map<string, unknown>>;

export function readBlock(value: unknown): Block {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return new Map(entries.map(([name, keys]) => [name, new Map(Object.entries(isRecord(keys) ? keys : {}))]));
}

/** `Object.fromEntries` makes members of its own, whatever they are called. */
export function toJson(block: Block): JsonRecord {
  const filled = [...block].filter(([, keys]) => keys.size > 0);
  return Object.fromEntries(filled.map(([name, keys]) => [name, Object.fromEntries(keys)]));
}

export function setValue(block: Block, operator: string, key: string, value: unknown): void {
  const keys = block.get(operator) ?? new Map<string, unknown>();
  block.set(operator, keys.set(key, value));
}

/** Puts one more value into the list of a key, whose case does not count; one that has it already stays as it is. */
export function addValue(block: Block, operator: string, key: string, value: string): void {
  const keys = [...(block.get(operator)?.keys() ?? [])];
  const found = keys.find((each) => each.toLowerCase() === key.toLowerCase()) ?? key;
  const old = block.get(operator)?.get(found);
  const values: readonly unknown[] = old === undefined ? [] : [old].flat();
  if (values.includes(value)) return;
  setValue(block, operator, found, values.length === 0 ? value : [...values, value]);
}

/** Of any JSON object, one that may be changed; a member that is there keeps its place. */
export function withMember(json: JsonRecord, name: string, value: unknown): JsonRecord {
  return Object.fromEntries(new Map(Object.entries(json)).set(name, value));
}
