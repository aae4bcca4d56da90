import { isDnsLabel, isDnsSubdomain } from './dns.ts';

/** A Kubernetes ServiceAccount, or patterns for its two names. */
export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** What the subjects of ServiceAccounts begin with. */
export const SUBJECT_PREFIX = 'system:serviceaccount:';

/** A namespace is a DNS label, an account's name a DNS subdomain (Kubernetes, "Object Names and IDs"). */
export function isServiceAccountName({ namespace, name }: ServiceAccountName): boolean {
  return isDnsLabel(namespace) && isDnsSubdomain(name);
}

/** `namespace/name`; undefined where that is no ServiceAccount's. */
export function parseServiceAccount(text: string): ServiceAccountName | undefined {
  const [namespace = '', name = '', ...rest] = text.split('/');
  return rest.length === 0 && isServiceAccountName({ namespace, name }) ? { namespace, name } : undefined;
}

/** `system:serviceaccount:<namespace>:<name>`, what tokens of ServiceAccounts have for `sub`. */
export function toSubject({ namespace, name }: ServiceAccountName): string {
  return `${SUBJECT_PREFIX}${namespace}:${name}`;
}

/** Whether a token can have this subject. */
export function isServiceAccountSubject(subject: string): boolean {
  const account = parseSubject(subject);
  return account !== undefined && isServiceAccountName(account);
}

/** The names in a subject, or in a pattern of one; undefined where the text is not of that form. */
export function parseSubject(text: string): ServiceAccountName | undefined {
  if (!text.startsWith(SUBJECT_PREFIX)) return undefined;
  const [namespace, name, ...rest] = text.slice(SUBJECT_PREFIX.length).split(':');
  if (namespace === undefined || name === undefined || rest.length > 0) return undefined;
  return { namespace, name };
}
