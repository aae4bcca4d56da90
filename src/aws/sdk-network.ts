import { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import { createSecureContext } from 'node:tls';
import { createFindProxy, type ProxyVariables } from './find-proxy.ts';
import { createTunnelAgent } from './tunnel-agent.ts';

/** How the AWS SDK's clients reach the network. Times in ms. */
export interface SdkNetwork {
  readonly httpAgent: HttpAgent;
  readonly httpsAgent: HttpsAgent;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
}

export interface SdkNetworkOptions {
  /** PEM; all that are trusted. Absent: those that Node trusts. */
  readonly authorities?: readonly string[];
  /** Where proxies are named; absent: none are used. */
  readonly proxies?: ProxyVariables;
}

/** A person waits for the answer. */
const TIMEOUTS = { connectionTimeout: 5_000, requestTimeout: 15_000 };

/**
 * Certificates are checked whatever NODE_TLS_REJECT_UNAUTHORIZED says: credentials come over these connections. Without TLS
 * there are stand-ins for AWS alone, and Node's own agent goes by `HTTP_PROXY`, from Node 24.5.
 */
export function createSdkNetwork({ authorities, proxies = {} }: SdkNetworkOptions): SdkNetwork {
  const secureContext = authorities && createSecureContext({ ca: [...authorities] });
  const secure = { keepAlive: true, rejectUnauthorized: true, ...(secureContext && { secureContext }) };
  // Node's types do not know of it yet.
  const plain = { keepAlive: true, proxyEnv: proxies };
  return {
    httpAgent: new HttpAgent(plain),
    httpsAgent: createTunnelAgent(secure, createFindProxy(proxies)),
    ...TIMEOUTS,
  };
}
