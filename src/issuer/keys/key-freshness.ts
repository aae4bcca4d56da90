import { type KeySet, readKeySet } from './key-set.ts';
import { type KeyDocuments, KeySourceError } from './key-source.ts';

export interface KeyLimits {
  /** ms. A set is fresh for as long as its source says, within these; `defaultFreshMs` where it says nothing. */
  readonly minFreshMs: number;
  readonly maxFreshMs: number;
  readonly defaultFreshMs: number;
  /** ms beyond that for which the last good set serves on while refreshing fails; 0: not at all. */
  readonly graceMs: number;
  /** ms between an attempt, good or bad, and one that an unknown kid may cause. */
  readonly coolDownMs: number;
}

const MINUTE = 60_000;

export const DEFAULT_KEY_LIMITS: KeyLimits = {
  minFreshMs: MINUTE,
  maxFreshMs: 60 * MINUTE,
  defaultFreshMs: 10 * MINUTE,
  graceMs: 6 * 60 * MINUTE,
  coolDownMs: 30_000,
};

/** From this part of its freshness on a set is renewed, with some spread so that replicas do not ask in step. */
const RENEW_FROM = 0.75;
const RENEW_SPREAD = 0.1;

/** A good set, and how long it is good for. */
export interface HeldSet {
  readonly set: KeySet;
  readonly text: string;
  /** elapsed ms, when the request went out that brought it: it may have been replaced since that very moment */
  readonly since: number;
  readonly freshMs: number;
  /** ms after `since`, from which it is renewed in the background */
  readonly renewMs: number;
}

interface Holding {
  readonly since: number;
  readonly before: HeldSet | undefined;
  readonly limits: KeyLimits;
  readonly random: () => number;
}

/** @throws KeySourceError where the documents hold no good set */
export function toHeldSet(documents: KeyDocuments, { since, before, limits, random }: Holding): HeldSet {
  const { jwks: text, maxAgeMs = limits.defaultFreshMs } = documents;
  const freshMs = Math.min(Math.max(maxAgeMs, limits.minFreshMs), limits.maxFreshMs);
  return {
    set: before?.text === text ? before.set : toKeySet(text),
    text,
    since,
    freshMs,
    renewMs: freshMs * (RENEW_FROM + RENEW_SPREAD * random()),
  };
}

function toKeySet(text: string): KeySet {
  const reading = readKeySet(text);
  if (reading.kind === 'keys') return reading;
  const trouble = reading.ours === true ? 'local' : 'published';
  throw new KeySourceError('key-set', `the key set is refused: ${reading.problem}`, { trouble });
}

/** How many keys of one set the other does not have. */
export function countMissing(set: KeySet, other: KeySet | undefined): number {
  return set.keys.filter(({ kid }) => other?.find(kid).kind !== 'found').length;
}
