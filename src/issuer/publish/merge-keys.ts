import { quoteShort } from '../../json/quote.ts';
import type { PublicJwk } from '../documents.ts';
import { toRetirement } from '../rotation.ts';
import type { KeyRecord, KeyTimes } from './key-record.ts';

/** What a publication does with a key, and why. */
export const KEY_FATES = {
  added: 'it is new in the source',
  unchanged: 'it is in the source and published',
  retained: 'it left the source, and tokens that it signed may still live',
  retired: 'it left the source, and the last token that it signed has expired',
  dropped: 'it left the source, and --drop names it',
} as const satisfies Readonly<Record<string, string>>;

export type KeyFate = keyof typeof KEY_FATES;

export interface KeyChange {
  readonly kid: string;
  readonly alg: PublicJwk['alg'];
  readonly fate: KeyFate;
  /** Of a retained key: ms since epoch from when on a publication retires it. */
  readonly retiresAt?: number;
}

export interface MergeInput {
  /** What is published now. */
  readonly published: readonly PublicJwk[];
  /** What the cluster, or the files, have. */
  readonly source: readonly PublicJwk[];
  readonly record: KeyRecord;
  /** Key ids that may go whatever their age. */
  readonly drop: readonly string[];
  /** ms since epoch */
  readonly now: number;
  /** ms: of the longest token that is presented to STS */
  readonly tokenLifetime: number;
}

export type Merge =
  | {
      readonly kind: 'merged';
      readonly keys: readonly PublicJwk[];
      readonly record: KeyRecord;
      /** Sorted by key id. */
      readonly changes: readonly KeyChange[];
    }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

interface Judged {
  readonly jwk: PublicJwk;
  readonly change: KeyChange;
  readonly times: KeyTimes;
}

/**
 * The source's keys, and those published ones that somebody may still hold a token of. A key goes only when it has been
 * missing from the source for the longest token life and a margin, counted from the first publication that missed it:
 * a record that was lost keeps keys longer, never shorter. API servers whose key files differ answer in turn with
 * different sets; a key that comes back is as if it had never been missing.
 */
export function mergeKeys(input: MergeInput): Merge {
  const problems = [...findConflicts(input), ...checkDrops(input)];
  if (problems.length > 0) return { kind: 'refused', problems };
  const inSource = new Set(input.source.map(({ kid }) => kid));
  const absent = input.published.filter(({ kid }) => !inSource.has(kid));
  const judged = [
    ...input.source.map((jwk) => judgePresent(jwk, input)),
    ...absent.map((jwk) => judgeAbsent(jwk, input)),
  ].sort((left, right) => (left.jwk.kid < right.jwk.kid ? -1 : 1));
  const staying = judged.filter(({ change }) => change.fate !== 'retired' && change.fate !== 'dropped');
  return {
    kind: 'merged',
    keys: staying.map(({ jwk }) => jwk),
    record: new Map(staying.map(({ jwk, times }) => [jwk.kid, times])),
    changes: judged.map(({ change }) => change),
  };
}

function judgePresent(jwk: PublicJwk, { published, record, now }: MergeInput): Judged {
  const { kid, alg } = jwk;
  if (!published.some((each) => each.kid === kid)) {
    return { jwk, change: { kid, alg, fate: 'added' }, times: { firstPublished: now } };
  }
  const firstPublished = record.get(kid)?.firstPublished;
  return {
    jwk,
    change: { kid, alg, fate: 'unchanged' },
    times: firstPublished === undefined ? {} : { firstPublished },
  };
}

function judgeAbsent(jwk: PublicJwk, { record, drop, now, tokenLifetime }: MergeInput): Judged {
  const { kid, alg } = jwk;
  const times = record.get(kid) ?? {};
  const absentSince = times.absentSince ?? now;
  const retiresAt = toRetirement(absentSince, tokenLifetime);
  const change = { kid, alg } as const;
  if (drop.includes(kid)) return { jwk, change: { ...change, fate: 'dropped' }, times };
  if (now >= retiresAt) return { jwk, change: { ...change, fate: 'retired' }, times };
  return { jwk, change: { ...change, fate: 'retained', retiresAt }, times: { ...times, absentSince } };
}

/** One key id for two keys: whichever is left out, its tokens are refused. */
function findConflicts({ published, source }: MergeInput): string[] {
  return source.flatMap((jwk) => {
    const other = published.find(({ kid }) => kid === jwk.kid);
    if (other === undefined || toMaterial(other) === toMaterial(jwk)) return [];
    return [
      `key ${quoteShort(jwk.kid)} is published with another value: is this another cluster's place? Correct --to, or give the new key an id of its own`,
    ];
  });
}

function checkDrops({ published, source, drop }: MergeInput): string[] {
  return drop.flatMap((kid) => {
    if (source.some((jwk) => jwk.kid === kid)) {
      return [
        `--drop ${quoteShort(kid)}: the source still has it; take it out of the API servers' key files first`,
      ];
    }
    return published.some((jwk) => jwk.kid === kid)
      ? []
      : [`--drop ${quoteShort(kid)}: no such key is published; leave the flag out`];
  });
}

function toMaterial(jwk: PublicJwk): string {
  return jwk.kty === 'RSA' ? `RSA ${jwk.n} ${jwk.e}` : `${jwk.crv} ${jwk.x} ${jwk.y}`;
}
