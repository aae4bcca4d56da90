import { parseServiceAccount, type ServiceAccountName } from '../../base/names/account.ts';
import { type IssuerFault, MAX_ISSUER_LENGTH, parseIssuerUrl } from '../../base/names/issuer-url.ts';
import type { Problems } from '../../settings/checks.ts';

const NO_URL = `is no https URL of at most ${MAX_ISSUER_LENGTH} characters`;
const QUERY = 'has a query or fragment';
/** What is said of the commonest faults, with the remedy of the flag. */
const FAULTS: Readonly<Partial<Record<IssuerFault, string>>> = {
  length: NO_URL,
  scheme: NO_URL,
  'plain-http': NO_URL,
  query: QUERY,
  fragment: QUERY,
  'user-name': 'carries a user name',
};

/** kube-apiserver serves its documents for an https issuer only, and so does STS ask for them. */
export function checkIssuer(issuer: string, problems: Problems): void {
  const remedy =
    'give the first --service-account-issuer of kube-apiserver, such as https://oidc.example/clusters/demo';
  if (issuer === '') {
    problems.push(`--issuer is missing: ${remedy}`);
    return;
  }
  const reading = parseIssuerUrl(issuer, { httpsOnly: true });
  if (reading.kind === 'issuer') return;
  const words = FAULTS[reading.fault];
  problems.push(`--issuer ${words === undefined ? reading.problem : `${words}: ${remedy}`}`);
}

/** @returns undefined for '' */
export function readAccount(flag: string, value: string, problems: Problems): ServiceAccountName | undefined {
  if (value === '') return undefined;
  const account = parseServiceAccount(value);
  if (account === undefined)
    problems.push(
      `--${flag} is not written as NAMESPACE/NAME: give one such as kube-system/iam-bridge-drift`,
    );
  return account;
}
