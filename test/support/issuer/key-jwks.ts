import { generateKeyPairSync, type JsonWebKey } from 'node:crypto';

export type Jwk = JsonWebKey & { kid?: string; alg?: string; use?: string; key_ops?: string[] };

/** A pair as JWKs, made when asked for; nothing of it is ever written down. */
export interface JwkPair {
  readonly publicJwk: Jwk;
  readonly privateJwk: Jwk;
}

const made = new Map<string, JwkPair>();

/** A new P-256 key: the cheapest that is fit. */
export function createEcJwk(kid: string, namedCurve = 'P-256'): Jwk {
  return { ...toPair(generateKeyPairSync('ec', { namedCurve })).publicJwk, kid };
}

/** An RSA pair of this size; the same for each call, since making one takes long. */
export function useRsaPair(modulusLength: number, publicExponent = 65_537): JwkPair {
  const name = `${modulusLength} ${publicExponent}`;
  const pair = made.get(name) ?? toPair(generateKeyPairSync('rsa', { modulusLength, publicExponent }));
  made.set(name, pair);
  return pair;
}

export function createEcPair(namedCurve = 'P-256'): JwkPair {
  return toPair(generateKeyPairSync('ec', { namedCurve }));
}

function toPair(pair: ReturnType<typeof generateKeyPairSync>): JwkPair {
  return {
    publicJwk: pair.publicKey.export({ format: 'jwk' }),
    privateJwk: pair.privateKey.export({ format: 'jwk' }),
  };
}

export function toSet(...keys: readonly unknown[]): string {
  return JSON.stringify({ keys });
}
