import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto';
import { decodeBase64url } from '../../base/names/base64url.ts';
import { quoteShort } from '../../json/quote.ts';
import { type JsonRecord, readMember } from '../../json/record.ts';
import type { SignatureAlgorithm, VerificationKey } from '../../web-identity/token/keys.ts';
import { findWeakness } from './weak-key.ts';

export type JwkReading =
  | { readonly kind: 'key'; readonly key: VerificationKey }
  /** `kid` where it has a usable one: tokens that name it are then told why. */
  | { readonly kind: 'unfit'; readonly kid?: string; readonly problem: string };

const RSA_ALGORITHMS: readonly SignatureAlgorithm[] = ['RS256', 'RS384', 'RS512'];

/** RFC 7518 sections 3.4 and 6.2.1: a curve fixes the algorithm and the size of a coordinate, in bytes. */
const CURVES: ReadonlyMap<unknown, { readonly algorithm: SignatureAlgorithm; readonly size: number }> =
  new Map([
    ['P-256', { algorithm: 'ES256', size: 32 }],
    ['P-384', { algorithm: 'ES384', size: 48 }],
    ['P-521', { algorithm: 'ES512', size: 66 }],
  ]);

/** bits. RFC 7518 section 3.3 sets the lower bound; verifying with keys beyond the upper one costs too much. */
const RSA_MIN_BITS = 2048;
const RSA_MAX_BITS = 8192;

/**
 * Judges one entry of a JWK Set (RFC 7517 section 4): whether it may verify tokens, and by which algorithms.
 * Never throws. Only public members reach the key that it builds.
 */
export function readJwk(jwk: JsonRecord): JwkReading {
  const kid = readMember(jwk, 'kid');
  if (kid === undefined) return unfit('it has no kid: keys are selected by kid alone');
  if (typeof kid !== 'string' || !/^[\x20-\x7e]{1,256}$/.test(kid)) {
    return unfit('its kid is not a string of 1 to 256 printable ASCII characters');
  }
  const problem = checkPurpose(jwk);
  if (problem !== undefined) return unfit(problem, kid);
  const material = readMaterial(jwk);
  if (typeof material === 'string') return unfit(material, kid);
  const algorithms = decideAlgorithms(jwk, material.algorithms);
  if (typeof algorithms === 'string') return unfit(algorithms, kid);
  const key = toKeyObject(material.jwk);
  if (key === undefined) return unfit(`its ${material.jwk.kty} members do not make a public key`, kid);
  const { weakness } = material;
  return { kind: 'key', key: { kid, algorithms, key, ...(weakness !== undefined && { weakness }) } };
}

function unfit(problem: string, kid?: string): JwkReading {
  return { kind: 'unfit', ...(kid !== undefined && { kid }), problem };
}

function checkPurpose(jwk: JsonRecord): string | undefined {
  const use = readMember(jwk, 'use');
  if (use !== undefined && use !== 'sig') return 'its use is not "sig"';
  const operations = readMember(jwk, 'key_ops');
  if (operations === undefined) return undefined;
  if (!Array.isArray(operations) || !operations.includes('verify')) return 'its key_ops lack "verify"';
  // RFC 7517 section 4.3 forbids it.
  return new Set(operations).size < operations.length ? 'its key_ops name an operation twice' : undefined;
}

interface Material {
  /** Public members only, checked. */
  readonly jwk: JsonWebKey;
  /** All that this kind of key can verify. */
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly weakness?: string | undefined;
}

function readMaterial(jwk: JsonRecord): Material | string {
  const kty = readMember(jwk, 'kty');
  if (kty === 'RSA') return readRsa(jwk);
  if (kty === 'EC') return readEc(jwk);
  if (typeof kty !== 'string') return 'its kty is missing or no string';
  return `its kty ${quoteShort(kty)} is one that AWS does not accept: RSA or EC`;
}

function readRsa(jwk: JsonRecord): Material | string {
  const n = readUnsigned(jwk, 'n');
  if (typeof n === 'string') return n;
  const e = readUnsigned(jwk, 'e');
  if (typeof e === 'string') return e;
  const bits = countBits(n);
  if (bits < RSA_MIN_BITS) return `its RSA modulus has ${bits} bits: at least ${RSA_MIN_BITS} are needed`;
  if (bits > RSA_MAX_BITS) return `its RSA modulus has ${bits} bits: at most ${RSA_MAX_BITS} are allowed`;
  if (!isOdd(n)) return 'its RSA modulus is even';
  // With e = 1 a signature is the padded digest itself: anybody can write it.
  if (e.length > 4 || !isOdd(e) || (e.length === 1 && e[0] === 1)) {
    return 'its RSA exponent is not an odd number from 3 to 2^32: 65537 is usual';
  }
  return {
    jwk: { kty: 'RSA', n: n.toString('base64url'), e: e.toString('base64url') },
    algorithms: RSA_ALGORITHMS,
    weakness: findWeakness(n),
  };
}

/** RFC 7518 section 2, Base64urlUInt: big-endian, no more bytes than needed. */
function readUnsigned(jwk: JsonRecord, name: string): Buffer | string {
  const bytes = readBytes(jwk, name);
  if (typeof bytes === 'string') return bytes;
  return bytes[0] === 0 ? `its ${name} begins with a zero byte (RFC 7518 section 6.3.1)` : bytes;
}

function readEc(jwk: JsonRecord): Material | string {
  const crv = readMember(jwk, 'crv');
  const curve = CURVES.get(crv);
  if (curve === undefined) return 'its crv is none of P-256, P-384, P-521';
  const x = readCoordinate(jwk, 'x', curve.size);
  if (typeof x === 'string') return x;
  const y = readCoordinate(jwk, 'y', curve.size);
  if (typeof y === 'string') return y;
  const point = { x: x.toString('base64url'), y: y.toString('base64url') };
  return { jwk: { kty: 'EC', crv: String(crv), ...point }, algorithms: [curve.algorithm] };
}

function readCoordinate(jwk: JsonRecord, name: string, size: number): Buffer | string {
  const bytes = readBytes(jwk, name);
  if (typeof bytes === 'string' || bytes.length === size) return bytes;
  return `its ${name} has ${bytes.length} bytes: ${size} on this curve (RFC 7518 section 6.2.1)`;
}

function readBytes(jwk: JsonRecord, name: string): Buffer | string {
  const text = readMember(jwk, name);
  if (typeof text !== 'string' || text === '') return `its ${name} is missing or no string`;
  return decodeBase64url(text) ?? `its ${name} is not canonical base64url`;
}

function countBits(bytes: Buffer): number {
  return bytes.length * 8 - (Math.clz32(bytes[0] ?? 0) - 24);
}

function isOdd(bytes: Buffer): boolean {
  return ((bytes.at(-1) ?? 0) & 1) === 1;
}

function decideAlgorithms(
  jwk: JsonRecord,
  possible: readonly SignatureAlgorithm[],
): readonly SignatureAlgorithm[] | string {
  const alg = readMember(jwk, 'alg');
  if (alg === undefined) return possible;
  const named = possible.filter((algorithm) => algorithm === alg);
  if (named.length > 0) return named;
  return `its alg is not ${possible.join(', ')}: no other is accepted for a key of its kind`;
}

function toKeyObject(jwk: JsonWebKey): KeyObject | undefined {
  try {
    // Refuses a point that is not on its curve.
    return createPublicKey({ key: jwk, format: 'jwk' });
  } catch {
    return undefined;
  }
}
