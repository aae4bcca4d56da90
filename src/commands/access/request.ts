import { type Principal, type PrincipalWords, readPrincipal } from '../../access/principal.ts';
import { isServiceAccountName } from '../../base/names/account.ts';
import { isDnsLabel } from '../../base/names/dns.ts';
import { quoteShort } from '../../json/quote.ts';
import type { ClusterOptions, IdentityOptions, NamespaceOptions, SourceOptions } from './options.ts';

/** Whom a question is about. */
export type Who =
  /** Whoever asks. */
  | { readonly kind: 'self' }
  /** @property user undefined: whoever is a member of the groups */
  | { readonly kind: 'as'; readonly user: string | undefined; readonly groups: readonly string[] }
  | { readonly kind: 'account'; readonly namespace: string; readonly name: string }
  | { readonly kind: 'principal'; readonly principal: Principal };

/** @param problems takes what is wrong with the options, a sentence each */
export function readWho(options: IdentityOptions & SourceOptions, problems: string[]): Who | undefined {
  checkIdentities(options, problems);
  const { arn, session, userId, sa } = options;
  if (arn !== undefined) return readIamPrincipal({ arn, session, userId }, problems);
  if (session !== undefined || userId !== undefined)
    problems.push(
      `--${session === undefined ? 'user-id' : 'session'} is of an IAM principal: give --arn, too`,
    );
  return sa === undefined ? readUser(options, problems) : readAccount(sa, '--sa', problems);
}

function readIamPrincipal(words: PrincipalWords, problems: string[]): Who | undefined {
  const reading = readPrincipal(words);
  if (reading.kind === 'principal') return { kind: 'principal', principal: reading.principal };
  problems.push(`--arn: ${reading.problem}`);
  return undefined;
}

function readUser(
  { as: user, asGroup: groups = [], snapshot }: IdentityOptions & SourceOptions,
  problems: string[],
): Who {
  if (user === undefined && groups.length === 0) return { kind: 'self' };
  if (user === undefined && snapshot === undefined)
    problems.push(
      '--as-group needs --as with a cluster, as the API server has it: give a user, or --snapshot to ask about any member',
    );
  return { kind: 'as', user, groups };
}

function checkIdentities({ as: user, asGroup, sa, arn }: IdentityOptions, problems: string[]): void {
  const named = [
    ...(user !== undefined || asGroup !== undefined ? ['--as'] : []),
    ...(sa !== undefined ? ['--sa'] : []),
    ...(arn !== undefined ? ['--arn'] : []),
  ];
  if (named.length > 1)
    problems.push(`${named.join(' and ')} are two identities: keep the one that is meant`);
  if (user === '') problems.push('--as is empty: give the name of a user');
  if (asGroup?.includes('')) problems.push('--as-group is empty: give the name of a group');
}

/** `namespace:name`, also with a slash. @param source of the text, for the problem */
export function readAccount(text: string, source: string, problems: string[]): Who | undefined {
  const [namespace = '', name = '', ...rest] = text.split(/[:/]/);
  if (rest.length === 0 && isServiceAccountName({ namespace, name }))
    return { kind: 'account', namespace, name };
  problems.push(`${source} is no ServiceAccount: give NAMESPACE:NAME, such as team-a:ci`);
  return undefined;
}

/** Where requests are: undefined where nobody said. */
export type Place =
  | { readonly kind: 'default' }
  | { readonly kind: 'namespace'; readonly namespace: string }
  | { readonly kind: 'all' };

export function readPlace({ namespace, allNamespaces }: NamespaceOptions, problems: string[]): Place {
  if (namespace !== undefined && allNamespaces)
    problems.push('-n and -A are two places: keep the one that is meant');
  if (namespace === '') problems.push('-n is empty: give the name of a namespace, or -A');
  else if (namespace !== undefined && !isDnsLabel(namespace))
    problems.push(
      `-n is ${quoteShort(namespace)}, which no namespace can be called: give 1 to 63 of a-z, 0-9 and -, without a - at its ends`,
    );
  if (allNamespaces) return { kind: 'all' };
  return namespace === undefined ? { kind: 'default' } : { kind: 'namespace', namespace };
}

export function checkSource(options: ClusterOptions, problems: string[]): void {
  const { snapshot, kubeconfig, clusterContext, context = clusterContext } = options;
  if (clusterContext !== undefined && context !== clusterContext)
    problems.push('--context and --cluster-context name two: keep the one that is meant');
  if (snapshot !== undefined && (kubeconfig !== undefined || context !== undefined))
    problems.push(
      `--snapshot asks no cluster: leave ${kubeconfig === undefined ? '--context' : '--kubeconfig'} out`,
    );
}
