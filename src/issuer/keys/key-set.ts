import { quoteShort } from '../../json/quote.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, readMember } from '../../json/record.ts';
import type { KeyLookup, VerificationKey } from '../../web-identity/token/keys.ts';
import { type JwkReading, readJwk } from './jwk.ts';
import { findSecretMaterial } from './secret-material.ts';

/** A JWK Set (RFC 7517 section 5) of which at least one key is fit. */
export interface KeySet {
  readonly kind: 'keys';
  /** In the document's order. */
  readonly keys: readonly VerificationKey[];
  find(kid: string): KeyLookup;
  readonly skipped: readonly KeyProblem[];
}

/** A key that is passed over. */
export interface KeyProblem {
  /** Its place in `keys`, from 0. */
  readonly index: number;
  /** Fit to be shown: clipped and quoted; absent where it has none. */
  readonly kid?: string;
  readonly problem: string;
}

export type KeySetReading =
  | KeySet
  | {
      readonly kind: 'refused';
      readonly problem: string;
      /** Whether AWS may take it all the same: the rule is ours alone. */
      readonly ours?: true;
    };

/** bytes */
export const MAX_KEY_SET_BYTES = 1024 * 1024;
/** AWS takes 100 RSA and 100 EC keys. */
const MAX_KEYS = 200;
const NAMED_PROBLEMS = 3;

/**
 * Reads a JWK Set. Keys that are not fit are passed over and the others kept; a set that shows a private key is refused
 * whole, since whoever has read it may sign, too. Never throws.
 * @param text the document, at most 1 MiB
 */
export function readKeySet(text: string): KeySetReading {
  if (Buffer.byteLength(text) > MAX_KEY_SET_BYTES)
    return { ...refuse('it is larger than 1 MiB'), ours: true };
  const reading = readJson(text);
  if (reading.kind === 'malformed') return refuse(reading.problem);
  if (reading.duplicates[0] !== undefined) {
    const problem = `the member ${quoteShort(reading.duplicates[0])} is there twice: which one counts is not defined`;
    return { ...refuse(problem), ours: true };
  }
  const secret = findSecretMaterial(reading.value);
  if (secret !== undefined) {
    return refuse(
      `it shows ${secret}: whoever has read it can sign tokens; take the document down, replace the key, and publish public members only`,
    );
  }
  const entries = isRecord(reading.value) ? readMember(reading.value, 'keys') : undefined;
  if (!Array.isArray(entries)) return refuse('it has no array "keys" (RFC 7517 section 5)');
  if (entries.length > MAX_KEYS) return refuse(`it has ${entries.length} keys: at most ${MAX_KEYS} are read`);
  return toKeySet(entries.map(readEntry));
}

function refuse(problem: string): Extract<KeySetReading, { readonly kind: 'refused' }> {
  return { kind: 'refused', problem };
}

function readEntry(entry: unknown): JwkReading {
  return isRecord(entry) ? readJwk(entry) : { kind: 'unfit', problem: 'it is no JSON object' };
}

function toKeySet(readings: readonly JwkReading[]): KeySetReading {
  const judged = refuseDuplicates(readings);
  const keys = judged.flatMap((reading) => (reading.kind === 'key' ? [reading.key] : []));
  const skipped = judged.flatMap((reading, index) =>
    reading.kind === 'unfit' ? [toProblem(reading, index)] : [],
  );
  if (keys.length === 0) return refuse(describeNone(skipped));
  const lookups = new Map(judged.flatMap(toLookup));
  return {
    kind: 'keys',
    keys,
    skipped,
    find: (kid) => lookups.get(kid) ?? { kind: 'unknown-kid' },
  };
}

/** Two keys of one kid: taking the first would leave the choice to whoever orders the set, so neither is taken. */
function refuseDuplicates(readings: readonly JwkReading[]): JwkReading[] {
  const seen = new Map<string | undefined, number>();
  for (const reading of readings) seen.set(kidOf(reading), (seen.get(kidOf(reading)) ?? 0) + 1);
  return readings.map((reading) => {
    const kid = kidOf(reading);
    if (kid === undefined || (seen.get(kid) ?? 0) < 2) return reading;
    return { kind: 'unfit', kid, problem: 'its kid is there more than once in the set' };
  });
}

function kidOf(reading: JwkReading): string | undefined {
  return reading.kind === 'key' ? reading.key.kid : reading.kid;
}

function toLookup(reading: JwkReading): (readonly [string, KeyLookup])[] {
  if (reading.kind === 'key') return [[reading.key.kid, { kind: 'found', key: reading.key }]];
  if (reading.kid === undefined) return [];
  return [[reading.kid, { kind: 'unfit', problem: reading.problem }]];
}

function toProblem(
  { kid, problem }: Extract<JwkReading, { readonly kind: 'unfit' }>,
  index: number,
): KeyProblem {
  return { index, ...(kid !== undefined && { kid: quoteShort(kid) }), problem };
}

function describeNone(skipped: readonly KeyProblem[]): string {
  if (skipped.length === 0) return 'it has no keys';
  const named = skipped.slice(0, NAMED_PROBLEMS).map(({ index, problem }) => `key ${index}: ${problem}`);
  const more = skipped.length > NAMED_PROBLEMS ? `; and ${skipped.length - NAMED_PROBLEMS} more` : '';
  return `it has no key that is fit to verify tokens (${named.join('; ')}${more})`;
}
