/** A Kubernetes ServiceAccount, or patterns for its two names. */
export interface ServiceAccountName {
  readonly namespace: string;
  readonly name: string;
}

/** What the subjects of ServiceAccounts begin with. */
export const SUBJECT_PREFIX = 'system:serviceaccount:';
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const SUBDOMAIN = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/;

/** A namespace is a DNS label, an account's name a DNS subdomain (Kubernetes, "Object Names and IDs"). */
export function isServiceAccountName({ namespace, name }: ServiceAccountName): boolean {
  return LABEL.test(namespace) && SUBDOMAIN.test(name);
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
