/** How to reach an API server: where, whom to trust, as whom. */
export interface ApiAccess {
  /** `https://10.0.0.1:443`, possibly with a base path; no trailing slash. */
  readonly server: string;
  /** PEM; absent: the public roots. Read again for each request, after `authorization`, since authorities are rotated. */
  readonly ca?: string | undefined;
  /** PEM. Read again for each request, since an exec plugin may renew it. */
  readonly clientCertificate?: ClientCertificate | undefined;
  /** The name that the server's certificate must carry, where it is not the host of the URL. */
  readonly serverName?: string | undefined;
  readonly skipTlsVerify?: boolean | undefined;
  /**
   * The Authorization header for the next request, or undefined; reads rotated tokens again.
   * @throws Error where a token file or an exec plugin has nothing to offer
   */
  authorization(): Promise<string | undefined>;
  /**
   * The server answered 401, or showed a certificate that is not trusted: what is cached of credential and authorities is
   * not to be relied on any more.
   */
  refused?(): void;
  /** The namespace of the caller, where known. */
  readonly namespace?: string | undefined;
  /** Sentences that the command logs once at start. */
  readonly notes: readonly string[];
}

export interface ClientCertificate {
  /** PEM, with intermediates if any */
  readonly cert: string;
  /** PEM */
  readonly key: string;
}

/** The same access at another address. By its own means: a spread would freeze what is read again for each request. */
export function toAccessAt(
  access: ApiAccess,
  changes: Pick<ApiAccess, 'server'> & Partial<Pick<ApiAccess, 'serverName' | 'notes'>>,
): ApiAccess {
  return {
    ...access,
    ...changes,
    get ca() {
      return access.ca;
    },
    get clientCertificate() {
      return access.clientCertificate;
    },
  };
}
