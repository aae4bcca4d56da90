/** All odd primes up to 167: with 2 they divide the primorial of every length of key that the library made. */
const PRIMES = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
  109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
] as const;
const GENERATOR = 65_537;

/** 65537^log = the modulus, for a prime; logarithms that differ by a multiple of the order are the same. */
interface DiscreteLog {
  readonly log: number;
  readonly order: number;
}

/**
 * Whether an RSA modulus has the fingerprint of ROCA (CVE-2017-15361): a library made both primes as k·M + 65537^a mod M,
 * M being the product of the first primes, so that the modulus is a power of 65537 modulo each of them, and by one and the
 * same exponent. Such a key can be factored. Of a modulus that is random the chance is less than 2^-150.
 * Source: Nemec, Sys, Svenda, Klinec, Matyas, "The Return of Coppersmith's Attack", ACM CCS 2017, section 3.
 * @param modulus big-endian
 */
export function hasRocaFingerprint(modulus: Uint8Array): boolean {
  const logs: DiscreteLog[] = [];
  for (const prime of PRIMES) {
    const found = findLog(reduce(modulus, prime), prime);
    if (found === undefined || !logs.every((each) => agree(each, found))) return false;
    logs.push(found);
  }
  return true;
}

function reduce(bytes: Uint8Array, prime: number): number {
  let rest = 0;
  for (const byte of bytes) rest = (rest * 256 + byte) % prime;
  return rest;
}

function findLog(residue: number, prime: number): DiscreteLog | undefined {
  let log: number | undefined;
  let power = 1;
  for (let exponent = 0; ; exponent += 1) {
    if (power === residue) log ??= exponent;
    power = (power * GENERATOR) % prime;
    if (power === 1) return log === undefined ? undefined : { log, order: exponent + 1 };
  }
}

/** Chinese remainder theorem: where each pair agrees, there is an exponent for all. */
function agree(left: DiscreteLog, right: DiscreteLog): boolean {
  return (left.log - right.log) % greatestCommonDivisor(left.order, right.order) === 0;
}

function greatestCommonDivisor(left: number, right: number): number {
  return right === 0 ? left : greatestCommonDivisor(right, left % right);
}
