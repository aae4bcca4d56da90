import type { RoleArn } from '../aws/role-arn.ts';
import { createNotice, type Notice, quoted } from './notices.ts';
import type { Reason } from './reasons.ts';
import type { Account, TokenChoices } from './sources/account.ts';
import type { KnownEntries } from './sources/config-map-store.ts';
import type { ContainerCredentialsList } from './sources/container-credentials.ts';

/** What a pod is to get. */
export type Identity =
  | { readonly kind: 'web-identity'; readonly role: RoleArn; readonly choices: TokenChoices }
  | {
      readonly kind: 'container-credentials';
      readonly choices: Pick<TokenChoices, 'expiration' | 'regionalSts'>;
    };

export type IdentityDecision =
  | { readonly kind: 'identity'; readonly identity: Identity; readonly notices: readonly Notice[] }
  | { readonly kind: 'none'; readonly reason: Reason; readonly notices: readonly Notice[] };

/** The sources as they stand now. */
export interface IdentitySources {
  readonly containerCredentials: ContainerCredentialsList;
  /** undefined: `--watch-config-map` is off. */
  readonly configMap: KnownEntries | undefined;
}

/** What is known of the pod's ServiceAccount. */
export type AccountFinding =
  | { readonly kind: 'known'; readonly account: Account }
  | { readonly kind: 'unknown' }
  | { readonly kind: 'unread'; readonly why: string };

/** Container credentials where neither the account nor the ConfigMap says: fixed values, as in the Go program. */
const CONTAINER_CREDENTIALS_FALLBACK = { expiration: 86_400, regionalSts: false };

/**
 * Which identity the pods of `namespace/name` get. The order: the container credentials list, the ServiceAccount's own
 * role, the ConfigMap's entry for it, the ConfigMap's entry for that name in any namespace. The first source that
 * speaks decides alone, also where what it says is malformed: no pod gets a wider role because of a typing error.
 */
export function decideIdentity(
  namespace: string,
  name: string,
  found: AccountFinding,
  sources: IdentitySources,
): IdentityDecision {
  const key = `${namespace}/${name}`;
  const account = found.kind === 'known' ? found.account : undefined;
  const notices = account?.notices ?? [];
  // An entry that lacks its account must not match a pod that names none.
  if (name !== '' && sources.containerCredentials.has(key)) {
    return { kind: 'identity', identity: decideContainerCredentials(key, found, sources), notices };
  }
  if (account?.malformedRole !== undefined) {
    const fact = ['role-arn ', quoted(account.malformedRole), ' is malformed'];
    const remedy = 'write arn:<partition>:iam::<account>:role/<name>';
    return none('role-arn-malformed', [createNotice('left-out', fact, remedy), ...notices]);
  }
  if (account?.role !== undefined) {
    return {
      kind: 'identity',
      identity: { kind: 'web-identity', role: account.role, choices: account.choices },
      notices,
    };
  }
  return decideFromConfigMap(name, sources, { key, notices }) ?? decideWithoutRole(name, found, notices);
}

function decideContainerCredentials(key: string, found: AccountFinding, sources: IdentitySources): Identity {
  const { configMap } = sources;
  const entry = configMap instanceof Map ? configMap.get(key) : undefined;
  const fromConfigMap = entry === undefined || entry.kind === 'malformed' ? undefined : entry.choices;
  const fromAccount = found.kind === 'known' ? found.account.choices : undefined;
  return {
    kind: 'container-credentials',
    choices: fromAccount ?? fromConfigMap ?? CONTAINER_CREDENTIALS_FALLBACK,
  };
}

/** undefined: the ConfigMap does not know the name, so the account's own state is the reason. */
function decideFromConfigMap(
  name: string,
  { configMap }: IdentitySources,
  { key, notices }: { readonly key: string; readonly notices: readonly Notice[] },
): IdentityDecision | undefined {
  // No entry can name a pod without an account, whatever the ConfigMap says.
  if (configMap === undefined || name === '') return undefined;
  if (configMap === 'pending') {
    const fact = 'the ConfigMap pod-identity-webhook is not read yet, so no AWS role';
    return none('config-map-not-delivered', [
      createNotice('left-out', fact, 'create the pod again'),
      ...notices,
    ]);
  }
  if (configMap === 'malformed') {
    const fact = 'the ConfigMap pod-identity-webhook is malformed';
    const remedy = 'correct it, then create the pod again';
    return none('config-map-malformed', [createNotice('left-out', fact, remedy), ...notices]);
  }
  const entry = configMap.get(key) ?? configMap.get(`*/${name}`);
  switch (entry?.kind) {
    case undefined:
      return undefined;
    case 'role': {
      const { role, choices } = entry;
      return { kind: 'identity', identity: { kind: 'web-identity', role, choices }, notices };
    }
    case 'choices':
      return none('no-role', notices);
    case 'malformed': {
      const fact = `ConfigMap pod-identity-webhook: ${entry.problem}`;
      const notice = createNotice('left-out', fact, 'correct the entry');
      return none('config-map-entry-malformed', [notice, ...notices]);
    }
  }
}

function decideWithoutRole(
  name: string,
  found: AccountFinding,
  notices: readonly Notice[],
): IdentityDecision {
  if (name === '') return none('service-account-name-empty', notices);
  switch (found.kind) {
    case 'known':
      return none('no-role', notices);
    case 'unknown': {
      const fact = 'the ServiceAccount does not exist, so no AWS role';
      const notice = createNotice('left-out', fact, 'create it, then the pod again');
      return none('service-account-unknown', [notice, ...notices]);
    }
    case 'unread': {
      const fact = `the ServiceAccount could not be read (${found.why}), so no AWS role`;
      const notice = createNotice('left-out', fact, 'create the pod again');
      return none('service-account-unread', [notice, ...notices]);
    }
  }
}

function none(reason: Reason, notices: readonly Notice[]): IdentityDecision {
  return { kind: 'none', reason, notices };
}
