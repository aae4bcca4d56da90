import type { CallerIdentity } from '../aws/caller-identity.ts';
import type { JsonRecord } from '../json/record.ts';
import { type KubeObject, toKubeObject } from '../kube/objects.ts';
import { createReflector, type ReflectorSink } from '../kube/reflector.ts';
import type { RunningBackend } from './backend.ts';
import { type ClusterSourceDeps, describeWhy } from './config-map.ts';
import type { AnyEntry } from './entry.ts';
import { createEntryIndex, type EntryIndex, type MatchRules } from './entry-index.ts';
import { describeFlaws } from './findings.ts';
import { createStatusWriter, IDENTITY_MAPPINGS_PATH } from './identity-mapping-status.ts';
import type { TellMapping } from './mapping-events.ts';
import { type MappingSource, toEntriesSource } from './mapping-source.ts';
import { toCanonicalArn } from './principal-arn.ts';
import { type EntryRules, readEntry } from './read-entry.ts';
import { type Found, findInIndex } from './section-lookup.ts';
import { summarise } from './section-store.ts';
import { describeBadEntries } from './sections.ts';
import { toSourceNode } from './value-nodes.ts';

const RULES: EntryRules = { convertScalars: false, permissionSets: false, byUserId: false };

const MATCH_RULES: MatchRules = { by: 'canonical', permissionSets: false };

const NOT_LISTED = 'objects of kind IAMIdentityMapping were not listed yet';

/** An IAMIdentityMapping, as far as it decides anything. */
export interface IdentityMapping extends KubeObject {
  readonly entry: AnyEntry;
}

/** Reads `spec.arn`, `spec.username` and `spec.groups`; the ARN of a session stands for its role. */
export function readIdentityMapping(name: string, raw: JsonRecord): AnyEntry {
  const entry = readEntry(toSourceNode(raw['spec']), 'arn', `IAMIdentityMapping ${name}`, RULES);
  if (entry.kind === 'bad' || toCanonicalArn(entry.principal.arn ?? '') !== undefined) return entry;
  const problem = 'spec.arn is none of a role, a user or a session in a partition of AWS';
  return { ...entry, kind: 'bad', problem, claims: [], isHidden: false };
}

/** Objects as one list has them; what has no name is none. @param where they are, for people */
export function readIdentityMappings(where: string, objects: readonly JsonRecord[]): MappingSource {
  const entries = new Map<string, AnyEntry>();
  for (const raw of objects) {
    const name = toKubeObject(raw, () => {})?.metadata.name;
    if (name !== undefined) entries.set(name, readIdentityMapping(name, raw));
  }
  return toEntriesSource({ where, backend: 'CRD' }, sortForIndex(entries), MATCH_RULES);
}

/** Keeps the mappings by the names of their objects. */
interface IdentityMappingStore extends ReflectorSink<IdentityMapping> {
  find(identity: CallerIdentity): Found;
  isKnown(): boolean;
  /** What is wrong with objects that are there. */
  problem(): string | undefined;
}

export function createIdentityMappingStore(report: TellMapping): IdentityMappingStore {
  const entries = new Map<string, AnyEntry>();
  /** Names that the list under way has not brought yet. */
  let missing: Set<string> | undefined;
  let index: EntryIndex | undefined;
  let isKnown = false;

  function forget(name: string): void {
    entries.delete(name);
    index = undefined;
  }

  function read(changed: readonly AnyEntry[]): void {
    const [problems, flaws] = [describeBadEntries(changed), describeFlaws(changed)];
    report({ kind: 'read', backend: 'CRD', entries: entries.size, problems, flaws });
  }

  return {
    find(identity) {
      if (!isKnown) return { kind: 'unknown', problem: NOT_LISTED };
      index ??= createEntryIndex(sortForIndex(entries), MATCH_RULES);
      return findInIndex(index, identity);
    },
    isKnown: () => isKnown,
    problem: () => summarise(describeBadEntries([...entries.values()])),
    listing() {
      missing = new Set(entries.keys());
    },
    listed() {
      for (const name of missing ?? []) forget(name);
      missing = undefined;
      isKnown = true;
      read([...entries.values()]);
    },
    set({ metadata: { name }, entry }) {
      entries.set(name, entry);
      missing?.delete(name);
      index = undefined;
      if (missing === undefined) read([entry]);
    },
    remove({ name }) {
      forget(name);
      if (missing === undefined) read([]);
    },
  };
}

/** Of several objects for one principal the first by name counts, so that the answer is always the same. */
function sortForIndex(entries: ReadonlyMap<string, AnyEntry>): readonly AnyEntry[] {
  return [...entries].sort(([left], [right]) => (left < right ? 1 : -1)).map(([, entry]) => entry);
}

/** Follows the objects of kind IAMIdentityMapping, and writes into their status what they are found by. */
export function createIdentityMappingBackend(deps: ClusterSourceDeps): RunningBackend {
  const { api, clock, random, report, watches } = deps;
  const store = createIdentityMappingStore(report);
  const status = createStatusWriter({ api, clock, random, report });
  const reflector = createReflector<IdentityMapping>({
    api,
    clock,
    random,
    path: IDENTITY_MAPPINGS_PATH,
    metadataOnly: false,
    parse(raw, tell) {
      const object = toKubeObject(raw, tell);
      if (object === undefined) return undefined;
      const { name } = object.metadata;
      const entry = readIdentityMapping(name, raw);
      const canonicalArn = entry.kind === 'good' ? toCanonicalArn(entry.principal.arn ?? '') : undefined;
      if (canonicalArn !== undefined) status.write(name, raw, canonicalArn);
      return { ...object, entry };
    },
    sink: store,
    report: watches.report('iamidentitymappings'),
  });
  watches.add('iamidentitymappings', reflector);
  const watched = { scope: { resource: 'iamidentitymappings' }, reflector };
  return {
    name: 'CRD',
    find: store.find,
    pending: () => (store.isKnown() ? undefined : `${NOT_LISTED}${describeWhy(watched)}`),
    problem: store.problem,
    watched,
    start: reflector.start,
    async stop() {
      await Promise.all([reflector.stop(), status.stop()]);
    },
  };
}
