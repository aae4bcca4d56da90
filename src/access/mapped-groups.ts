import type { MappingSource } from '../mapping/mapping-source.ts';
import type { MappedGroups } from '../rbac/findings/housekeeping/groups.ts';
import { readPrincipal } from './principal.ts';
import type { Mappings } from './resolve.ts';
import { createTracer } from './trace.ts';

/**
 * The groups that mappings give, as findings of RBAC ask for them.
 * @returns undefined where nothing is mapped, or not all mappings could be read: then nobody knows what no mapping gives
 */
export async function findMappedGroups(mappings: Mappings): Promise<MappedGroups | undefined> {
  const { sources } = mappings;
  const groups = sources.flatMap(({ entries }) =>
    entries.flatMap((entry) => (entry.kind === 'bad' ? [] : entry.groups)),
  );
  if (groups.length === 0 || !areKnown(sources)) return undefined;
  const tracer = await createTracer({ mappings, accounts: [], isEks: false });
  return {
    gives: (name) =>
      tracer.trace({ kind: 'Group', name }).some((by) => by.kind === 'mapping' && by.never === undefined),
    names: groups.filter((group) => !group.includes('{{')),
  };
}

/** Of a kind of principal that it could not read, a source says `unknown`, whoever is asked for. */
function areKnown(sources: readonly MappingSource[]): boolean {
  return PROBES.every((arn) => {
    const reading = readPrincipal({ arn });
    return (
      reading.kind === 'principal' &&
      sources.every(({ backend }) => backend.find(reading.principal.identity).kind !== 'unknown')
    );
  });
}

const PROBES = ['arn:aws:iam::000000000000:role/nobody', 'arn:aws:iam::000000000000:user/nobody'] as const;
