import { parseArn } from '../../aws/arn.ts';
import { judgeAction } from '../judge/action.ts';
import { CLAIM_KEYS, findKeyRow } from '../judge/keys.ts';
import { explainKey, type KeyMistake } from '../near-miss/key.ts';
import { findPlatformOfKey } from '../platforms.ts';
import type { Condition } from '../policy/condition.ts';
import { holdsWhenAbsent } from '../policy/operator.ts';
import type { Statement } from '../policy/statement.ts';
import type { TrustPolicy } from '../policy.ts';

/** A statement, and what can be told of it without a request. */
export interface StatementFacts {
  readonly statement: Statement;
  readonly version: TrustPolicy['version'];
  /** Issuers without `https://` that its conditions may speak of; the first is the likeliest. */
  readonly prefixes: readonly string[];
  /** Those that were given as the clusters' own; empty where none was. */
  readonly ownPrefixes: readonly string[];
  /** Its issuers are those of another platform, such as GitHub, which has subjects and claims of its own. */
  readonly isForPlatform: boolean;
  /** It allows an OIDC provider, or everybody, sts:AssumeRoleWithWebIdentity. */
  readonly letsTokensIn: boolean;
  /** A condition of it can never be met: whatever else it lacks lets nobody in. */
  readonly neverMatches: boolean;
}

/** A condition of a statement, and what can be told of its key without a request. */
export interface ConditionFacts extends StatementFacts {
  readonly condition: Condition;
  /** The claim that its key stands for, where it is one of the statement's issuers'; lower case. */
  readonly claim: string | undefined;
  readonly presence: Presence;
  /** What the key was meant to be, should it never be there. */
  readonly mistake: KeyMistake;
}

/** Whether a request with a ServiceAccount's token has a key. */
export type Presence = 'always' | 'sometimes' | 'never';

export function readStatementFacts(
  statement: Statement,
  version: TrustPolicy['version'],
  ownPrefixes: readonly string[],
): StatementFacts {
  const providers = listProviderPrefixes(statement);
  const prefixes =
    providers.length > 0 ? providers : ownPrefixes.length > 0 ? ownPrefixes : guessPrefixes(statement);
  const isOpen =
    statement.principal.everyone || statement.principal.members.some(({ value }) => value === '*');
  const covers = judgeAction(statement.action, 'sts:AssumeRoleWithWebIdentity').matches === 'yes';
  return {
    statement,
    version,
    prefixes,
    ownPrefixes,
    isForPlatform: prefixes.some(isPlatform),
    letsTokensIn: statement.effect === 'Allow' && covers && (isOpen || providers.length > 0),
    neverMatches: statement.conditions.some((condition) => isNeverMet(condition, prefixes)),
  };
}

export function readConditionFacts(condition: Condition, facts: StatementFacts): ConditionFacts {
  const { prefixes } = facts;
  const { key } = condition;
  return {
    ...facts,
    condition,
    claim: readClaimOfKey(key, prefixes),
    presence: judgePresence(key, prefixes),
    mistake: explainKey(key, prefixes[0] ?? '<issuer>'),
  };
}

function listProviderPrefixes({ principal }: Statement): string[] {
  return principal.members.flatMap(({ kind, value }) => {
    if (kind !== 'Federated' || value === '*') return [];
    const resource = parseArn(value)?.resource;
    if (resource === undefined) return [value];
    return resource.startsWith('oidc-provider/') ? [resource.slice('oidc-provider/'.length)] : [];
  });
}

/** Where the principal is a wildcard, the keys are all there is to go by. */
function guessPrefixes({ conditions }: Statement): string[] {
  return conditions.flatMap(({ key }) => /^(.+):sub$/i.exec(key)?.[1] ?? []);
}

function isPlatform(prefix: string): boolean {
  return findPlatformOfKey(`${prefix}:`) !== undefined;
}

/** The claim that a key stands for, where it is one of the statement's issuers'; lower case. */
function readClaimOfKey(key: string, prefixes: readonly string[]): string | undefined {
  const name = key.toLowerCase();
  const prefix = prefixes.find((candidate) => name.startsWith(`${candidate.toLowerCase()}:`));
  return prefix === undefined ? undefined : name.slice(prefix.length + 1);
}

/** Tokens of a cluster have neither `amr` nor `email`; other platforms have claims of their own for keys. */
function judgePresence(key: string, prefixes: readonly string[]): Presence {
  const claim = readClaimOfKey(key, prefixes);
  if (claim !== undefined) {
    if (['sub', 'aud', 'oaud'].includes(claim)) return 'always';
    return prefixes.some(isPlatform) && !CLAIM_KEYS.includes(claim) ? 'sometimes' : 'never';
  }
  const { internet, endpoint } = findKeyRow(key) ?? { internet: 'never', endpoint: 'never' };
  if (internet !== endpoint) return 'sometimes';
  return internet === 'always' || internet === 'never' ? internet : 'sometimes';
}

function isNeverMet({ operator, key, values }: Condition, prefixes: readonly string[]): boolean {
  const presence = judgePresence(key, prefixes);
  if (operator.family === 'null') {
    return presence === 'always' && values.every((value) => value.toLowerCase() === 'true');
  }
  const isEmpty = values.length === 0 && !operator.negated;
  return !holdsWhenAbsent(operator) && (isEmpty || presence === 'never');
}

/** The conditions on a claim of the token. */
export function listConditionsOn(
  claim: 'sub' | 'aud',
  { statement, prefixes }: StatementFacts,
): readonly Condition[] {
  return statement.conditions.filter(({ key }) => readClaimOfKey(key, prefixes) === claim);
}

/** Whether a condition on subject or audience says which values may be: every token has both, so that IfExists opens nothing. */
export function isRestriction({ operator }: Condition): boolean {
  return !operator.negated && operator.family !== 'null';
}
