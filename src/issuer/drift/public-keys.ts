import { readJson } from '../../json/read.ts';
import { isRecord, readMember } from '../../json/record.ts';
import { findSecretMaterial } from '../keys/key-material.ts';
import { type KeySet, readKeySet } from '../keys/key-set.ts';
import { type DriftFinding, toFinding } from './findings.ts';

export interface PublicKeys {
  readonly set: KeySet | undefined;
  readonly findings: readonly DriftFinding[];
}

/** What AWS takes of each key type. */
const MAX_OF_A_TYPE = 100;
const NAMED = 3;

/**
 * Reads the public JWKS, and says what AWS would have against it.
 * @param where its URL
 */
export function readPublicKeys(text: string, where: string): PublicKeys {
  const reading = readJson(text);
  const secret = reading.kind === 'read' ? findSecretMaterial(reading.value) : undefined;
  if (secret !== undefined) {
    return {
      set: undefined,
      findings: [toFinding('private-key-public', where, `the public JWKS shows ${secret}`)],
    };
  }
  const findings = reading.kind === 'read' ? countTypes(reading.value, where) : [];
  const set = readKeySet(text);
  if (set.kind === 'refused') {
    // A set that is too large is refused for that very reason, and was told so above.
    if (findings.length > 0) return { set: undefined, findings };
    return {
      set: undefined,
      findings: [toFinding('jwks-unreadable', where, `the public JWKS: ${set.problem}`)],
    };
  }
  return { set, findings: [...findings, ...describeSkipped(set, where)] };
}

function countTypes(document: unknown, where: string): DriftFinding[] {
  const list = isRecord(document) ? readMember(document, 'keys') : undefined;
  if (!Array.isArray(list)) return [];
  return ['RSA', 'EC'].flatMap((type) => {
    const count = list.filter((jwk) => isRecord(jwk) && readMember(jwk, 'kty') === type).length;
    return count > MAX_OF_A_TYPE
      ? [toFinding('too-many-keys', where, `the public JWKS has ${count} ${type} keys`)]
      : [];
  });
}

function describeSkipped({ skipped }: KeySet, where: string): DriftFinding[] {
  if (skipped.length === 0) return [];
  const named = skipped.slice(0, NAMED).map(({ index, problem }) => `key ${index}: ${problem}`);
  const more = skipped.length > NAMED ? `, and ${skipped.length - NAMED} more` : '';
  return [
    toFinding(
      'key-not-accepted',
      where,
      `the public JWKS has keys that AWS does not take (${named.join('; ')}${more})`,
    ),
  ];
}
