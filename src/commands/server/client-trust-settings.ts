import type { Problems } from '../../settings/checks.ts';
import type { ClientTrustSettings } from './client-trust.ts';

/** An authority alone is never enough: that of a cluster signs for every kubelet. */
export function readClientTrust(
  flags: { readonly 'client-ca-file': string; readonly 'client-name': readonly string[] },
  problems: Problems,
): ClientTrustSettings | undefined {
  const { 'client-ca-file': path, 'client-name': names } = flags;
  if (path !== '' && names.length === 0) {
    problems.push(
      '--client-ca-file needs --client-name: its authorities sign for others, too; name who calls, such as the user of kube-apiserver',
    );
  }
  if (path === '' && names.length > 0) {
    problems.push('--client-name needs --client-ca-file: without it no certificate is asked for');
  }
  if (names.includes('')) problems.push('--client-name is empty: give the common name of a certificate');
  return path === '' ? undefined : { path, names };
}
