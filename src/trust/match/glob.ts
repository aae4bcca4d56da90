import { getOrAdd } from '../../base/get-or-add.ts';

/** `*`: any number of characters. */
const ANY = 0;
/** `?`: exactly one. */
const ONE = 1;

/** A character as it is, or a wildcard. */
export type GlobToken = string | typeof ANY | typeof ONE;

/** Reads `*` and `?` as wildcards; IAM knows no escape but the variables `${*}` and `${?}`. */
export function toGlob(text: string): GlobToken[] {
  return Array.from(text, (character) => {
    if (character === '*') return ANY;
    return character === '?' ? ONE : character;
  });
}

/** Whether the whole text is of the pattern's form. `*` takes colons and slashes, too, as it does for IAM. */
export function matchGlob(glob: readonly GlobToken[], text: string): boolean {
  return runGlob(glob, text).matches;
}

/**
 * All ways to match at once, one bit for each number of characters that the pattern has matched so far (the algorithm
 * Shift-And). Backtracking, or a regular expression, would take `*a*a*a*b` for an invitation.
 * @returns `steps`: at most one for every character of the text and every 32 of the pattern
 */
export function runGlob(
  glob: readonly GlobToken[],
  text: string,
): { readonly matches: boolean; readonly steps: number } {
  const { length, words, stays, accepts, none } = compile(glob);
  let reached = new Uint32Array(words);
  reached[0] = 1;
  let steps = 0;
  for (const character of text) {
    const accepted = accepts.get(character) ?? none;
    const next = new Uint32Array(words);
    let carry = 0;
    let alive = 0;
    for (let word = 0; word < words; word += 1) {
      const was = reached[word] ?? 0;
      const moved = was & (accepted[word] ?? 0);
      const now = ((moved << 1) | carry | (was & (stays[word] ?? 0))) >>> 0;
      next[word] = now;
      carry = moved >>> 31;
      alive |= now;
    }
    steps += words;
    if (alive === 0) return { matches: false, steps };
    reached = next;
  }
  return { matches: ((reached[length >>> 5] ?? 0) & (1 << (length & 31))) !== 0, steps };
}

/**
 * ArnEquals and ArnLike, which do the same: each of the six parts by itself, so that a `*` in the account does not reach
 * into the resource (IAM user guide, "ARN condition operators").
 */
export function matchArn(pattern: readonly GlobToken[], actual: string): boolean {
  const parts = actual.split(':');
  const globs = splitGlob(pattern);
  if (parts.length < 6 || parts[0] !== 'arn' || globs.length !== 6) return false;
  const six = [...parts.slice(0, 5), parts.slice(5).join(':')];
  return globs.every((glob, index) => matchGlob(glob, six[index] ?? ''));
}

/** At the first five colons; all further ones belong to the resource. */
function splitGlob(pattern: readonly GlobToken[]): GlobToken[][] {
  const parts: GlobToken[][] = [[]];
  for (const token of pattern) {
    if (token === ':' && parts.length < 6) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
}

interface CompiledGlob {
  /** Characters of the pattern, `*` not counted. */
  readonly length: number;
  readonly words: number;
  /** Bit i: a `*` follows the first i characters, so that any character leaves all as it is. */
  readonly stays: Uint32Array;
  /** Bit i: the character may be the pattern's next after i. */
  readonly accepts: ReadonlyMap<string, Uint32Array>;
  /** The same for characters that the pattern does not name: `?` takes them. */
  readonly none: Uint32Array;
}

function compile(glob: readonly GlobToken[]): CompiledGlob {
  const characters = glob.filter((token) => token !== ANY);
  const words = (characters.length >>> 5) + 1;
  const stays = new Uint32Array(words);
  const none = new Uint32Array(words);
  const accepts = new Map<string, Uint32Array>();
  let at = 0;
  for (const token of glob) {
    if (token === ANY) setBit(stays, at);
    else if (token === ONE) setBit(none, at);
    else
      setBit(
        getOrAdd(accepts, token, () => new Uint32Array(words)),
        at,
      );
    if (token !== ANY) at += 1;
  }
  for (const mask of accepts.values()) {
    for (let word = 0; word < words; word += 1) mask[word] = (mask[word] ?? 0) | (none[word] ?? 0);
  }
  return { length: characters.length, words, stays, accepts, none };
}

function setBit(mask: Uint32Array, at: number): void {
  mask[at >>> 5] = (mask[at >>> 5] ?? 0) | (1 << (at & 31));
}
