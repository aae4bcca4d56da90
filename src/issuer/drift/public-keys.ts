import { readJson } from '../../json/read.ts';
import { isRecord, readMember } from '../../json/record.ts';
import { type KeySet, readKeySet } from '../keys/key-set.ts';
import { findSecretMaterial } from '../keys/secret-material.ts';
import { type DriftFinding, toFinding } from './findings.ts';

export interface PublicKeys {
  readonly set: KeySet | undefined;
  readonly findings: readonly DriftFinding[];
}

/** What AWS takes of each key type. */
const MAX_OF_A_TYPE = 100;
const NAMED = 3;

/** Reads the public JWKS, and says what AWS would have against it. */
export function readPublicKeys(text: string): PublicKeys {
  const reading = readJson(text);
  const secret = reading.kind === 'read' ? findSecretMaterial(reading.value) : undefined;
  if (secret !== undefined) {
    return { set: undefined, findings: [toFinding('private-key-public', `the public JWKS shows ${secret}`)] };
  }
  const findings = reading.kind === 'read' ? countTypes(reading.value) : [];
  const set = readKeySet(text);
  if (set.kind === 'refused') {
    // A set that is too large is refused for that very reason, and was told so above.
    if (findings.length > 0) return { set: undefined, findings };
    return { set: undefined, findings: [toFinding('jwks-unreadable', `the public JWKS: ${set.problem}`)] };
  }
  return { set, findings: [...findings, ...describeSkipped(set)] };
}

function countTypes(document: unknown): DriftFinding[] {
  const list = isRecord(document) ? readMember(document, 'keys') : undefined;
  if (!Array.isArray(list)) return [];
  return ['RSA', 'EC'].flatMap((type) => {
    const count = list.filter((jwk) => isRecord(jwk) && readMember(jwk, 'kty') === type).length;
    return count > MAX_OF_A_TYPE
      ? [toFinding('too-many-keys', `the public JWKS has ${count} ${type} keys`)]
      : [];
  });
}

function describeSkipped({ skipped }: KeySet): DriftFinding[] {
  if (skipped.length === 0) return [];
  const named = skipped.slice(0, NAMED).map(({ index, problem }) => `key ${index}: ${problem}`);
  const more = skipped.length > NAMED ? `, and ${skipped.length - NAMED} more` : '';
  return [
    toFinding(
      'key-not-accepted',
      `the public JWKS has keys that AWS does not take (${named.join('; ')}${more})`,
    ),
  ];
}
