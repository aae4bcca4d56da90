import { listOpenNames } from '../../access/open-names.ts';
import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import type { Subject } from '../../rbac/objects.ts';
import { listRights, type Reach, type Rights } from '../../rbac/rights.ts';
import { createPaint, type Paint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import { toIdentityData } from '../access/data.ts';
import { type AccessFacts, listGapCaveats, withoutGuesses } from '../access/facts.ts';
import { findPerson } from '../access/find-person.ts';
import { complainMissing } from '../access/missing.ts';
import type { IdentityOptions, NamespaceOptions, SourceOptions } from '../access/options.ts';
import { printData } from '../access/print.ts';
import { renderCaveats, renderFacts } from '../access/render.ts';
import { checkSource, type Place, readAccount, readPlace, readWho, type Who } from '../access/request.ts';
import { withFacts } from '../access/session.ts';
import { nameIdentity } from '../access/words.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { renderByRole, toBoundRoles } from './by-role.ts';
import { renderCompact } from './compact.ts';
import { renderFlat, toFlat } from './flat.ts';

export interface RulesOptions extends SourceOptions, IdentityOptions, NamespaceOptions {
  readonly kind?: Subject['kind'];
  readonly flat?: boolean;
  readonly byRole?: boolean;
  readonly clusterOnly?: boolean;
}

export interface RulesRequest {
  /** As rolesum has it, instead of an identity. */
  readonly name: string | undefined;
  readonly options: RulesOptions;
}

/** `iam-bridge rules`: 0 there are rights, 1 there are none, 2 usage, 3 outside. */
export async function runRules(
  { name, options }: RulesRequest,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const problems: string[] = [];
  checkSource(options, problems);
  const asked = readWho(options, problems);
  const who = name === undefined ? asked : readNamed(name, asked, options, problems);
  const place = readPlace(options, problems);
  if (options.flat && options.byRole)
    problems.push('--flat and --by-role are two forms: keep the one that is meant');
  if (options.clusterOnly && place.kind !== 'default')
    problems.push('-c is cluster-wide: leave it, or -n and -A, out');
  if (name === undefined && options.kind !== undefined) problems.push('-k is of a NAME: give one');
  if (who?.kind === 'self' && options.snapshot !== undefined)
    problems.push('a snapshot does not know who you are: give --as, --as-group, --sa or --arn');
  const wanted = { place: { kind: 'all' }, mappings: who?.kind === 'principal' } as const;
  return await withFacts({ command: 'rules', problems, options, wanted }, surroundings, async (facts) =>
    who === undefined ? 2 : await tell({ who, place, options }, facts, surroundings),
  );
}

/** A subject by its name: of a group any member is meant, whom no server has to be asked about. */
function readNamed(
  name: string,
  asked: Who | undefined,
  { kind = 'ServiceAccount', namespace }: RulesOptions,
  problems: string[],
): Who | undefined {
  if (asked?.kind !== 'self')
    problems.push('NAME and an identity are two subjects: keep the one that is meant');
  if (kind === 'User') return { kind: 'as', user: name, groups: [] };
  if (kind === 'Group') return { kind: 'as', user: undefined, groups: [name] };
  const full = /[:/]/.test(name) || namespace === undefined ? name : `${namespace}:${name}`;
  return readAccount(full, 'NAME', problems);
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
  if (found.kind !== 'person') return complainMissing('rules', found, terminal);
  const { identity } = found.person;
  const rights = listRights(facts.index, identity, toReach(place, options));
  const caveats = [
    ...(who.kind === 'principal' && facts.isEks ? [caveatOf('access-entries-unseen')] : []),
    ...listOpenNames(facts.index, identity),
    ...listGapCaveats(facts),
    ...withoutGuesses(rights.caveats, facts),
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
    const tail = [...renderFacts([['source', facts.source]], paint), ...renderCaveats(caveats, paint)];
    terminal.out(`${[head, ...render(rights, options, paint), '', ...tail].join('\n')}\n`);
  }
  return toCode(rights, caveats);
}

function toReach(place: Place, { clusterOnly }: RulesOptions): Reach {
  if (place.kind === 'namespace') return { namespace: place.namespace };
  return clusterOnly ? 'cluster' : 'everywhere';
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
