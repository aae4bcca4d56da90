import { isRecord, type JsonRecord, readMember } from '../../json/record.ts';

/** The claim `kubernetes.io` of a bound token (KEP-1205, KEP-4193). */
export interface ServiceAccountClaims {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly pod?: ObjectReference;
  readonly node?: ObjectReference;
  readonly secret?: ObjectReference;
  /** Seconds since the epoch: kubelet has renewed the token since, where it can. */
  readonly warnAfter?: number;
}

export interface ObjectReference {
  readonly name: string;
  readonly uid?: string;
}

/** The claim `kubernetes.io` of a bound token; undefined where there is none, or it is not what it must be. */
export function readServiceAccount(claims: JsonRecord): ServiceAccountClaims | undefined {
  const claim = readMember(claims, 'kubernetes.io');
  if (!isRecord(claim)) return undefined;
  const namespace = readMember(claim, 'namespace');
  const account = readReference(claim, 'serviceaccount');
  if (typeof namespace !== 'string' || account?.uid === undefined) return undefined;
  const references = readReferences(claim);
  const warnAfter = readMember(claim, 'warnafter');
  if (references === undefined) return undefined;
  if (warnAfter !== undefined && !Number.isSafeInteger(warnAfter)) return undefined;
  return {
    namespace,
    name: account.name,
    uid: account.uid,
    ...references,
    ...(warnAfter !== undefined && { warnAfter: Number(warnAfter) }),
  };
}

type References = Pick<ServiceAccountClaims, 'pod' | 'node' | 'secret'>;

/** @returns undefined where one of them is there and malformed */
function readReferences(claim: JsonRecord): References | undefined {
  const found: { -readonly [Name in keyof References]: References[Name] } = {};
  for (const name of ['pod', 'node', 'secret'] as const) {
    if (!Object.hasOwn(claim, name)) continue;
    const reference = readReference(claim, name);
    if (reference === undefined) return undefined;
    found[name] = reference;
  }
  return found;
}

function readReference(claim: JsonRecord, member: string): ObjectReference | undefined {
  const value = readMember(claim, member);
  if (!isRecord(value)) return undefined;
  const name = readMember(value, 'name');
  const uid = readMember(value, 'uid');
  if (typeof name !== 'string' || name === '') return undefined;
  // The node of a pod may be known by name alone (KEP-4193).
  if (uid === undefined) return { name };
  return typeof uid === 'string' ? { name, uid } : undefined;
}
