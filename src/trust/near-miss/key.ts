import { findNearest } from '../../base/edit-distance.ts';
import { CLAIM_KEYS, findKeyRow, KEY_ROWS } from '../judge/keys.ts';
import { findPlatformOfKey } from '../platforms.ts';
import { showPlain, showValue } from '../policy/problem.ts';
import type { Statement } from '../policy/statement.ts';
import { isAlikeProvider } from '../provider.ts';
import type { NearMiss, NearMissKind } from '../verdict.ts';
import { OWN_STATEMENT } from './advice.ts';
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
  | 'placeholder-in-key'
  | 'two-issuers'
>;

/** What a key that is not there was meant to be. */
export interface KeyMistake extends NearMiss<KeyMistakeKind> {
  /** The key to write in its place, with the same values; absent where that would mean something else. */
  readonly write?: string;
  /** Why, up to what to write. */
  readonly why?: string;
}

/** A condition key that the request does not have. */
interface AbsentKey {
  readonly key: string;
  /** The issuer without `https://`. */
  readonly prefix: string;
  /** All keys of the statement, in lower case. */
  readonly siblings: ReadonlySet<string>;
  readonly principal: Statement['principal'];
}

/** In this order: the first that knows the mistake has the word. */
const DETECTORS: readonly ((look: AbsentKey) => KeyMistake | undefined)[] = [
  findPlaceholder,
  findArn,
  findSecondIssuer,
  findPlatform,
  findClaim,
  findSlash,
  findMisspeltIssuer,
  findOtherIssuer,
  findUnset,
  findMisspelt,
];

/** Why a request with a ServiceAccount's token does not have a key, and what to write instead. */
export function explainKey(
  key: string,
  prefix: string,
  { conditions, principal }: Pick<Statement, 'conditions' | 'principal'>,
): KeyMistake {
  const siblings = new Set(conditions.map((condition) => condition.key.toLowerCase()));
  for (const detect of DETECTORS) {
    const found = detect({ key, prefix, siblings, principal });
    if (found !== undefined) return found;
  }
  return nearMiss('unset-key', `nobody sets the key ${showValue(key)} in this request: ${WITHOUT_IT}`);
}

/** What a condition that a token cannot meet is no part of. */
const WITHOUT_IT = `${OWN_STATEMENT}, without it`;

function rename(kind: KeyMistakeKind, why: string, write: string): KeyMistake {
  return { ...nearMiss(kind, `${why}write ${write}`), write, why };
}

/** The claim at the end of a key, where STS would make a key of it. */
function readClaim(key: string): string {
  const claim = key.slice(key.lastIndexOf(':') + 1).toLowerCase();
  return CLAIM_KEYS.includes(claim) ? claim : 'sub';
}

