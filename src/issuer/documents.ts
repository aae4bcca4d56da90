/** A public RSA key as kube-apiserver publishes it; `n` and `e` are base64url (RFC 7518 section 6.3.1). */
export interface RsaPublicJwk {
  readonly kty: 'RSA';
  readonly kid: string;
  readonly alg: 'RS256' | 'RS384' | 'RS512';
  readonly n: string;
  readonly e: string;
}

/** A public key on one of the three curves that AWS and kube-apiserver take (RFC 7518 section 6.2.1). */
export interface EcPublicJwk {
  readonly kty: 'EC';
  readonly kid: string;
  readonly alg: 'ES256' | 'ES384' | 'ES512';
  readonly crv: 'P-256' | 'P-384' | 'P-521';
  readonly x: string;
  readonly y: string;
}

/** A key that may be shown to everybody; `use` is always `sig`, so it is not carried along. */
export type PublicJwk = RsaPublicJwk | EcPublicJwk;

export interface DiscoveryFacts {
  /** Exactly as in the claim `iss` of the tokens. */
  readonly issuer: string;
  readonly jwksUri: string;
  /** Those of the JWKS beside it. */
  readonly keys: readonly PublicJwk[];
}

/** The paths of kube-apiserver's two documents, below the issuer. */
export const DISCOVERY_PATH = '/.well-known/openid-configuration';
export const JWKS_PATH = '/openid/v1/jwks';

/** The media types and caching that kube-apiserver answers with. */
export const DISCOVERY_MEDIA_TYPE = 'application/json';
export const JWKS_MEDIA_TYPE = 'application/jwk-set+json';
export const CACHE_CONTROL = 'public, max-age=3600';

/**
 * The JWKS as kube-apiserver writes it, member for member, sorted by key id so that the same keys always make the same
 * bytes. Members are copied one by one: whatever else an object holds does not come along.
 */
export function renderJwks(keys: readonly PublicJwk[]): string {
  return JSON.stringify({ keys: [...keys].sort(byKid).map(toPublished) });
}

/** The discovery document as kube-apiserver writes it. STS wants all five members, and so it has them. */
export function renderDiscovery({ issuer, jwksUri, keys }: DiscoveryFacts): string {
  return JSON.stringify({
    issuer,
    jwks_uri: jwksUri,
    response_types_supported: ['id_token'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: [...new Set(keys.map(({ alg }) => alg))].sort(),
  });
}

function byKid({ kid: left }: PublicJwk, { kid: right }: PublicJwk): number {
  return left < right ? -1 : Number(left > right);
}

function toPublished(jwk: PublicJwk): object {
  const { kty, kid, alg } = jwk;
  // The order in which go-jose writes them.
  return jwk.kty === 'RSA'
    ? { use: 'sig', kty, kid, alg, n: jwk.n, e: jwk.e }
    : { use: 'sig', kty, kid, crv: jwk.crv, alg, x: jwk.x, y: jwk.y };
}
