import { renderGoDuration } from '../../go/durations.ts';
import type { Problems } from '../../settings/checks.ts';

/** A ServiceAccount that was named as `NAMESPACE/NAME`. */
export interface AccountSettings {
  readonly namespace: string;
  readonly name: string;
}

/** A namespace is a DNS label, an account's name a DNS subdomain (Kubernetes, "Object Names and IDs"). */
const ACCOUNT = /^([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)\/([a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?)$/;

/** kube-apiserver serves its documents for an https issuer only, and so does STS ask for them. */
export function checkIssuer(issuer: string, problems: Problems): void {
  const remedy =
    'give the first --service-account-issuer of kube-apiserver, such as https://oidc.example/clusters/demo';
  if (issuer === '') {
    problems.push(`--issuer is missing: ${remedy}`);
    return;
  }
  const url = /^[\x21-\x7e]+$/.test(issuer) && issuer.length <= 255 ? URL.parse(issuer) : null;
  if (url?.protocol !== 'https:')
    problems.push(`--issuer is no https URL of at most 255 characters: ${remedy}`);
  else if (/[?#]/.test(issuer)) problems.push(`--issuer has a query or fragment: ${remedy}`);
  else if (url.username !== '' || url.password !== '')
    problems.push(`--issuer carries a user name: ${remedy}`);
}

/** @param range least and most, ms */
export function checkRange(
  flag: string,
  value: number,
  [least, most]: readonly [number, number],
  problems: Problems,
): void {
  if (value >= least && value <= most) return;
  problems.push(`--${flag} is out of range: give ${renderGoDuration(least)} to ${renderGoDuration(most)}`);
}

/** @returns undefined for '' */
export function readAccount(flag: string, value: string, problems: Problems): AccountSettings | undefined {
  if (value === '') return undefined;
  const [, namespace, name] = ACCOUNT.exec(value) ?? [];
  if (namespace !== undefined && name !== undefined) return { namespace, name };
  problems.push(`--${flag} is not written as NAMESPACE/NAME: give one such as kube-system/iam-bridge-drift`);
  return undefined;
}
