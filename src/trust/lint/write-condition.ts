import { toAscii } from '../../json/quote.ts';
import { setValue, toJson } from '../fix/block.ts';
import { STS_AUDIENCE } from '../near-miss/audience.ts';
import type { Condition } from '../policy/condition.ts';
import { isRestriction, readClaimOfKey, type StatementFacts } from './facts.ts';

/** Stands for the one ServiceAccount that whoever reads it has in mind. */
const SUBJECT = 'system:serviceaccount:<namespace>:<name>';

type Claim = 'sub' | 'aud';

interface Rewriting {
  /** Void, or never met. */
  readonly without: readonly Condition[];
  /** What these were meant to be. */
  readonly instead?: { readonly claim: string; readonly values: readonly string[] };
  /** Claims that are asked for where nothing else does. A statement that lets somebody in may get the subject alone. */
  readonly claims?: readonly Claim[];
}

/**
 * The Condition of a statement without its parts that are void or never met, whole, so that whoever writes it opens the
 * role to those alone whom it names: where nothing else asks for the subject, it does.
 */
export function writeCondition(
  facts: StatementFacts,
  { without, instead, claims = ['sub', 'aud'] }: Rewriting,
): string {
  const { statement, prefixes } = facts;
  if (prefixes.length > 1) return SPLIT;
  const rest = statement.conditions.filter((condition) => !without.includes(condition));
  const block = new Map<string, Map<string, unknown>>();
  for (const { operator, key, values } of rest) setValue(block, operator.text, key, toListOrOne(values));
  for (const claim of claims.filter((each) => !rest.some((condition) => isOn(each, condition, facts)))) {
    const meant = instead?.claim === claim ? instead.values.filter((value) => isExact(claim, value)) : [];
    const values = meant.length > 0 ? meant : [claim === 'sub' ? SUBJECT : STS_AUDIENCE];
    setValue(block, 'StringEquals', `${prefixes[0] ?? '<issuer>'}:${claim}`, toListOrOne(values));
  }
  return toAscii(`write "Condition": ${JSON.stringify(toJson(block))}`);
}

function toListOrOne(values: readonly string[]): unknown {
  return values.length === 1 ? values[0] : values;
}

/** Where a statement is for several issuers, no one condition is right for all of them. */
export const SPLIT =
  'give each provider a statement of its own, with {"StringEquals": {"<issuer>:sub": "system:serviceaccount:<namespace>:<name>", "<issuer>:aud": "sts.amazonaws.com"}}';

function isOn(claim: Claim, condition: Condition, { prefixes }: StatementFacts): boolean {
  return isRestriction(condition) && readClaimOfKey(condition.key, prefixes) === claim;
}

function isExact(claim: Claim, value: string): boolean {
  return claim === 'aud'
    ? value === STS_AUDIENCE
    : /^system:serviceaccount:[a-z0-9-]+:[a-z0-9.-]+$/.test(value);
}
