import { createHash, type KeyObject } from 'node:crypto';
import type { SignatureAlgorithm, VerificationKey } from '../../web-identity/token/keys.ts';
import type { EcPublicJwk, PublicJwk, RsaPublicJwk } from '../documents.ts';
import { readKeySet } from './key-set.ts';

export type PublicJwkReading =
  | { readonly kind: 'key'; readonly jwk: PublicJwk }
  /** What is wrong with the key, and the remedy. */
  | { readonly kind: 'unfit'; readonly problem: string };

/** What jose and every current verifier ask for (RFC 7518 section 3.3). */
const MIN_RSA_BITS = 2048;

const CURVES = {
  prime256v1: { crv: 'P-256', alg: 'ES256' },
  secp384r1: { crv: 'P-384', alg: 'ES384' },
  secp521r1: { crv: 'P-521', alg: 'ES512' },
} as const satisfies Readonly<Record<string, Pick<EcPublicJwk, 'crv' | 'alg'>>>;

const REMEDY = 'make an RSA key of 2048 bits or a P-256 key with `iam-bridge keys generate`';

/**
 * A public key as kube-apiserver would publish it: RS256 for RSA, and the one algorithm of its curve for EC.
 * @param publicKey of type `public`; a private one is refused, whatever its caller believed it to be
 * @param rsaAlgorithm what the key is published for already, where that is not RS256
 */
export function toPublicJwk(
  publicKey: KeyObject,
  kid: string,
  rsaAlgorithm: RsaPublicJwk['alg'] = 'RS256',
): PublicJwkReading {
  if (publicKey.type !== 'public') return unfit('it is no public key');
  switch (publicKey.asymmetricKeyType) {
    case 'rsa':
      return toRsaJwk(publicKey, kid, rsaAlgorithm);
    case 'ec':
      return toEcJwk(publicKey, kid);
    default:
      return unfit(`a key of type ${publicKey.asymmetricKeyType} signs no token that AWS takes`);
  }
}

function toRsaJwk(publicKey: KeyObject, kid: string, alg: RsaPublicJwk['alg']): PublicJwkReading {
  const bits = publicKey.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < MIN_RSA_BITS) return unfit(`an RSA key of ${bits} bits is too short`);
  const { n = '', e = '' } = publicKey.export({ format: 'jwk' });
  return { kind: 'key', jwk: { kty: 'RSA', kid, alg, n, e } };
}

function toEcJwk(publicKey: KeyObject, kid: string): PublicJwkReading {
  const curve = publicKey.asymmetricKeyDetails?.namedCurve ?? '';
  if (!isKnownCurve(curve)) {
    return unfit(`neither AWS nor kube-apiserver takes a key on the curve ${curve || 'without a name'}`);
  }
  const { x = '', y = '' } = publicKey.export({ format: 'jwk' });
  return { kind: 'key', jwk: { kty: 'EC', kid, ...CURVES[curve], x, y } };
}

function isKnownCurve(curve: string): curve is keyof typeof CURVES {
  return Object.hasOwn(CURVES, curve);
}

function unfit(what: string): PublicJwkReading {
  return { kind: 'unfit', problem: `${what}; ${REMEDY}` };
}

/**
 * The key id that kube-apiserver gives a public key: SHA-256 over its DER SubjectPublicKeyInfo, base64url without padding,
 * 43 characters (Kubernetes `pkg/serviceaccount/jwt.go`, `keyIDFromPublicKey`).
 */
export function toKubernetesKid(publicKey: KeyObject): string {
  const info = publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(info).digest('base64url');
}

export type PublicSetReading =
  | {
      readonly kind: 'keys';
      readonly keys: readonly PublicJwk[];
      /** Keys that no verifier would take, one sentence each. */
      readonly skipped: readonly string[];
    }
  | { readonly kind: 'refused'; readonly problem: string };

/** The public keys of a JWK Set, each under the key id that the set gives it. Never throws. */
export function readPublicSet(text: string): PublicSetReading {
  const set = readKeySet(text);
  if (set.kind === 'refused') return set;
  const skipped = set.skipped.map(({ index, kid, problem }) => `key ${kid ?? index} is not fit: ${problem}`);
  const readings = set.keys.map((key) => toPublicJwk(key.key, key.kid, findRsaAlgorithm(key)));
  return {
    kind: 'keys',
    keys: readings.flatMap((reading) => (reading.kind === 'key' ? [reading.jwk] : [])),
    skipped: [
      ...skipped,
      ...readings.flatMap((reading) => (reading.kind === 'unfit' ? [reading.problem] : [])),
    ],
  };
}

/** RS256 where the set leaves it open: kube-apiserver signs with nothing else. */
function findRsaAlgorithm({ algorithms }: VerificationKey): RsaPublicJwk['alg'] {
  const [only, ...more] = algorithms;
  return only !== undefined && more.length === 0 && isRsaAlgorithm(only) ? only : 'RS256';
}

function isRsaAlgorithm(algorithm: SignatureAlgorithm): algorithm is RsaPublicJwk['alg'] {
  return algorithm.startsWith('RS');
}
