import { showHoles } from '../../access/holes.ts';
import { listOpenNames } from '../../access/open-names.ts';
import type { Bond } from '../../rbac/bindings-index.ts';
import { findBonds } from '../../rbac/bonds.ts';
import { caveatOf } from '../../rbac/caveats.ts';
import { listGaps } from '../../rbac/known-gaps.ts';
import { createPaint } from '../../terminal/paint.ts';
import { toGroupData, toMappingData, toPrincipalData } from '../access/data.ts';
import { type AccessFacts, listGapCaveats, withoutGuesses } from '../access/facts.ts';
import { type FoundPerson, findPerson } from '../access/find-person.ts';
import { complainMissing, isUnknown } from '../access/missing.ts';
import type { IdentityOptions, SourceOptions } from '../access/options.ts';
import { printData } from '../access/print.ts';
import { checkSource, readWho, type Who } from '../access/request.ts';
import { withFacts } from '../access/session.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { renderWhoami } from './render.ts';
import type { RightsCount, WhoamiReport } from './report.ts';

export type WhoamiOptions = SourceOptions & IdentityOptions;

/** `iam-bridge whoami`: 0 somebody, 1 nobody, 2 usage, 3 outside. */
export async function runWhoami(options: WhoamiOptions, surroundings: Surroundings): Promise<ExitCode> {
  const problems: string[] = [];
  checkSource(options, problems);
  const who = readWho(options, problems);
  if (who?.kind === 'as' && who.user === undefined && options.snapshot !== undefined)
    problems.push('--as-group alone is nobody: give --as, too, or ask iam-bridge rules what a group has');
  if (who?.kind === 'self' && options.snapshot !== undefined)
    problems.push('a snapshot does not know who you are: give --as, --sa or --arn');
  const wanted = {
    place: { kind: 'all' },
    mappings: who?.kind === 'self' || who?.kind === 'principal',
  } as const;
  return await withFacts({ command: 'whoami', problems, options, wanted }, surroundings, async (facts) =>
    who === undefined ? 2 : await tell(who, facts, options, surroundings),
  );
}

async function tell(
  who: Who,
  facts: AccessFacts,
  { output }: WhoamiOptions,
  { terminal, screen }: Surroundings,
): Promise<ExitCode> {
  const found = await findPerson(who, facts);
  if (found.kind === 'unknown-caller') return complainMissing('whoami', found, terminal);
  const report = toReport(found, facts);
  if (output === undefined) terminal.out(renderWhoami(report, createPaint(screen)));
  else await printData(report, output, terminal);
  if (found.kind === 'person') return 0;
  return isUnknown(found) ? 3 : 1;
}

function toReport(
  found: Exclude<FoundPerson, { readonly kind: 'unknown-caller' }>,
  facts: AccessFacts,
): WhoamiReport {
  const person = found.kind === 'person' ? found.person : undefined;
  const { principal, resolution } = found;
  const { index } = facts;
  const identity = person?.identity ?? { groups: [] };
  const bonds = findBonds([index.cluster, ...index.namespaces.values()], identity);
  const missing = bonds.filter(({ role }) => role === undefined);
  return {
    user: person === undefined ? null : showHoles(identity.user ?? ''),
    uid: identity.uid ?? '',
    groups: (person?.groups ?? []).map(toGroupData),
    extra: identity.extra ?? {},
    ...(principal && { principal: toPrincipalData(principal) }),
    ...(resolution && { mapping: toMappingData(resolution) }),
    rights: countRights(bonds),
    caveats: [
      ...(principal !== undefined && facts.isEks ? [caveatOf('access-entries-unseen')] : []),
      ...listOpenNames(index, identity),
      ...listGapCaveats(facts),
      ...withoutGuesses(listGaps(index, identity, missing), facts),
    ],
    source: facts.source,
  };
}

function countRights(bonds: readonly Bond[]): RightsCount {
  const inNamespaces = bonds.filter(({ binding }) => binding.kind === 'RoleBinding').length;
  return {
    clusterRoleBindings: bonds.length - inNamespaces,
    roleBindings: inNamespaces,
    rules: bonds.reduce((sum, { role }) => sum + (role?.rules.length ?? 0), 0),
  };
}
