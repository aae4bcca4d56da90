import { findNearest } from '../../../base/edit-distance.ts';
import { quoteShort } from '../../../json/quote.ts';
import type { FlagTable } from '../../../settings/pflag.ts';
import type { Config } from './config.ts';

/** Flags whose key is not their name below `server`; undefined: they have none. */
const ODD_KEYS: Readonly<Record<string, string | undefined>> = {
  config: undefined,
  'strict-config': undefined,
  'cluster-id': 'clusterID',
  'log-format': undefined,
  'log-verbosity': 'log-verbosity',
  'feature-gates': 'feature-gates',
};

/** The key that says what a flag says: `server.backendMode` for `backend-mode`; undefined where there is none. */
export function toConfigKey(flag: string): string | undefined {
  if (Object.hasOwn(ODD_KEYS, flag)) return ODD_KEYS[flag];
  return `server.${flag.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())}`;
}

/** What is too long for a flag. */
const MAPPING_KEYS = ['mapRoles', 'mapUsers', 'mapAccounts'] as const;
export const RESERVED_PREFIXES_KEY = 'server.reservedPrefixConfig';

/** What the Go program's other commands read of the same file; `defaultRole` stands in its README for `role`. */
const OTHER_KEYS = [
  'role',
  'defaultRole',
  'region',
  'externalID',
  'sessionName',
  'forwardSessionName',
  'tokenOnly',
  'cache',
  'token',
  'output',
  'partition',
] as const;

export function listKnownKeys(flags: FlagTable): readonly string[] {
  return [
    ...Object.keys(flags).flatMap((flag) => toConfigKey(flag) ?? []),
    ...MAPPING_KEYS.map((key) => `server.${key}`),
    RESERVED_PREFIXES_KEY,
    ...OTHER_KEYS,
  ];
}

/** Sentences on keys that mean nothing, and on those that are there twice. */
export function findOddKeys({ keys }: Config, known: readonly string[]): readonly string[] {
  const names = new Map(known.map((key) => [key.toLowerCase(), key]));
  const seen = new Set<string>();
  return keys.flatMap(({ typed, place }) => {
    const name = typed.toLowerCase();
    const isTwice = seen.has(name);
    seen.add(name);
    if (isTwice) return [`${quoteShort(typed)}${place} is there twice, upper and lower case being the same`];
    return names.has(name) || name === 'server' ? [] : [describeUnknown(typed, place, known)];
  });
}

function describeUnknown(typed: string, place: string, known: readonly string[]): string {
  const name = typed.toLowerCase();
  const nearest =
    known.find((key) => key.toLowerCase() === `server.${name}` || `server.${key.toLowerCase()}` === name) ??
    findNearest(typed, known);
  const hint = nearest === undefined ? 'remove it' : `did you mean ${nearest}?`;
  return `${quoteShort(typed)}${place} is no key, and has no effect: ${hint}`;
}
