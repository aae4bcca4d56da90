import { parseArn } from '../../aws/arn.ts';
import { SUBJECT_PREFIX } from '../../base/names/account.ts';
import { findPlatformOfKey } from '../platforms.ts';
import type { Condition } from '../policy/condition.ts';
import { holdsWhenAbsent } from '../policy/operator.ts';
import type { Statement } from '../policy/statement.ts';

/** Which issuers a statement speaks of, by its principal and by its keys; all without `https://`, as keys have them. */

type Member = Statement['principal']['members'][number];

/** The OIDC providers that the principal names. */
export function listProviderPrefixes({ principal }: Statement): string[] {
  return [...new Set(principal.members.flatMap((member) => readProviderPrefix(member) ?? []))];
}

/** undefined where it is no OIDC provider, or all of them. */
function readProviderPrefix({ kind, value }: Member): string | undefined {
  if (kind !== 'Federated' || value === '*') return undefined;
  const resource = parseArn(value)?.resource;
  if (resource === undefined) return value;
  return resource.startsWith('oidc-provider/') ? resource.slice('oidc-provider/'.length) : undefined;
}

/** Whether a principal is an OIDC provider, or all of them. */
export function isOfTokens(member: Member): boolean {
  return (member.kind === 'Federated' && member.value === '*') || readProviderPrefix(member) !== undefined;
}

/**
 * Whose keys the conditions may have. Where the clusters' own issuers were given, these are the truth: a provider of none
 * of them beside keys of one does not say what the keys should be, since no token of it has those.
 */
export function choosePrefixes(
  statement: Statement,
  providers: readonly string[],
  ownPrefixes: readonly string[],
): readonly string[] {
  if (providers.length === 0) return ownPrefixes.length > 0 ? ownPrefixes : guessPrefixes(statement);
  if (providers.some((prefix) => ownPrefixes.includes(prefix))) return providers;
  const meant = listAskedIssuers(statement, ownPrefixes);
  return meant.length > 0 ? meant : providers;
}

/** Where the principal is a wildcard, the keys are all there is to go by. */
function guessPrefixes({ conditions }: Statement): string[] {
  return conditions.flatMap(({ key }) => /^(.+):sub$/i.exec(key)?.[1] ?? []);
}

/** The issuers that conditions of a statement ask for by keys which tokens of others lack. */
function listAskedIssuers(statement: Statement, prefixes: readonly string[]): readonly string[] {
  return prefixes.filter((prefix) =>
    statement.conditions.some(
      ({ key, operator }) =>
        operator.family !== 'null' &&
        !holdsWhenAbsent(operator) &&
        readClaimOfKey(key, [prefix]) !== undefined,
    ),
  );
}

/** The issuers whose tokens may come in: those that are asked for, or all where none is. */
export function listDemandedPrefixes(statement: Statement, prefixes: readonly string[]): readonly string[] {
  const asked = listAskedIssuers(statement, prefixes);
  return asked.length > 0 ? asked : prefixes;
}

/** The keys of one issuer beside those of another: whoever has these lacks the others. */
export function isOfTwoIssuers(
  { key, operator }: Condition,
  statement: Statement,
  prefixes: readonly string[],
): boolean {
  const others = listAskedIssuers(statement, prefixes).slice(1);
  return !holdsWhenAbsent(operator) && readClaimOfKey(key, others) !== undefined;
}

/** The claim that a key stands for, where it is one of the statement's issuers'; lower case. */
export function readClaimOfKey(key: string, prefixes: readonly string[]): string | undefined {
  const name = key.toLowerCase();
  const prefix = prefixes.find((candidate) => name.startsWith(`${candidate.toLowerCase()}:`));
  return prefix === undefined ? undefined : name.slice(prefix.length + 1);
}

/** Whether an issuer is that of another platform, such as GitHub. */
export function isPlatform(prefix: string): boolean {
  return findPlatformOfKey(`${prefix}:`) !== undefined;
}

/** Whether an issuer is known to be a cluster's: many platforms run on hosts of their users' own, whose names tell nothing. */
export function isOfCluster({ conditions }: Statement, prefixes: readonly string[]): boolean {
  if (prefixes.some((prefix) => /^oidc\.eks\.[^/]+\/id\//i.test(prefix))) return true;
  return conditions.some(
    ({ key, values }) =>
      readClaimOfKey(key, prefixes) === 'sub' && values.some((value) => value.startsWith(SUBJECT_PREFIX)),
  );
}
