import { ExplainedError } from '../base/errors.ts';
import { isLoopbackHost } from '../base/names/loopback-host.ts';

/**
 * Reads the address of an API server: `https://host:6443`, with a base path if need be. Without a scheme it
 * is taken as plain http, as client-go does for `--kube-api 127.0.0.1:8080`.
 * @param source the name of the flag or file that it comes from, for the error
 * @returns normalised, without trailing slash
 * @throws Error naming `source` and what is wrong
 */
export function parseServerUrl(text: string, source: string): string {
  const url = toUrl(text);
  if (url === undefined) {
    throw new ExplainedError(
      `${source}: not the address of an API server; write https://HOST:PORT or http://HOST:PORT`,
    );
  }
  if (url.username !== '' || url.password !== '') {
    throw new ExplainedError(
      `${source}: the address carries a user name or password; put credentials into a kubeconfig`,
    );
  }
  if (url.search !== '' || url.hash !== '') {
    throw new ExplainedError(`${source}: the address has a query or fragment; leave it out`);
  }
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

function toUrl(text: string): URL | undefined {
  // WHATWG URL drops tabs and line breaks, takes \ for / and folds letters of other scripts; none of that
  // gets that far.
  if (!/^[\x21-\x5b\x5d-\x7e]+$/.test(text)) return undefined;
  const full = text.includes('://') ? text : `http://${text}`;
  if (!/^https?:\/\/[^/]/i.test(full)) return undefined;
  return URL.canParse(full) ? new URL(full) : undefined;
}

export function isPlainHttp(server: string): boolean {
  return server.startsWith('http:');
}

/**
 * Whether a credential may travel to this server: over TLS always, in clear text only within this machine.
 * @param server as `parseServerUrl` returns it
 */
export function mayCarryCredentials(server: string): boolean {
  return !isPlainHttp(server) || isLoopbackHost(new URL(server).hostname);
}

/** What is worth saying once about the way to this server. */
export function renderServerNotes(server: string, skipTlsVerify: boolean): string[] {
  if (isPlainHttp(server)) {
    return [
      mayCarryCredentials(server)
        ? `${server} is plain http on this machine: credentials are sent unencrypted; redirects are not followed`
        : `${server} is plain http: no credential is sent to it; redirects are not followed`,
    ];
  }
  if (skipTlsVerify) {
    return [`the certificate of ${server} is not verified, since insecure-skip-tls-verify is set`];
  }
  return [];
}
