import { generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock } from '../../base/clock.ts';
import type { PublicJwk } from '../../issuer/documents.ts';
import { toKubernetesKid, toPublicJwk } from '../../issuer/keys/public-jwk.ts';

/** The part of the stand-in that signs tokens. */
export interface TokenIssuer {
  /** `--service-account-issuer` */
  readonly issuer: string;
  /** The one that signs first, then those that are still accepted; never empty. */
  keys(): readonly [SigningKey, ...SigningKey[]];
  issue(request: BoundToken): Promise<IssuedToken>;
}

/** A token for a ServiceAccount, bound to a pod of it. */
export interface BoundToken {
  readonly namespace: string;
  readonly serviceAccount: ObjectIdentity;
  readonly pod: ObjectIdentity | undefined;
  /** Empty: the API server's own, which is its issuer. */
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
}

export interface ObjectIdentity {
  readonly name: string;
  readonly uid: string;
}

export interface IssuedToken {
  readonly token: string;
  readonly audiences: readonly string[];
  /** Seconds since the epoch. */
  readonly expiresAt: number;
}

export interface TokenIssuerOptions {
  readonly issuer: string;
  readonly keys: TokenIssuer['keys'];
  readonly clock: Pick<Clock, 'now'>;
}

export function createTokenIssuer({ issuer, keys, clock }: TokenIssuerOptions): TokenIssuer {
  return {
    issuer,
    keys,
    async issue(request) {
      const issuedAt = Math.floor(clock.now() / 1_000);
      const audiences = request.audiences.length === 0 ? [issuer] : request.audiences;
      const expiresAt = issuedAt + request.expirationSeconds;
      const token = await keys()[0].sign(
        toClaims({ ...request, audiences }, { issuer, issuedAt, expiresAt }),
      );
      return { token, audiences, expiresAt };
    },
  };
}

/** The claims of kube-apiserver 1.36, in its order; of a pod without a node, as here, there is no `node`. */
function toClaims(
  { namespace, serviceAccount, pod, audiences }: BoundToken,
  times: { readonly issuer: string; readonly issuedAt: number; readonly expiresAt: number },
): Record<string, unknown> {
  const toIdentity = ({ name, uid }: ObjectIdentity) => ({ name, uid });
  return {
    aud: audiences,
    exp: times.expiresAt,
    iat: times.issuedAt,
    iss: times.issuer,
    jti: randomUUID(),
    'kubernetes.io': {
      namespace,
      ...(pod !== undefined && { pod: toIdentity(pod) }),
      serviceaccount: toIdentity(serviceAccount),
    },
    nbf: times.issuedAt,
    sub: `system:serviceaccount:${namespace}:${serviceAccount.name}`,
  };
}

/** A key that a cluster signs ServiceAccount tokens with. */
export interface SigningKey {
  /** What the world may see of it. */
  readonly jwk: PublicJwk;
  /** A JWS in compact form; its header has `alg` and `kid` and no more, as kube-apiserver writes it. */
  sign(claims: Readonly<Record<string, unknown>>): Promise<string>;
}

/** What kube-apiserver signs with: P-256 unless told. */
export function createSigningKey(algorithm: 'ES256' | 'RS256' = 'ES256'): SigningKey {
  const { privateKey, publicKey } = generatePair(algorithm);
  const kid = toKubernetesKid(publicKey);
  const reading = toPublicJwk(publicKey, kid);
  if (reading.kind !== 'key') throw new Error(reading.problem);
  const header = { alg: algorithm, kid };
  return {
    jwk: reading.jwk,
    sign: (claims) => new SignJWT({ ...claims }).setProtectedHeader(header).sign(privateKey),
  };
}

function generatePair(algorithm: 'ES256' | 'RS256'): Readonly<Record<'privateKey' | 'publicKey', KeyObject>> {
  return algorithm === 'ES256'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2_048 });
}