/** What a template was to put in its place: `${OIDC_PROVIDER}`, `<issuer>`, `{{ issuer }}`, `OIDC_PROVIDER`. */
function findPlaceholder({ key, prefix }: AbsentKey): KeyMistake | undefined {
  const issuer = key.slice(0, key.lastIndexOf(':'));
  if (!/[$<{%[]|^[A-Z0-9_]+$/.test(issuer)) return undefined;
  const why = `${showPlain(issuer)} stands for the issuer, and nobody has put it in: `;
  return rename('placeholder-in-key', why, `${prefix}:${readClaim(key)}`);
}

function findArn({ key, prefix }: AbsentKey): KeyMistake | undefined {
  if (!/^arn:/i.test(key)) return undefined;
  const why = "the key begins with the issuer, not with the provider's ARN: ";
  return rename('arn-in-key', why, `${prefix}:${readClaim(key)}`);
}

/** It is of another provider of the statement, or what it was meant to be is there already: it is meant for others. */
function findSecondIssuer({ key, prefix, siblings, principal }: AbsentKey): KeyMistake | undefined {
  const issuer = key.slice(0, key.lastIndexOf(':'));
  const isOther = issuer.includes('.') && !isAlikeProvider(issuer, prefix);
  if (!isOther || !CLAIM_KEYS.includes(key.slice(issuer.length + 1).toLowerCase())) return undefined;
  const isNamed = principal.members.some(({ value }) =>
    value.toLowerCase().endsWith(`:oidc-provider/${issuer.toLowerCase()}`),
  );
  const claims = isNamed ? CLAIM_KEYS : [readClaim(key)];
  if (!claims.some((claim) => siblings.has(`${prefix}:${claim}`.toLowerCase()))) return undefined;
  const remedy = `no token has the keys of two issuers: ${WITHOUT_IT}`;
  return nearMiss('two-issuers', remedy);
}

function findSlash({ key, prefix }: AbsentKey): KeyMistake | undefined {
  const claim = CLAIM_KEYS.find((name) => stripSlashes(key) === stripSlashes(`${prefix}:${name}`));
  if (claim === undefined) return undefined;
  const why = "a slash is missing or too much, and the key must have the issuer's own: ";
  return rename('slash-in-key', why, `${prefix}:${claim}`);
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
  const why = `the key is one of ${platform.name}'s, and the token is the cluster's: `;
  return rename('other-platform', why, `${prefix}:${readClaim(key)}`);
}

/** A key of the right issuer: either STS makes none of that claim, or the token lacks it. */
function findClaim({ key, prefix }: AbsentKey): KeyMistake | undefined {
  if (!key.toLowerCase().startsWith(`${prefix.toLowerCase()}:`)) return undefined;
  const claim = key.slice(prefix.length + 1);
  if (CLAIM_KEYS.includes(claim.toLowerCase())) {
    return nearMiss('unset-key', `the token has no claim ${claim}, sub and aud are enough: ${WITHOUT_IT}`);
  }
  const nearest = CLAIM_KEYS.find((name) => sortLetters(name) === sortLetters(claim));
  if (nearest !== undefined) return rename('spelling', '', `${prefix}:${nearest}`);
  const remedy = `STS makes no key of the claim ${showValue(claim)}, only of sub, aud and a few more: ${OWN_STATEMENT}, by ${prefix}:sub`;
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
  return nearest === undefined ? undefined : rename('spelling', '', nearest);
}

function findOtherIssuer({ key, prefix }: AbsentKey): KeyMistake | undefined {
  const [issuer = '', claim = '', ...rest] = key.split(':');
  if (rest.length > 0 || !issuer.includes('.') || !CLAIM_KEYS.includes(claim.toLowerCase())) return undefined;
  return rename(
    'other-issuer',
    'the key is of another issuer (was the cluster made anew?): ',
    `${prefix}:${claim}`,
  );
}

/** Why a key that AWS knows is not there; each completes "…: let this caller in …". */
const WHY_UNSET: Readonly<Record<string, string>> = {
  'aws:sourceip':
    'a call through a VPC endpoint of STS has no aws:SourceIp, but aws:SourceVpce, and aws:VpcSourceIp with a private address',
  'sts:roleauthorizedbyidp':
    'the token has no claim https://aws.amazon.com/roles, and a Kubernetes cluster issues none',
  'sts:sourceidentity':
    'the token has no claim https://aws.amazon.com/source_identity, and a Kubernetes cluster issues none',
  'aws:tagkeys': 'the token has no claim https://aws.amazon.com/tags',
};

function findUnset({ key }: AbsentKey): KeyMistake | undefined {
  const name = key.toLowerCase();
  const row = findKeyRow(key);
  if (row === undefined) return undefined;
  const isOfEndpoint = row.internet === 'never' && row.endpoint !== 'never';
  const ofRoute = isOfEndpoint
    ? `a call that does not come through a VPC endpoint has no ${row.key}, but aws:SourceIp`
    : undefined;
  const why = Object.hasOwn(WHY_UNSET, name) ? WHY_UNSET[name] : ofRoute;
  const lack = why ?? `a request with a ServiceAccount's token has no ${showPlain(key)}`;
  return nearMiss('unset-key', `${lack}: ${WITHOUT_IT}`);
}

function findMisspelt({ key }: AbsentKey): KeyMistake | undefined {
  const nearest = findNearest(
    key,
    KEY_ROWS.map((row) => row.key),
  );
  return nearest === undefined ? undefined : rename('spelling', '', nearest);
}
