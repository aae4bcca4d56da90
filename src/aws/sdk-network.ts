import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

/** How the AWS SDK's clients reach the network. Times in ms. */
export interface SdkNetwork {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
}

export interface SdkNetworkOptions {
  /** PEM; trusted beside those that Node trusts. */
  readonly authorities?: readonly string[];
  /** Where `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` stand; Nodes before 24.5 know of no proxies. */
  readonly proxies?: NodeJS.ProcessEnv;
}

/** A person waits for the answer. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 15_000 };

/** Certificates are checked whatever NODE_TLS_REJECT_UNAUTHORIZED says: credentials come over these connections. */
export function createSdkNetwork({ authorities, proxies }: SdkNetworkOptions): SdkNetwork {
  const shared = { keepAlive: true, ...(proxies !== undefined && { proxyEnv: proxies }) };
  return {
    httpAgent: new HttpAgent(shared),
    httpsAgent: new HttpsAgent({
      ...shared,
      rejectUnauthorized: true,
      ...(authorities !== undefined && { ca: [...authorities] }),
    }),
    ...TIMEOUTS,
  };
}
