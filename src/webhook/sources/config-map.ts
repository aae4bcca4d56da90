import { isDeepStrictEqual } from 'node:util';
import { parseRoleArn, type RoleArn } from '../../aws/role-arn.ts';
import { readGoField } from '../../go/json-fields.ts';
import { parseJson } from '../../json/parse.ts';
import { isRecord, type JsonRecord } from '../../json/record.ts';
import { isSeveralAudiences } from '../audience.ts';
import { clampExpiration } from '../expiration.ts';
import { quote } from '../notices.ts';
import type { TokenChoices } from './account.ts';

/** One `<namespace>/<name>` entry of the ConfigMap: a role, or why it is refused. */
export type ConfigMapEntry =
  | { readonly kind: 'role'; readonly role: RoleArn; readonly choices: TokenChoices }
  | { readonly kind: 'choices'; readonly choices: TokenChoices }
  | { readonly kind: 'malformed'; readonly problem: string };

/** The ConfigMap source as of now. Keys are `<namespace>/<name>`; the namespace may be `*`. */
export type ConfigMapEntries = ReadonlyMap<string, ConfigMapEntry>;

export type ConfigMapReading =
  | { readonly kind: 'entries'; readonly entries: ConfigMapEntries; readonly problems: readonly string[] }
  | { readonly kind: 'malformed'; readonly problem: string };

/**
 * Reads `data.config` of the ConfigMap: a JSON object of `"<namespace>/<name>": {"RoleARN", "Audience",
 * "UseRegionalSTS", "TokenExpiration"}`. A bad entry is refused alone; a bad document is refused whole, so that the
 * caller keeps the last good one. A refused key still claims its name: it must not fall through to the entry for any namespace.
 */
export function readConfigMap(text: string | undefined, defaultExpiration: number): ConfigMapReading {
  if (text === undefined) return { kind: 'malformed', problem: 'data.config is missing' };
  const document = parseJson(text);
  if (document === undefined) return { kind: 'malformed', problem: 'data.config is not JSON' };
  if (!isRecord(document)) return { kind: 'malformed', problem: 'data.config is not a JSON object' };
  return { kind: 'entries', ...readEntries(document, defaultExpiration) };
}

function readEntries(document: JsonRecord, defaultExpiration: number) {
  const entries = new Map<string, ConfigMapEntry>();
  const problems: string[] = [];
  for (const [key, value] of Object.entries(document)) {
    const name = readKey(key);
    const entry =
      name === undefined
        ? malformed('the key is not <namespace>/<name>')
        : settle(entries.get(name), readEntry(value, defaultExpiration));
    const problem = entry.kind === 'malformed' ? entry.problem : describeDoubt(entry.choices, value);
    if (problem !== undefined) problems.push(`entry ${quote(key, 80)}: ${problem}`);
    if (name !== undefined) entries.set(name, entry);
  }
  return { entries, problems };
}

/**
 * `shop/web` and `shop/web/2` name one account. Where they differ nobody knows which is meant: the Go program takes
 * either, by chance.
 */
function settle(before: ConfigMapEntry | undefined, entry: ConfigMapEntry): ConfigMapEntry {
  if (before === undefined || isDeepStrictEqual(before, entry)) return entry;
  return malformed('another key names the same account, and says something else');
}

/** The Go program takes the first two parts of a key and ignores the rest. */
function readKey(key: string): string | undefined {
  const [namespace, name] = key.split('/');
  return namespace && name ? `${namespace}/${name}` : undefined;
}

function readEntry(value: unknown, defaultExpiration: number): ConfigMapEntry {
  if (!isRecord(value)) return malformed('it is not an object');
  const roleArn = readGoField(value, 'RoleARN') ?? '';
  if (typeof roleArn !== 'string') return malformed('RoleARN is not a string');
  const choices = readChoices(value, defaultExpiration);
  if (typeof choices === 'string') return malformed(choices);
  if (roleArn === '') return { kind: 'choices', choices };
  const role = parseRoleArn(roleArn);
  return role === undefined
    ? malformed(`RoleARN ${quote(roleArn)} is malformed`)
    : { kind: 'role', role, choices };
}

/** Of an entry that was read: what its author may not have meant. */
function describeDoubt({ audience, expiration }: TokenChoices, value: unknown): string | undefined {
  const doubts: string[] = [];
  if (isSeveralAudiences(audience)) {
    doubts.push(`Audience ${quote(audience)} has a comma or blank, and AWS STS takes one audience: give one`);
  }
  const seconds = isRecord(value) ? readGoField(value, 'TokenExpiration') : undefined;
  if (typeof seconds === 'number' && seconds !== 0 && seconds !== expiration) {
    doubts.push(`TokenExpiration ${seconds} is not within 600 to 86400: ${expiration} used`);
  }
  return doubts.length === 0 ? undefined : doubts.join('; ');
}

/** @returns a sentence where a field has the wrong type */
function readChoices(value: JsonRecord, defaultExpiration: number): TokenChoices | string {
  const audience = readGoField(value, 'Audience') ?? '';
  const regionalSts = readGoField(value, 'UseRegionalSTS') ?? false;
  const seconds = readGoField(value, 'TokenExpiration') ?? 0;
  if (typeof audience !== 'string') return 'Audience is not a string';
  if (typeof regionalSts !== 'boolean') return 'UseRegionalSTS is not a boolean';
  if (typeof seconds !== 'number' || !Number.isInteger(seconds))
    return 'TokenExpiration is not a whole number';
  return { audience, regionalSts, expiration: seconds === 0 ? defaultExpiration : clampExpiration(seconds) };
}

function malformed(problem: string): ConfigMapEntry {
  return { kind: 'malformed', problem };
}
