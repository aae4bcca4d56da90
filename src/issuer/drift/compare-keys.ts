import { quoteShort } from '../../json/quote.ts';
import type { VerificationKey } from '../../web-identity/token/keys.ts';
import type { KeySet } from '../keys/key-set.ts';
import { toKubernetesKid } from '../keys/public-jwk.ts';
import { type DriftFinding, toFinding } from './findings.ts';

/** Where the keys of both sides stand, by key id. */
export interface KeyComparison {
  readonly same: readonly string[];
  /** Of the cluster, and not public. */
  readonly missing: readonly string[];
  /** The same key id for another key. */
  readonly different: readonly string[];
  /** Public, and not of the cluster. */
  readonly onlyPublic: readonly string[];
}

export function compareKeys(cluster: KeySet, published: KeySet): KeyComparison {
  const inCluster = toFingerprints(cluster.keys);
  const inPublic = toFingerprints(published.keys);
  const kids = [...inCluster.keys()];
  const shared = kids.filter((kid) => inPublic.has(kid));
  return {
    same: shared.filter((kid) => inPublic.get(kid) === inCluster.get(kid)),
    different: shared.filter((kid) => inPublic.get(kid) !== inCluster.get(kid)),
    missing: kids.filter((kid) => !inPublic.has(kid)),
    onlyPublic: [...inPublic.keys()].filter((kid) => !inCluster.has(kid)),
  };
}

/** A key is what its SubjectPublicKeyInfo is, whatever it is called. */
function toFingerprints(keys: readonly VerificationKey[]): ReadonlyMap<string, string> {
  return new Map(keys.map(({ kid, key }) => [kid, toKubernetesKid(key)]));
}

/**
 * @param signing the key id that the cluster signs with, where a token of it has shown that
 * @param where the URL of the public keys
 */
export function describeComparison(
  { same, missing, different, onlyPublic }: KeyComparison,
  signing: string | undefined,
  where: string,
): DriftFinding[] {
  // Where none of the cluster's keys is public, the one that it signs with is not either.
  const signingMissing =
    signing === undefined ? same.length === 0 && missing.length > 0 : isMissing(signing, same, different);
  const others = missing.filter((kid) => kid !== signing);
  return [
    ...(signingMissing ? [toFinding('signing-key-missing', where, describeSigning(signing))] : []),
    ...(others.length > 0 && !(signingMissing && signing === undefined)
      ? [toFinding('key-missing', where, `not public: ${list(others)}`)]
      : []),
    ...(different.length > 0
      ? [toFinding('key-differs', where, `public with other numbers: ${list(different)}`)]
      : []),
    ...(onlyPublic.length > 0
      ? [toFinding('key-only-public', where, `public, and unknown to the cluster: ${list(onlyPublic)}`)]
      : []),
  ];
}

function isMissing(kid: string, same: readonly string[], different: readonly string[]): boolean {
  return !same.includes(kid) && !different.includes(kid);
}

function describeSigning(signing: string | undefined): string {
  return signing === undefined
    ? 'none of the keys of the cluster is public'
    : `the cluster signs with key ${quoteShort(signing)}, which is not public`;
}

const NAMED = 5;

function list(kids: readonly string[]): string {
  const more = kids.length > NAMED ? ` and ${kids.length - NAMED} more` : '';
  return `${kids.slice(0, NAMED).map(quoteShort).join(', ')}${more}`;
}
