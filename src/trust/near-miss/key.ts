import { findNearest } from '../../base/edit-distance.ts';
import { CLAIM_KEYS, findKeyRow, KEY_ROWS } from '../judge/keys.ts';
import { findPlatformOfKey } from '../platforms.ts';
import { showPlain, showValue } from '../policy/problem.ts';
import type { NearMiss, NearMissKind } from '../verdict.ts';
import { nearMiss } from './failed-condition.ts';

export type KeyMistakeKind = Extract<
  NearMissKind,
  | 'arn-in-key'
  | 'slash-in-key'
  | 'other-issuer'
  | 'other-platform'
  | 'claim-is-no-key'
  | 'spelling'
  | 'unset-key'
>;

/** What a key that is not there was meant to be. */
export type KeyMistake = NearMiss<KeyMistakeKind>;

/** A condition key that the request does not have. */
interface AbsentKey {
  readonly key: string;
  /** The issuer without `https://`. */
  readonly prefix: string;
}

/** In this order: the first that knows the mistake has the word. */
const DETECTORS: readonly ((look: AbsentKey) => KeyMistake | undefined)[] = [
  findArn,
  findPlatform,
  findClaim,
  findSlash,
  findMisspeltIssuer,
  findOtherIssuer,
  findUnset,
  findMisspelt,
];

/** Why a request with a ServiceAccount's token does not have a key, and what to write instead. */
export function explainKey(key: string, prefix: string): KeyMistake {
  for (const detect of DETECTORS) {
    const found = detect({ key, prefix });
    if (found !== undefined) return found;
  }
  return nearMiss('unset-key', `nobody sets the key ${showValue(key)} in this request: remove the condition`);
}

/** The claim at the end of a key, where STS would make a key of it. */
function readClaim(key: string): string {
  const claim = key.slice(key.lastIndexOf(':') + 1).toLowerCase();
  return CLAIM_KEYS.includes(claim) ? claim : 'sub';
}

function findArn({ key, prefix }: AbsentKey): KeyMistake | undefined {
  if (!/^arn:/i.test(key)) return undefined;
  const remedy = `the key begins with the issuer, not with the provider's ARN: write ${prefix}:${readClaim(key)}`;
  return nearMiss('arn-in-key', remedy);
}

function findSlash({ key, prefix }: AbsentKey): KeyMistake | undefined {
  const claim = CLAIM_KEYS.find((name) => stripSlashes(key) === stripSlashes(`${prefix}:${name}`));
  if (claim === undefined) return undefined;
  const remedy = `a slash is missing or too much, and the key must have the issuer's own: write ${prefix}:${claim}`;
  return nearMiss('slash-in-key', remedy);
}

function stripSlashes(key: string): string {
  return key
    .toLowerCase()
    .split('/')
    .filter((part) => part !== '')
    .join('/')
    .replace('/:', ':');
}

function findPlatform({ key, prefix }: AbsentKey): KeyMistake | undefined {
  const platform = findPlatformOfKey(key);
  if (platform === undefined) return undefined;
  const remedy = `the key is one of ${platform.name}'s, and the token is the cluster's: write ${prefix}:${readClaim(key)}`;
  return nearMiss('other-platform', remedy);
}

/** A key of the right issuer: either STS makes none of that claim, or the token lacks it. */
function findClaim({ key, prefix }: AbsentKey): KeyMistake | undefined {
  if (!key.toLowerCase().startsWith(`${prefix.toLowerCase()}:`)) return undefined;
  const claim = key.slice(prefix.length + 1);
  if (CLAIM_KEYS.includes(claim.toLowerCase())) {
    return nearMiss(
      'unset-key',
      `the token has no claim ${claim}: remove the condition, sub and aud are enough`,
    );
  }
  const nearest = CLAIM_KEYS.find((name) => sortLetters(name) === sortLetters(claim));
  if (nearest !== undefined) return nearMiss('spelling', `write ${prefix}:${nearest}`);
  const remedy = `STS makes no key of the claim ${showValue(claim)}, only of sub, aud and a few more: tell ServiceAccounts apart by ${prefix}:sub`;
  return nearMiss('claim-is-no-key', remedy);
}

function sortLetters(name: string): string {
  return name.length > 8 ? name : [...name.toLowerCase()].sort().join('');
}

function findMisspeltIssuer({ key, prefix }: AbsentKey): KeyMistake | undefined {
  const nearest = findNearest(
    key,
    CLAIM_KEYS.map((name) => `${prefix}:${name}`),
  );
  return nearest === undefined ? undefined : nearMiss('spelling', `write ${nearest}`);
}

function findOtherIssuer({ key, prefix }: AbsentKey): KeyMistake | undefined {
  const [issuer = '', claim = '', ...rest] = key.split(':');
  if (rest.length > 0 || !issuer.includes('.') || !CLAIM_KEYS.includes(claim.toLowerCase())) return undefined;
  const remedy = `the key is of another issuer (was the cluster made anew?): write ${prefix}:${claim}`;
  return nearMiss('other-issuer', remedy);
}

const WHY_UNSET: Readonly<Record<string, string>> = {
  'aws:sourceip':
    'a call through a VPC endpoint of STS has no aws:SourceIp: use aws:SourceVpce, or aws:VpcSourceIp with the private range',
  'aws:vpcsourceip':
    'a call that does not come through a VPC endpoint has no aws:VpcSourceIp: use aws:SourceIp',
  'aws:sourcevpc': 'a call that does not come through a VPC endpoint has no aws:SourceVpc: use aws:SourceIp',
  'aws:sourcevpce':
    'a call that does not come through a VPC endpoint has no aws:SourceVpce: use aws:SourceIp',
  'sts:roleauthorizedbyidp':
    'the token has no claim https://aws.amazon.com/roles, and a Kubernetes cluster issues none: remove the condition',
  'sts:sourceidentity':
    'the token has no claim https://aws.amazon.com/source_identity, and a Kubernetes cluster issues none: remove the condition',
  'aws:tagkeys': 'the token has no claim https://aws.amazon.com/tags: remove the condition',
};

function findUnset({ key }: AbsentKey): KeyMistake | undefined {
  const name = key.toLowerCase();
  if (findKeyRow(key) === undefined) return undefined;
  const why = Object.hasOwn(WHY_UNSET, name) ? WHY_UNSET[name] : undefined;
  return nearMiss(
    'unset-key',
    why ?? `a request with a ServiceAccount's token has no ${showPlain(key)}: remove the condition`,
  );
}

function findMisspelt({ key }: AbsentKey): KeyMistake | undefined {
  const nearest = findNearest(
    key,
    KEY_ROWS.map((row) => row.key),
  );
  return nearest === undefined ? undefined : nearMiss('spelling', `write ${nearest}`);
}
