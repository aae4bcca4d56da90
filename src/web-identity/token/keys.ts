import type { KeyObject } from 'node:crypto';

/** What AWS accepts, and what kube-apiserver signs with (the first of each kind, and ES384 and ES512). */
export const SIGNATURE_ALGORITHMS = ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'] as const;
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

export function isSignatureAlgorithm(value: unknown): value is SignatureAlgorithm {
  return SIGNATURE_ALGORITHMS.some((algorithm) => algorithm === value);
}

/** A public key that has been found fit: its type, size, curve, `use` and `key_ops` are as they must be. */
export interface VerificationKey {
  readonly kid: string;
  /** One where its JWK names it, or its curve leaves no choice; an RSA key without `alg` has three. */
  readonly algorithms: readonly SignatureAlgorithm[];
  readonly key: KeyObject;
  /** Why its private half is easy to find, where it is; follows on "it". */
  readonly weakness?: string;
}

/** What a key source says of a key id. */
export type KeyLookup =
  | { readonly kind: 'found'; readonly key: VerificationKey }
  /** The set is there and has no such key. */
  | { readonly kind: 'unknown-kid' }
  /** The set has it, and it is not fit: too short, of another use, twice in the set, … */
  | { readonly kind: 'unfit'; readonly problem: string }
  /** There is no set: whether the key exists is not known. */
  | { readonly kind: 'unavailable'; readonly trouble: KeyTrouble; readonly problem: string };

/** Why there is no set: whether that may pass, and whether AWS meets it, too. */
export type KeyTrouble =
  /** It may pass by itself: no answer, an overloaded server. */
  | 'passing'
  /** It lies in what the issuer publishes: whoever reads it meets it, until somebody mends that. */
  | 'published'
  /** It lies in how it is read from here, until somebody mends that; AWS may well be able to. */
  | 'local';

/**
 * Where keys come from: the network, the cluster, files, a test. Answers at once where it can, so that a token whose key
 * is at hand waits for nothing. Never rejects.
 */
export interface KeyFinder {
  /** @param issuer one of those that the finder was made for; keys of different issuers never mix */
  find(issuer: string, kid: string): KeyLookup | Promise<KeyLookup>;
  /**
   * Asked where a signature does not fit what `find` gave: an issuer that changes its key may keep the id. Reads the keys
   * anew where that is due, and gives the same key where there is no other. Absent: keys never change.
   */
  findAgain?(issuer: string, kid: string): KeyLookup | Promise<KeyLookup>;
}
