import { isAccountId, parseArn } from '../aws/arn.ts';
import type { AnyEntry, MappingEntry } from '../mapping/entry.ts';
import type { MappingSource } from '../mapping/mapping-source.ts';
import { dropRolePath, toCanonicalArn, toLowerCase } from '../mapping/principal-arn.ts';
import { findReserved } from '../mapping/render.ts';
import { readClearStart } from '../mapping/template.ts';
import { type EntryVerdict, judgeAccount, judgeEntry } from './deciding-place.ts';
import { findWantedId } from './entry-principal.ts';
import { toAccountRef, toEntryRef } from './entry-ref.ts';
import { listRivals, type Rivals } from './exceptions.ts';
import { hasHole, toNamePattern, toTemplatePattern } from './holes.ts';
import { fillHoles, type NamePattern } from './name-pattern.ts';
import { readPrincipal } from './principal.ts';
import type { Mappings } from './resolve.ts';
import type { SubjectSource } from './subject-source.ts';

/** Who gets a name by the mappings. */
export interface MappedNames {
  readonly users: Names;
  readonly groups: Names;
  /** Principals of an account that is mapped as a whole are users by their ARNs. */
  traceAccountUser(user: string): readonly SubjectSource[];
}

export interface Names {
  find(name: string): readonly SubjectSource[];
}

type Mapped = SubjectSource & { readonly kind: 'mapping' };

/** An entry that is good for something, or can never be. */
interface JudgedEntry {
  readonly entry: MappingEntry;
  readonly by: Mapped;
  readonly verdict: Exclude<EntryVerdict, { readonly kind: 'shadowed' }>;
  /** What no username of its source may begin with. */
  readonly reserved: readonly string[];
}

export async function createNames(mappings: Mappings): Promise<MappedNames> {
  const rivals = listRivals(mappings.sources);
  const pairs = mappings.sources.flatMap((source) =>
    source.entries.filter(isGood).map((entry) => ({ source, entry })),
  );
  const judged = await Promise.all(pairs.map(({ source, entry }) => judge(source, entry, mappings, rivals)));
  const entries = judged.flatMap((each) => each ?? []);
  return {
    users: toNames(entries, 'User'),
    groups: toNames(entries, 'Group'),
    traceAccountUser: (user) => findAccounts(mappings, rivals, user),
  };
}

function isGood(entry: AnyEntry): entry is MappingEntry {
  return entry.kind === 'good';
}

async function judge(
  source: MappingSource,
  entry: MappingEntry,
  mappings: Mappings,
  rivals: Rivals,
): Promise<JudgedEntry | undefined> {
  const verdict = await judgeEntry(source, entry, mappings, rivals);
  if (verdict.kind === 'shadowed') return undefined;
  const userId = findWantedId(entry.principal, source.rules);
  const by: Mapped = {
    kind: 'mapping',
    entry: toEntryRef(source, entry),
    ...(userId !== undefined && { userId }),
    ...(verdict.kind === 'never' && { never: verdict.reason }),
    ...(verdict.kind === 'decides' && verdict.unless.length > 0 && { unless: verdict.unless }),
  };
  return { entry, by, verdict, reserved: mappings.reservedPrefixes.get(source.backend.name) ?? [] };
}

interface NamedSource {
  readonly name: string;
  readonly by: Mapped;
}

interface PatternSource {
  readonly by: Mapped;
  becomes(name: string): boolean;
}

/** Who gets a name, by the name: those with holes apart, since each of them has to be tried. */
function toNames(entries: readonly JudgedEntry[], kind: NamePattern['kind']): Names {
  const named: NamedSource[] = [];
  const patterns: PatternSource[] = [];
  for (const judged of entries) {
    for (const [template, name] of listNames(judged, kind)) {
      if (isClosed(judged, name)) named.push({ name, by: judged.by });
      else patterns.push(toPattern(judged, kind, template, name));
    }
  }
  const exact = Map.groupBy(named, ({ name }) => name);
  return {
    find: (name) => [
      ...(exact.get(name) ?? []).map(({ by }) => by),
      ...patterns.filter(({ becomes }) => becomes(name)).map(({ by }) => by),
    ],
  };
}

/** Templates of an entry, each once, with what becomes of them: where nothing does, themselves. */
function listNames({ entry, verdict }: JudgedEntry, kind: NamePattern['kind']): ReadonlyMap<string, string> {
  const { username, groups } = verdict.kind === 'decides' ? verdict.user : entry;
  // Nobody is bound by the empty name.
  if (kind === 'User') return new Map(entry.username === '' ? [] : [[entry.username, username]]);
  return new Map(entry.groups.map((template, at) => [template, groups[at] ?? template]));
}

function isClosed({ verdict }: JudgedEntry, name: string): boolean {
  return verdict.kind === 'decides' ? !hasHole(name) : readClearStart(name) === name;
}

function toPattern(
  { by, verdict, reserved }: JudgedEntry,
  kind: NamePattern['kind'],
  template: string,
  name: string,
): PatternSource {
  const isDead = verdict.kind === 'never';
  const pattern = isDead ? toTemplatePattern(kind, name) : toNamePattern(kind, name);
  const isRefused = (text: string): boolean =>
    kind === 'User' && !isDead && findReserved(text, reserved) !== undefined;
  return {
    by: { ...by, template },
    becomes: (text) => fillHoles(pattern, text) !== undefined && !isRefused(text),
  };
}

/** As `canonicalArn` of STS's word has them: of a session that is the ARN of its role, which has no path. */
function findAccounts(mappings: Mappings, rivals: Rivals, user: string): readonly SubjectSource[] {
  const isCanonical = toCanonicalArn(user) === toLowerCase(user) && dropRolePath(user) === undefined;
  const account = isCanonical ? (parseArn(user)?.account ?? '') : '';
  const reading = readPrincipal({ arn: user });
  if (!isAccountId(account) || reading.kind === 'problem') return [];
  return mappings.sources
    .filter(({ accounts }) => accounts.has(account))
    .filter(
      ({ backend }) => findReserved(user, mappings.reservedPrefixes.get(backend.name) ?? []) === undefined,
    )
    .flatMap((source): readonly SubjectSource[] => {
      const unless = judgeAccount(source, reading.principal, mappings, rivals);
      if (unless === undefined) return [];
      const entry = { ...toAccountRef(source, account), arn: user };
      return [{ kind: 'mapping', entry, ...(unless.length > 0 && { unless }) }];
    });
}
