import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import { listRights, type Rights } from '../../rbac/rights.ts';
import { createPaint, type Paint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import { toIdentityData } from '../access/data.ts';
import { type AccessFacts, listGapCaveats } from '../access/facts.ts';
import { findPerson } from '../access/find-person.ts';
import { toMissing } from '../access/missing.ts';
import type { IdentityOptions, NamespaceOptions, SourceOptions } from '../access/options.ts';
import { printData } from '../access/print.ts';
import { renderCaveats } from '../access/render.ts';
import { checkSource, type Place, readPlace, readWho, type Who } from '../access/request.ts';
import { withFacts } from '../access/session.ts';
import { nameIdentity } from '../access/words.ts';
import { complain } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { renderByRole, toBoundRoles } from './by-role.ts';
import { renderCompact } from './compact.ts';
import { renderFlat, toFlat } from './flat.ts';

export interface RulesOptions extends SourceOptions, IdentityOptions, NamespaceOptions {
  readonly flat?: boolean;
  readonly byRole?: boolean;
}

/** `iam-bridge rules`: 0 there are rights, 1 there are none, 2 usage, 3 outside. */
export async function runRules(options: RulesOptions, surroundings: Surroundings): Promise<ExitCode> {
  const problems: string[] = [];
  checkSource(options, problems);
  const who = readWho(options, problems);
  const place = readPlace(options, problems);
  if (options.flat && options.byRole)
    problems.push('--flat and --by-role are two forms: keep the one that is meant');
  if (who?.kind === 'self' && options.snapshot !== undefined)
    problems.push('a snapshot does not know who you are: give --as, --as-group, --sa or --arn');
  const wanted = { place: { kind: 'all' }, mappings: who?.kind === 'principal' } as const;
  return await withFacts({ command: 'rules', problems, options, wanted }, surroundings, async (facts) =>
    who === undefined ? 2 : await tell({ who, place, options }, facts, surroundings),
  );
}

interface Asked {
  readonly who: Who;
  readonly place: Place;
  readonly options: RulesOptions;
}

async function tell(
  { who, place, options }: Asked,
  facts: AccessFacts,
  { terminal, screen }: Surroundings,
): Promise<ExitCode> {
  const found = await findPerson(who, facts);
  if (found.kind !== 'person')
    return complain('rules', [toMissing(found)], terminal, found.kind === 'nobody' ? 1 : 3);
  const { identity } = found.person;
  const reach = place.kind === 'namespace' ? { namespace: place.namespace } : 'everywhere';
  const rights = listRights(facts.index, identity, reach);
  const caveats = [
    ...(who.kind === 'principal' && facts.isEks ? [caveatOf('access-entries-unseen')] : []),
    ...listGapCaveats(facts),
    ...rights.caveats,
  ];
  const { output } = options;
  if (output !== undefined) {
    const data = toData(rights, options);
    const whole = { identity: toIdentityData(identity), ...data, caveats, source: facts.source };
    // rbac-tool's is an array, and has no room for more.
    await printData(options.flat ? data.rights : whole, output, terminal);
  } else {
    const paint = createPaint(screen);
    const head = paint('title', showText(nameIdentity(identity)));
    terminal.out(
      `${[head, ...render(rights, options, paint), ...renderCaveats(caveats, paint)].join('\n')}\n`,
    );
  }
  return toCode(rights, caveats);
}

function toData(rights: Rights, { flat, byRole }: RulesOptions): { readonly rights: unknown } {
  if (flat) return { rights: toFlat(rights.rights) };
  return { rights: byRole ? toBoundRoles(rights.rights) : rights.rights };
}

function render({ rights }: Rights, { flat, byRole }: RulesOptions, paint: Paint): readonly string[] {
  if (rights.length === 0) return ['no rules of RBAC'];
  if (flat) return renderFlat(rights);
  return byRole ? renderByRole(rights, paint) : renderCompact(rights);
}

function toCode({ rights }: Rights, caveats: readonly Caveat[]): ExitCode {
  const codes = caveats.map(({ code }) => code);
  if (rights.length > 0 || codes.includes('masters')) return 0;
  return codes.includes('no-evidence') ? 3 : 1;
}
