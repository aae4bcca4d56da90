import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { PublicJwk } from '../../issuer/documents.ts';
import { toKubernetesKid, toPublicJwk } from '../../issuer/keys/public-jwk.ts';

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
