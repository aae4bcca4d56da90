import { judgeAction } from '../judge/action.ts';
import { findKeyRow } from '../judge/keys.ts';
import { explainKey, type KeyMistake } from '../near-miss/key.ts';
import type { Condition } from '../policy/condition.ts';
import { type ConditionOperator, holdsWhenAbsent, type OperatorFamily } from '../policy/operator.ts';
import type { Statement } from '../policy/statement.ts';
import type { TrustPolicy } from '../policy.ts';
import {
  choosePrefixes,
  isOfCluster,
  isOfTokens,
  isOfTwoIssuers,
  isPlatform,
  listProviderPrefixes,
  readClaimOfKey,
} from './issuers.ts';
import { countVariables } from './old-version.ts';

/** A statement, and what can be told of it without a request. */
export interface StatementFacts {
  readonly statement: Statement;
  readonly version: TrustPolicy['version'];
  /** How many conditions of the policy have one, or would have in the version that knows them. */
  readonly variables: number;
  /** Those of the OIDC providers that its principal names: issuers without `https://`. */
  readonly providers: readonly string[];
  /** Issuers without `https://` that its conditions may speak of; the first is the likeliest. */
  readonly prefixes: readonly string[];
  /** Those that were given as the clusters' own; empty where none was. */
  readonly ownPrefixes: readonly string[];
  /** Its issuers are those of another platform, such as GitHub, which has subjects and claims of its own. */
  readonly isForPlatform: boolean;
  /** That its issuer is a cluster's is known: it was given, is one of EKS, or a subject of a ServiceAccount is asked for. */
  readonly isForCluster: boolean;
  /** It means an OIDC provider, everybody, or sts:AssumeRoleWithWebIdentity by name. */
  readonly isForTokens: boolean;
  /** The same, and callers of no other kind: a condition that no token meets lets nobody in. */
  readonly isForTokensAlone: boolean;
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

/** @param ownPrefixes issuers that were given as the clusters' own, without `https://` */
export function readStatementFacts(
  statement: Statement,
  { version, statements }: TrustPolicy,
  ownPrefixes: readonly string[],
): StatementFacts {
  const providers = listProviderPrefixes(statement);
  const prefixes = choosePrefixes(statement, providers, ownPrefixes);
  const { everyone, members } = statement.principal;
  const isOpen = everyone || members.some(({ value }) => value === '*');
  const covers = judgeAction(statement.action, 'sts:AssumeRoleWithWebIdentity').matches === 'yes';
  const isForTokens =
    providers.length > 0 ||
    isOpen ||
    statement.action.patterns.some((each) => /^sts:AssumeRoleWithWebIdentity$/i.test(each));
  return {
    statement,
    version,
    variables: countVariables(statements),
    providers,
    prefixes,
    ownPrefixes,
    isForPlatform: prefixes.some(isPlatform),
    isForCluster: prefixes.some((prefix) => ownPrefixes.includes(prefix)) || isOfCluster(statement, prefixes),
    isForTokens,
    isForTokensAlone: isForTokens && !isSharedWithOthers(statement),
    letsTokensIn: statement.effect === 'Allow' && covers && (isOpen || providers.length > 0),
    neverMatches: statement.conditions.some(
      (condition) =>
        (isNeverMet(condition, prefixes) && !isMetByOthers(condition, providers)) ||
        isOfTwoIssuers(condition, statement, prefixes),
    ),
  };
}

/** Where tokens of several issuers may come in, those that lack the key may meet what those that have it do not. */
export function isMetByOthers({ operator, values }: Condition, providers: readonly string[]): boolean {
  const asksForAbsence = operator.family === 'null' && values.some((value) => value.toLowerCase() === 'true');
  return providers.length !== 1 && (asksForAbsence || holdsWhenAbsent(operator));
}

/** Callers with AWS keys or SAML come in by it, too, so that its conditions may be theirs. */
function isSharedWithOthers({ principal, action }: Statement): boolean {
  const { everyone, members } = principal;
  const hasOthers = everyone || members.some((member) => !isOfTokens(member));
  const ways = ['sts:AssumeRole', 'sts:AssumeRoleWithSAML'];
  return hasOthers && ways.some((each) => judgeAction(action, each).matches === 'yes');
}

/** @param facts of the statement that has the condition */
export function readConditionFacts(condition: Condition, facts: StatementFacts): ConditionFacts {
  const { prefixes } = facts;
  const { key } = condition;
  return {
    ...facts,
    condition,
    claim: readClaimOfKey(key, prefixes),
    presence: isOfTwoIssuers(condition, facts.statement, prefixes) ? 'never' : judgePresence(key, prefixes),
    mistake: explainKey(key, prefixes[0] ?? '<issuer>', facts.statement),
  };
}

/** Tokens of a cluster have neither `amr` nor `email`; those of other platforms may, and have claims of their own for keys. */
function judgePresence(key: string, prefixes: readonly string[]): Presence {
  const claim = readClaimOfKey(key, prefixes);
  if (claim !== undefined) {
    if (['sub', 'aud', 'oaud'].includes(claim)) return 'always';
    return prefixes.some(isPlatform) ? 'sometimes' : 'never';
  }
  const { internet, endpoint } = findKeyRow(key) ?? { internet: 'never', endpoint: 'never' };
  if (internet !== endpoint) return 'sometimes';
  return internet === 'always' || internet === 'never' ? internet : 'sometimes';
}

/** Families whose values no subject of a ServiceAccount can be. */
const OF_ANOTHER_TYPE: ReadonlySet<OperatorFamily> = new Set(['numeric', 'date', 'bool', 'ip', 'arn']);

/** Whether an operator asks for what is no text. */
export function isOfAnotherType({ family, negated }: ConditionOperator): boolean {
  return OF_ANOTHER_TYPE.has(family) && !negated;
}

function isNeverMet({ operator, key, values }: Condition, prefixes: readonly string[]): boolean {
  const presence = judgePresence(key, prefixes);
  if (operator.family === 'null') {
    return presence === 'always' && values.every((value) => value.toLowerCase() === 'true');
  }
  const isEmpty = values.length === 0 && !operator.negated;
  if (isOfAnotherType(operator) && readClaimOfKey(key, prefixes) === 'sub' && !prefixes.some(isPlatform))
    return true;
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

/** Whether the statement has a `Null` condition that asks for the key to be there. */
export function asksForPresence({ statement, condition }: ConditionFacts): boolean {
  return statement.conditions.some(
    ({ operator, key, values }) =>
      operator.family === 'null' &&
      key.toLowerCase() === condition.key.toLowerCase() &&
      values.every((value) => value.toLowerCase() === 'false'),
  );
}
