import { isRecord, type JsonRecord } from '../../json/record.ts';
import { escapeVariables } from '../generate/statement.ts';
import type { Condition } from '../policy/condition.ts';
import { showPlain } from '../policy/problem.ts';
import type { Statement } from '../policy/statement.ts';
import type { TrustPolicy } from '../policy.ts';
import { toConditionPrefix } from '../provider.ts';
import type { TrustRequest } from '../request.ts';
import type { ConditionReport, StatementReport } from '../verdict.ts';

/** What a correction is made from. */
export interface FixScope {
  readonly request: TrustRequest;
  readonly version: TrustPolicy['version'];
  /** Takes one change, for people. */
  note(change: string): void;
}

/**
 * The Condition block that lets exactly this caller in. Conditions that hold stay as they are; those on facts that only
 * AWS knows stay, too.
 */
export function mendConditions(
  value: unknown,
  { statement, report }: { readonly statement: Statement; readonly report: StatementReport },
  { request, version, note }: FixScope,
): JsonRecord {
  const prefix = toConditionPrefix(request.provider.url);
  const block = copyBlock(value);
  const judged = statement.conditions.map((condition, index) => ({
    condition,
    report: report.conditions[index],
  }));
  const kept = judged.filter(
    ({ condition, report: own }) => own !== undefined && mayStay(condition, own, prefix),
  );
  const wanted = listWanted({ request, version }, prefix).filter(
    ({ key }) => !kept.some(({ condition }) => isAskedFor(condition, key)),
  );
  for (const entry of judged) {
    const { operator, key } = entry.condition;
    const isReplaced = operator.text === 'StringEquals' && wanted.some((exact) => exact.key === key);
    if (kept.includes(entry) || isReplaced) continue;
    block.get(operator.text)?.delete(key);
    note(`without ${operator.text} ${showPlain(key)}: ${whyNot(entry.report)}`);
  }
  for (const { key, text } of wanted) {
    setExact(block, key, text);
    note(`with StringEquals ${key} ${showPlain(text)}`);
  }
  return toBlock(block);
}

function listWanted(
  { request, version }: Pick<FixScope, 'request' | 'version'>,
  prefix: string,
): readonly { readonly key: string; readonly text: string }[] {
  const toText = version === '2008-10-17' ? (text: string): string => text : escapeVariables;
  return [
    { key: `${prefix}:sub`, text: toText(request.token.sub) },
    { key: `${prefix}:aud`, text: toText(request.token.audience) },
  ];
}

type Block = Map<string, Map<string, unknown>>;

function copyBlock(value: unknown): Block {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return new Map(entries.map(([name, keys]) => [name, new Map(Object.entries(isRecord(keys) ? keys : {}))]));
}

/** In the place of what was there, so that the two policies differ in one line. */
function setExact(block: Block, key: string, value: string): void {
  const keys = block.get('StringEquals') ?? new Map<string, unknown>();
  block.set('StringEquals', keys.set(key, value));
}

/** `Object.fromEntries` makes members of its own, whatever they are called. */
function toBlock(block: Block): JsonRecord {
  const filled = [...block].filter(([, keys]) => keys.size > 0);
  return Object.fromEntries(filled.map(([name, keys]) => [name, Object.fromEntries(keys)]));
}

/** A pattern for the subject would let in others than this one. */
function mayStay(condition: Condition, judged: ConditionReport, prefix: string): boolean {
  if (judged.matches === 'no') return false;
  if (judged.matches === 'unknown') return judged.actual === 'unknown';
  const isSubject = condition.key.toLowerCase() === `${prefix}:sub`.toLowerCase();
  return (
    !isSubject ||
    condition.operator.family !== 'string-like' ||
    !condition.values.some((value) => /[*?]/.test(value))
  );
}

function isAskedFor({ operator, key }: Condition, name: string): boolean {
  const asksForText = operator.family.startsWith('string') && !operator.negated;
  return asksForText && key.toLowerCase() === name.toLowerCase();
}

function whyNot(judged: ConditionReport | undefined): string {
  if (judged?.matches === 'yes') return 'its pattern lets in others, too';
  if (judged?.actual === 'absent') return 'the request has no such key';
  return 'the request has another value';
}
