import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import type { VerifyOptions } from '../../../src/web-identity/token/examination.ts';
import type { KeyFinder, KeyLookup, SignatureAlgorithm } from '../../../src/web-identity/token/keys.ts';

/** Wednesday, 2026-03-18T12:00:00Z; seconds since epoch. */
export const NOW = 1_773_835_200;
export const ISSUER = 'https://oidc.example/id/A';
export const AUDIENCE = 'sts.amazonaws.com';
export const SUBJECT = 'system:serviceaccount:demo:s3-echoer';

/** Signs by hand with node:crypto, so that nothing under test makes what it is tested with. */
export interface Signer {
  readonly kid: string;
  readonly alg: SignatureAlgorithm;
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const CURVES = { ES256: 'P-256', ES384: 'P-384', ES512: 'P-521' } as const;

export function createSigner(kid: string, alg: SignatureAlgorithm): Signer {
  const pair = alg.startsWith('RS')
    ? generateKeyPairSync('rsa', { modulusLength: 2048 })
    : generateKeyPairSync('ec', { namedCurve: CURVES[alg as keyof typeof CURVES] });
  return { kid, alg, ...pair };
}

export const rsa = createSigner('rsa-1', 'RS256');
export const ec = createSigner('ec-1', 'ES256');

export function encode(value: unknown): string {
  const bytes = Buffer.isBuffer(value) || typeof value === 'string' ? value : JSON.stringify(value);
  return Buffer.from(bytes).toString('base64url');
}

/** The signature over two parts as they are, whatever they are. */
export function signParts(header: string, payload: string, signer: Signer = ec): string {
  const hash = `sha${signer.alg.slice(2)}`;
  const key = { key: signer.privateKey, dsaEncoding: 'ieee-p1363' } as const;
  return `${header}.${payload}.${sign(hash, Buffer.from(`${header}.${payload}`), key).toString('base64url')}`;
}

export const CLAIMS = {
  iss: ISSUER,
  sub: SUBJECT,
  aud: [AUDIENCE],
  exp: NOW + 3600,
  iat: NOW - 60,
  nbf: NOW - 60,
  jti: '5f2b6c4e-6c8e-4a37-9a0e-0d7c3f1b2a90',
  'kubernetes.io': {
    namespace: 'demo',
    serviceaccount: { name: 's3-echoer', uid: 'b6a0d1f0-64b9-4a55-8d4e-3b1f8f0a7c11' },
    pod: { name: 's3-echoer-x7k2p', uid: '0a7b0d57-7a4a-4a6e-8a67-52f0a3d7f0aa' },
    node: { name: 'node-1', uid: '9c1c8f5e-2b17-4f65-9f37-1f3f2f6f4d3e' },
    warnafter: NOW + 3000,
  },
};

/** Members to set; undefined takes one away. */
export type Changes = Readonly<Record<string, unknown>>;

export interface TokenParts {
  readonly header?: Changes;
  readonly claims?: Changes;
  readonly signer?: Signer;
}

/** A good token, but for the changes; signed over them. */
export function createToken({ header, claims, signer = ec }: TokenParts = {}): string {
  const fullHeader = { alg: signer.alg, kid: signer.kid, typ: 'JWT', ...header };
  return signParts(encode(fullHeader), encode({ ...CLAIMS, ...claims }), signer);
}

/** Keys by issuer and kid; what it was asked is noted. */
export function createKeys(signers: readonly Signer[] = [rsa, ec]): KeyFinder & { readonly asked: string[] } {
  const asked: string[] = [];
  const find = (issuer: string, kid: string): KeyLookup => {
    asked.push(`${issuer} ${kid}`);
    const signer = signers.find((one) => one.kid === kid);
    if (signer === undefined || issuer !== ISSUER) return { kind: 'unknown-kid' };
    return { kind: 'found', key: { kid, algorithms: [signer.alg], key: signer.publicKey } };
  };
  return { find, asked };
}

export function createOptions(changes: Partial<VerifyOptions> = {}): VerifyOptions {
  return {
    issuers: [ISSUER],
    audiences: [AUDIENCE],
    now: NOW * 1000,
    keys: createKeys(),
    profile: 'strict',
    ...changes,
  };
}
