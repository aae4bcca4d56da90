import {
  checkPrimeSync,
  createHash,
  createPrivateKey,
  createPublicKey,
  type JsonWebKey,
  type KeyObject,
} from 'node:crypto';

/** First primes, of which the product is M; the library took 126 of them for keys of 2048 bits. */
function listPrimes(count: number): bigint[] {
  const primes: bigint[] = [];
  for (let number = 2n; primes.length < count; number += 1n) {
    if (primes.every((prime) => number % prime !== 0n)) primes.push(number);
  }
  return primes;
}

const EXPONENT = 65_537n;
const PRIMORIAL = listPrimes(126).reduce((product, prime) => product * prime, 1n);

/** Bits that look random, and are the same each time. */
export function expand(seed: string, bits: number): bigint {
  const blocks = Array.from({ length: Math.ceil(bits / 256) }, (_, index) =>
    createHash('sha256').update(`${seed} ${index}`).digest('hex'),
  );
  return BigInt(`0x${blocks.join('')}`) & ((1n << BigInt(bits)) - 1n);
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** k·M + 65537^a mod M, whether it is prime or not. */
function toCandidate(seed: string): bigint {
  const root = power(EXPONENT, expand(`${seed} a`, 160), PRIMORIAL);
  // The two highest bits are set, so that the product of two of them has its full length.
  const least = 3n << 1022n;
  const factor = (least - root) / PRIMORIAL + 1n + expand(`${seed} k`, 48);
  return factor * PRIMORIAL + root;
}

/** A modulus of 2048 bits with the fingerprint; nobody knows whether its two halves are prime. */
export function createRocaModulus(seed: string): bigint {
  return toCandidate(`${seed} p`) * toCandidate(`${seed} q`);
}

function findPrime(seed: string): bigint {
  for (let tries = 0; ; tries += 1) {
    const candidate = toCandidate(`${seed} ${tries}`);
    if ((candidate - 1n) % EXPONENT !== 0n && checkPrimeSync(candidate)) return candidate;
  }
}

function invert(value: bigint, modulus: bigint): bigint {
  let [left, right, first, second] = [value % modulus, modulus, 1n, 0n];
  while (left > 1n) {
    const quotient = left / right;
    [left, right] = [right, left % right];
    [first, second] = [second, first - quotient * second];
  }
  return ((first % modulus) + modulus) % modulus;
}

export function toBase64url(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}

export interface RocaPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

let made: RocaPair | undefined;

/** A whole pair, as the library made them, which signs; the same for each call. */
export function useRocaPair(): RocaPair {
  made ??= createPair(findPrime('p'), findPrime('q'));
  return made;
}

function createPair(p: bigint, q: bigint): RocaPair {
  const d = invert(EXPONENT, (p - 1n) * (q - 1n));
  const members = { n: p * q, e: EXPONENT, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: invert(q, p) };
  const jwk: JsonWebKey = {
    kty: 'RSA',
    ...Object.fromEntries(Object.entries(members).map(([name, value]) => [name, toBase64url(value)])),
  };
  return {
    privateKey: createPrivateKey({ key: jwk, format: 'jwk' }),
    publicKey: createPublicKey({ key: { kty: 'RSA', n: jwk.n, e: jwk.e } as JsonWebKey, format: 'jwk' }),
  };
}
