import { isDnsLabel, isDnsSubdomain } from '../base/names/dns.ts';

/** Who asks, as the API server's authorizers see it (`user.Info`). */
export interface Identity {
  /** Absent: whoever is a member of the groups. */
  readonly user?: string;
  /** All of them, those that nobody wrote down included; nothing is added later. */
  readonly groups: readonly string[];
  readonly uid?: string;
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
export const ANONYMOUS = 'system:anonymous';
export const MASTERS = 'system:masters';
export const ALL_ACCOUNTS = 'system:serviceaccounts';

const ACCOUNT_PREFIX = 'system:serviceaccount:';

/** The user name of a ServiceAccount. */
export function toAccountUser(namespace: string, name: string): string {
  return `${ACCOUNT_PREFIX}${namespace}:${name}`;
}

/** The account that a user name is; undefined where it is none (`serviceaccount.SplitUsername`). */
export function parseAccountUser(user: string): { namespace: string; name: string } | undefined {
  if (!user.startsWith(ACCOUNT_PREFIX)) return undefined;
  const [namespace = '', name = '', ...rest] = user.slice(ACCOUNT_PREFIX.length).split(':');
  return rest.length === 0 && isDnsLabel(namespace) && isDnsSubdomain(name) ? { namespace, name } : undefined;
}

/** Whom the API server takes the token of a ServiceAccount for. */
export function serviceAccountIdentity(namespace: string, name: string): Identity {
  return {
    user: toAccountUser(namespace, name),
    groups: [...toAccountGroups(namespace), AUTHENTICATED],
  };
}

/** Somebody with a certificate, or a token that a webhook knows: an IAM principal that is mapped, for one. */
export function authenticatedIdentity(user: string, groups: readonly string[]): Identity {
  return { user, groups: addGroup(groups, AUTHENTICATED) };
}

/**
 * What impersonation makes of its headers: an account has its groups unless any are given, and whoever is not said to be
 * unauthenticated is authenticated (apiserver `filters/impersonation`).
 * @param as undefined: whoever is a member of the groups
 */
export function impersonated(as: string | undefined, asGroups: readonly string[] = []): Identity {
  if (as === undefined) return { groups: addAuthenticated(asGroups) };
  if (as === ANONYMOUS) return { user: as, groups: addGroup(asGroups, UNAUTHENTICATED) };
  const account = asGroups.length === 0 ? parseAccountUser(as) : undefined;
  const groups = account === undefined ? asGroups : toAccountGroups(account.namespace);
  return { user: as, groups: addAuthenticated(groups) };
}

/** Groups of an account that its namespace gives. */
export function toAccountGroups(namespace: string): readonly string[] {
  return [ALL_ACCOUNTS, `${ALL_ACCOUNTS}:${namespace}`];
}

function addAuthenticated(groups: readonly string[]): readonly string[] {
  return groups.includes(UNAUTHENTICATED) ? groups : addGroup(groups, AUTHENTICATED);
}

function addGroup(groups: readonly string[], group: string): readonly string[] {
  return groups.includes(group) ? groups : [...groups, group];
}
