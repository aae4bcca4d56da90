import { type CanonicalParts, renderCanonicalQuery, toCanonicalRequest } from './canonical.ts';
import { type Parameter, readParameters } from './percent.ts';
import { type Header, joinHeaders, type SignableRequest } from './request.ts';
import {
  type AccessKey,
  ALGORITHM,
  deriveSigningKey,
  renderScope,
  type SigningContext,
  signCanonicalRequest,
} from './signature.ts';
import { renderTimestamp } from './timestamp.ts';

/** By whom a request is signed, and for what. */
export interface Signing {
  readonly accessKey: AccessKey;
  /** As in the credential scope: `sts`. */
  readonly service: string;
  readonly region: string;
  /** ms since epoch */
  readonly now: number;
}

/**
 * Signs a request in its Authorization header. All headers of the request are signed, so it is given neither what proxies
 * change nor a date or session token.
 * @param request with its `host`
 * @returns the headers to send beside those of the request
 * @throws Error where the request has no host, or its path or query cannot be decoded
 */
export function signRequest(request: SignableRequest, signing: Signing): Header[] {
  const { accessKey } = signing;
  const { timestamp, credential, context } = toContext(signing);
  const added: Header[] = [['x-amz-date', timestamp]];
  if (accessKey.sessionToken !== undefined) added.push(['x-amz-security-token', accessKey.sessionToken]);
  const parts = toParts({ ...request, headers: [...request.headers, ...added] }, signing.service);
  const signature = sign(parts, context);
  const names = parts.signedHeaders.join(';');
  const authorization = `${ALGORITHM} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`;
  return [...added, ['authorization', authorization]];
}

/**
 * Signs a request in its query, for whoever is handed the URL. All headers of the request are signed, and have to be sent
 * with it; the host is in the URL.
 * @param request with its `host`, and without parameters of a signature
 * @param expires seconds; STS takes a URL for 15 minutes whatever it says
 * @returns `https://<host><path>?<query>`, canonically encoded and sorted, the signature last
 * @throws as {@link signRequest}
 */
export function presignUrl(request: SignableRequest, signing: Signing, expires: number): string {
  const { accessKey, service } = signing;
  const { timestamp, credential, context } = toContext(signing);
  const own = toParts(request, service);
  const parameters: Parameter[] = [
    ...own.parameters,
    ['X-Amz-Algorithm', ALGORITHM],
    ['X-Amz-Credential', credential],
    ['X-Amz-Date', timestamp],
    ['X-Amz-Expires', String(expires)],
    ['X-Amz-SignedHeaders', own.signedHeaders.join(';')],
  ];
  if (accessKey.sessionToken !== undefined) parameters.push(['X-Amz-Security-Token', accessKey.sessionToken]);
  const signature = sign({ ...own, parameters }, context);
  const query = renderCanonicalQuery(parameters);
  return `https://${own.headers.get('host')}${request.path}?${query}&X-Amz-Signature=${signature}`;
}

function toContext({ accessKey, service, region, now }: Signing) {
  const timestamp = renderTimestamp(now);
  const scope = { day: timestamp.slice(0, 8), region, service };
  const context = { key: deriveSigningKey(accessKey.secretAccessKey, scope), timestamp, scope };
  return { timestamp, credential: `${accessKey.accessKeyId}/${renderScope(scope)}`, context };
}

function toParts(request: SignableRequest, service: string): CanonicalParts {
  const { method, path, payloadHash, query } = request;
  const headers = joinHeaders(request.headers);
  if (!headers.has('host')) throw new Error('a request cannot be signed without its host');
  const parameters = readParameters(query);
  if (parameters === undefined) throw new Error('a query that cannot be decoded cannot be signed');
  const signedHeaders = [...headers.keys()].sort();
  return { method, path, payloadHash, service, parameters, headers, signedHeaders };
}

function sign(parts: CanonicalParts, context: SigningContext): string {
  const canonical = toCanonicalRequest(parts);
  if (canonical === undefined) throw new Error('a path that cannot be decoded cannot be signed');
  return signCanonicalRequest(canonical, context);
}
