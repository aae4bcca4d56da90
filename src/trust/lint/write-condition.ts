import { toAscii } from '../../json/quote.ts';
import { type Block, setValue, toJson } from '../fix/block.ts';
import { STS_AUDIENCE } from '../near-miss/audience.ts';
import type { Condition } from '../policy/condition.ts';
import { isRestriction, type StatementFacts } from './facts.ts';
import { readClaimOfKey } from './issuers.ts';
import { namesSubjects } from './names-subjects.ts';

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
  if (prefixes.length > 1 && claims.includes('aud')) return SPLIT;
  const rest = statement.conditions.filter((condition) => !without.includes(condition));
  const block: Block = new Map();
  for (const { operator, key, values } of rest) setValue(block, operator.text, key, toListOrOne(values));
  // Where nobody came in, a pattern would let in callers whom nobody has named.
  const isAsked = (claim: Claim): boolean =>
    claim === 'sub' && claims.includes('aud')
      ? namesSubjects(rest, facts)
      : rest.some((condition) => isOn(claim, condition, facts));
  for (const claim of claims.filter((each) => !isAsked(each))) {
    addClaim(block, prefixes, { claim, values: listValues(claim, instead) });
  }
  return toAscii(`write "Condition": ${JSON.stringify(toJson(block))}`);
}

/** Of several issuers, a token has the keys of its own alone. */
function addClaim(
  block: Block,
  prefixes: readonly string[],
  { claim, values }: { readonly claim: Claim; readonly values: readonly string[] },
): void {
  const operator = prefixes.length > 1 ? 'StringEqualsIfExists' : 'StringEquals';
  for (const prefix of prefixes.length > 0 ? prefixes : ['<issuer>'])
    setValue(block, operator, `${prefix}:${claim}`, toListOrOne(values));
}

/** What was meant where that is exact, or else what somebody has to fill in. */
function listValues(claim: Claim, instead: Rewriting['instead']): readonly string[] {
  const meant = instead?.claim === claim ? instead.values.filter((value) => isExact(claim, value)) : [];
  if (meant.length > 0) return meant;
  return [claim === 'sub' ? SUBJECT : STS_AUDIENCE];
}

function toListOrOne(values: readonly string[]): unknown {
  return values.length === 1 ? values[0] : values;
}

/** Where a statement is for several issuers, no one condition is right for all of them. */
const SPLIT =
  'give each provider a statement of its own, with {"StringEquals": {"<issuer>:sub": "system:serviceaccount:<namespace>:<name>", "<issuer>:aud": "sts.amazonaws.com"}}';

function isOn(claim: Claim, condition: Condition, { prefixes }: StatementFacts): boolean {
  return isRestriction(condition) && readClaimOfKey(condition.key, prefixes) === claim;
}

function isExact(claim: Claim, value: string): boolean {
  return claim === 'aud'
    ? value === STS_AUDIENCE
    : /^system:serviceaccount:[a-z0-9-]+:[a-z0-9.-]+$/.test(value);
}
