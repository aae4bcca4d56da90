import type { ReviewedUser } from '../kube/reviews.ts';
import {
  AUTHENTICATED,
  authenticatedIdentity,
  type Identity,
  impersonated,
  parseAccountUser,
  serviceAccountIdentity,
  toAccountGroups,
  UNAUTHENTICATED,
} from '../rbac/identity.ts';
import type { EntryRef } from './entry-ref.ts';
import type { Principal } from './principal.ts';
import type { Resolution } from './resolve.ts';

/** What gives somebody a group. */
export type GroupOrigin =
  /** An entry of the mappings. */
  | { readonly kind: 'mapping'; readonly entry: EntryRef }
  /** The API server, to everybody. */
  | { readonly kind: 'api-server' }
  /** The namespace of a ServiceAccount. */
  | { readonly kind: 'service-account' }
  /** `O` of a client certificate. */
  | { readonly kind: 'certificate' }
  /** Whoever asked: a flag or a line of a batch. */
  | { readonly kind: 'asked' }
  /** Whatever authenticates the caller: a token, an identity provider; it cannot be seen from here. */
  | { readonly kind: 'authenticator' };

export interface OriginatedGroup {
  /** May have holes. */
  readonly name: string;
  readonly origin: GroupOrigin;
}

/** Somebody as the API server's authorizers see them, and where each part of that comes from. */
export interface Person {
  /** Names may have holes. */
  readonly identity: Identity;
  readonly groups: readonly OriginatedGroup[];
  /** Whoever is mapped. */
  readonly principal?: Principal;
  readonly mapping?: Resolution & { readonly kind: 'mapped' };
}

/** A ServiceAccount by its token. */
export function toAccountPerson(namespace: string, name: string): Person {
  return withOrigins(serviceAccountIdentity(namespace, name), toImplied);
}

/** Whom `--as` and `--as-group` make, as impersonation has it. */
export function toImpersonatedPerson(user: string | undefined, groups: readonly string[]): Person {
  return withOrigins(impersonated(user, groups), (name) =>
    groups.includes(name) ? { kind: 'asked' } : toImplied(name),
  );
}

/** An IAM principal that the mappings know. */
export function toMappedPerson(
  principal: Principal,
  mapping: Resolution & { readonly kind: 'mapped' },
): Person {
  const { user, by } = mapping;
  // Everybody has that one, also where the entry names it: taking it out of there changes nothing.
  const person = withOrigins(authenticatedIdentity(user.username, user.groups), (name) =>
    name === AUTHENTICATED ? { kind: 'api-server' } : { kind: 'mapping', entry: by },
  );
  return { ...person, principal, mapping };
}

/**
 * The caller, as the API server has told.
 * @param mapped the same by the mappings, where the caller's extra fields name a principal
 */
export function toCallerPerson(caller: ReviewedUser, mapped: Person | undefined): Person {
  const { username, uid, groups, extra } = caller;
  const identity = { user: username, groups, ...(uid !== '' && { uid }), extra: Object.fromEntries(extra) };
  const account = parseAccountUser(username);
  // Kubernetes ≥ 1.32 names a certificate so (release notes, "credential-id").
  const credential = extra.get('authentication.kubernetes.io/credential-id')?.[0] ?? '';
  const person = withOrigins(identity, (name) => {
    const given = mapped?.groups.find((group) => group.name === name);
    if (given !== undefined) return given.origin;
    if (isImplied(name, account?.namespace)) return toImplied(name);
    return credential.startsWith('X509SHA256=') ? { kind: 'certificate' } : { kind: 'authenticator' };
  });
  const { principal, mapping } = mapped ?? {};
  return { ...person, ...(principal && { principal }), ...(mapping && { mapping }) };
}

function withOrigins(identity: Identity, toOrigin: (group: string) => GroupOrigin): Person {
  return { identity, groups: identity.groups.map((name) => ({ name, origin: toOrigin(name) })) };
}

function isImplied(group: string, namespace: string | undefined): boolean {
  if (group === AUTHENTICATED || group === UNAUTHENTICATED) return true;
  return namespace !== undefined && toAccountGroups(namespace).includes(group);
}

function toImplied(group: string): GroupOrigin {
  const isOfServer = group === AUTHENTICATED || group === UNAUTHENTICATED;
  return { kind: isOfServer ? 'api-server' : 'service-account' };
}
