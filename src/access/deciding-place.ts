import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { MappingEntry } from '../mapping/entry.ts';
import type { MappedUser, MappingFailure } from '../mapping/mapper.ts';
import { type MappingSource, toEntriesSource } from '../mapping/mapping-source.ts';
import { type DeadReason, findDeadReason } from './dead-entry.ts';
import { toEntryPrincipal } from './entry-principal.ts';
import { type Exception, findExceptions, type Rivals } from './exceptions.ts';
import type { Principal } from './principal.ts';
import { decidePrincipal, findWinner, type Mappings, type Winner } from './resolve.ts';

/** `no-principal`: its ARN is of nobody whom AWS lets in. A failure: whoever comes is refused, by what the entry says. */
export type NeverReason = DeadReason | MappingFailure | 'no-principal';

/** What an entry is good for, by what the mappings as a whole say of whom it is for. */
export type EntryVerdict =
  /** Names may have holes. */
  | { readonly kind: 'decides'; readonly user: MappedUser; readonly unless: readonly Exception[] }
  | { readonly kind: 'never'; readonly reason: NeverReason }
  /** Another place decides. */
  | { readonly kind: 'shadowed' };

/** Asks the mappings about whom an entry is for: only where the entry itself decides, it gives what it says. */
export async function judgeEntry(
  source: MappingSource,
  entry: MappingEntry,
  mappings: Mappings,
  rivals: Rivals,
): Promise<EntryVerdict> {
  const reserved = mappings.reservedPrefixes.get(source.backend.name) ?? [];
  const dead = findDeadReason(entry, source.rules, reserved);
  if (dead !== undefined) return { kind: 'never', reason: dead };
  const principal = toEntryPrincipal(entry.principal, source.rules);
  if (principal === undefined) return { kind: 'never', reason: 'no-principal' };
  const known = toKnownSources(mappings.sources, source, principal, entry);
  const isIts = (winner: Winner | undefined): boolean =>
    winner?.found.kind === 'entry' && winner.found.entry === entry;
  const winner = findWinner(known.sources, principal.identity);
  if (winner === undefined) return { kind: 'never', reason: 'no-principal' };
  if (!isIts(winner)) return { kind: 'shadowed' };
  const decision = await decidePrincipal(principal, { ...mappings, sources: known.sources });
  if (decision.kind === 'failed') return { kind: 'never', reason: decision.code };
  if (decision.kind === 'unmapped') return { kind: 'never', reason: 'no-principal' };
  const isSet = entry.principal.permissionSet !== undefined;
  const exceptions = findExceptions(principal.identity, isSet, rivals, (identity) =>
    isIts(findWinner(known.sources, identity)),
  );
  const unless = [...exceptions, ...known.doubts.map((where) => ({ source: where }))];
  return { kind: 'decides', user: decision.user, unless };
}

/** What a mapped account gives to a principal without an entry: undefined where something else decides. */
export function judgeAccount(
  source: MappingSource,
  { identity }: Principal,
  mappings: Mappings,
  rivals: Rivals,
): readonly Exception[] | undefined {
  const doubts = listDoubts(mappings.sources, source, identity);
  const sources = mappings.sources.filter((each) => !doubts.includes(each));
  const isIts = (asked: CallerIdentity): boolean => {
    const winner = findWinner(sources, asked);
    return winner?.found.kind === 'account' && winner.source === source;
  };
  if (!isIts(identity)) return undefined;
  const exceptions = findExceptions(identity, false, rivals, isIts);
  return [...exceptions, ...doubts.map(({ where }) => ({ source: where }))];
}

interface KnownSources {
  readonly sources: readonly MappingSource[];
  /** Sources that may decide before: nobody can tell. */
  readonly doubts: readonly string[];
}

/** The sources without what nobody knows of them. */
function toKnownSources(
  sources: readonly MappingSource[],
  own: MappingSource,
  { identity }: Principal,
  entry: MappingEntry,
): KnownSources {
  const doubts = listDoubts(sources, own, identity);
  const known = sources
    .filter((each) => each === own || !doubts.includes(each))
    .map((each) => (doubts.includes(each) ? toEntriesSource(toName(each), [entry], each.rules) : each));
  return { sources: known, doubts: doubts.map(({ where }) => where) };
}

/** Those that cannot be read whole; of an ARN that nobody knows, each before that has anything. */
function listDoubts(
  sources: readonly MappingSource[],
  own: MappingSource,
  identity: CallerIdentity,
): readonly MappingSource[] {
  const before = sources.slice(0, sources.indexOf(own) + 1);
  return before.filter((each) => {
    const isOpen = identity.canonicalArn === '' && each !== own;
    const hasAny = each.entries.length > 0 || each.accounts.size > 0;
    return (isOpen && hasAny) || each.backend.find(identity).kind === 'unknown';
  });
}

function toName({ where, backend }: MappingSource): {
  where: string;
  backend: MappingSource['backend']['name'];
} {
  return { where, backend: backend.name };
}
