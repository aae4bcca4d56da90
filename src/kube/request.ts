import type { RequestOptions } from 'node:https';
import type { ApiAccess } from './access.ts';
import { mayCarryCredentials } from './server-url.ts';

/** What is sent along with a request that is no GET. */
export interface Sending {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly contentType: string;
  /** bytes */
  readonly length: number;
}

/**
 * What goes out for one request. The only place that puts a credential on a request, so the rule for plain http
 * holds for every kind of access: to another machine neither token nor client certificate, nor is a plugin
 * even asked for them.
 * @param path absolute, below the server's base path, with its query
 */
export async function toRequestOptions(
  access: ApiAccess,
  path: string,
  accept: string,
  sending?: Sending,
): Promise<RequestOptions> {
  const url = new URL(access.server);
  const trusted = mayCarryCredentials(access.server);
  // First the header, then the certificate: an exec plugin yields both at once.
  const authorization = trusted ? await access.authorization() : undefined;
  return {
    protocol: url.protocol,
    hostname: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port,
    path: `${url.pathname === '/' ? '' : url.pathname}${path}`,
    method: sending?.method ?? 'GET',
    headers: {
      accept,
      'user-agent': 'iam-bridge',
      ...(sending && { 'content-type': sending.contentType, 'content-length': sending.length }),
      ...(authorization !== undefined && { authorization }),
    },
    ...(url.protocol === 'https:' && toTlsOptions(access)),
  };
}

function toTlsOptions(access: ApiAccess): RequestOptions {
  const { ca, clientCertificate, serverName } = access;
  return {
    rejectUnauthorized: access.skipTlsVerify !== true,
    ...(ca !== undefined && { ca }),
    ...(serverName !== undefined && { servername: serverName }),
    ...(clientCertificate !== undefined && clientCertificate),
  };
}
