import type { ApiAccess } from './access.ts';
import { isPlainHttp, parseServerUrl } from './server-url.ts';

/**
 * Access by address alone, outside a cluster and without a kubeconfig: no credential, the public roots.
 * @throws Error where `server` is no http or https address
 */
export function createDirectAccess(server: string): ApiAccess {
  const address = parseServerUrl(server, '--kube-api');
  const way = isPlainHttp(address) ? ' is plain http' : '';
  return {
    server: address,
    authorization: async () => undefined,
    notes: [
      `${address}${way}: without a kubeconfig there are no credentials to send; redirects are not followed`,
    ],
  };
}
