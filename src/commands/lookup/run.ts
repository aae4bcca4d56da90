import { listOpenNames } from '../../access/open-names.ts';
import { createTracer } from '../../access/trace.ts';
import { describeError } from '../../base/errors.ts';
import type { Bond } from '../../rbac/bindings-index.ts';
import { findBonds } from '../../rbac/bonds.ts';
import { type Caveat, caveatOf } from '../../rbac/caveats.ts';
import type { Identity } from '../../rbac/identity.ts';
import type { Subject } from '../../rbac/objects.ts';
import { toRef } from '../../rbac/refs.ts';
import { createPaint } from '../../terminal/paint.ts';
import { type AccessFacts, knowsRoles, listGapCaveats } from '../access/facts.ts';
import { findPerson } from '../access/find-person.ts';
import { complainMissing, type NotFound } from '../access/missing.ts';
import type { IdentityOptions, NamespaceOptions, SourceOptions } from '../access/options.ts';
import { printData } from '../access/print.ts';
import { renderCaveats } from '../access/render.ts';
import { checkSource, readPlace, readWho, type Who } from '../access/request.ts';
import { withFacts } from '../access/session.ts';
import { nameIdentity } from '../access/words.ts';
import { complain, note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { type FoundBinding, renderLookup } from './render.ts';
import { isNamed, listImplied, listLookedAt, selectBonds } from './select.ts';

export interface LookupOptions extends SourceOptions, IdentityOptions, NamespaceOptions {
  readonly regex?: string;
  readonly not?: boolean;
  readonly kind?: Subject['kind'];
  readonly implied?: boolean;
}

export interface LookupRequest {
  readonly name: string | undefined;
  readonly options: LookupOptions;
}

/** `iam-bridge lookup`: 0 found, 1 nothing found, 2 usage, 3 outside. */
export async function runLookup(
  { name, options }: LookupRequest,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const problems: string[] = [];
  checkSource(options, problems);
  const who = readWho(options, problems);
  const place = readPlace(options, problems);
  const pattern = readPattern(options, problems);
  checkForm(name, who, options, problems);
  const wanted = { place: { kind: 'all' }, mappings: true, accounts: true } as const;
  const namespace = place.kind === 'namespace' ? place.namespace : undefined;
  const matches = toMatcher(name, pattern, options);
  return await withFacts({ command: 'lookup', problems, options, wanted }, surroundings, async (facts) => {
    const found = await findAsked({ who, matches, namespace, options }, facts);
    return 'kind' in found
      ? complainMissing('lookup', found, surroundings.terminal)
      : await tell(found, facts, options, surroundings);
  });
}

function readPattern({ regex, not }: LookupOptions, problems: string[]): RegExp | undefined {
  if (regex === undefined) {
    if (not) problems.push('--not turns -e round: give -e, too');
    return undefined;
  }
  try {
    return new RegExp(regex, 'u');
  } catch (error) {
    problems.push(`-e is no regular expression (${describeError(error)}): mend it, or give the NAME itself`);
    return undefined;
  }
}

function checkForm(
  name: string | undefined,
  who: Who | undefined,
  { regex, implied }: LookupOptions,
  problems: string[],
): void {
  const isAboutPerson = who !== undefined && who.kind !== 'self';
  const asked = [name !== undefined && 'NAME', regex !== undefined && '-e', isAboutPerson && 'an identity'];
  const given = asked.filter((each) => each !== false);
  if (given.length > 1) problems.push(`${given.join(' and ')} ask for different subjects: keep one of them`);
  if (implied && name === undefined) problems.push('--implied goes with a NAME: give one');
}

type Matches = ((subject: Subject) => boolean) | undefined;

function toMatcher(
  name: string | undefined,
  pattern: RegExp | undefined,
  { not = false, implied = false }: LookupOptions,
): Matches {
  if (pattern !== undefined) return (subject) => pattern.test(toFullName(subject)) !== not;
  if (name === undefined) return undefined;
  const groups = implied ? listImplied(name) : [];
  return (subject) => isNamed(name, subject) || (subject.kind === 'Group' && groups.includes(subject.name));
}

function toFullName({ namespace, name }: Subject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

interface Asked {
  readonly who: Who | undefined;
  readonly matches: Matches;
  readonly namespace: string | undefined;
  readonly options: LookupOptions;
}

interface FoundBonds {
  readonly bonds: readonly Bond[];
  /** Whom it is about, where it is about one. */
  readonly identity: Identity | undefined;
  /** Of that one. */
  readonly caveats: readonly Caveat[];
}

async function findAsked(
  { who, matches, namespace, options: { kind } }: Asked,
  facts: AccessFacts,
): Promise<FoundBonds | NotFound> {
  const tables = listLookedAt(facts.index, namespace);
  if (who === undefined || who.kind === 'self')
    return { bonds: selectBonds(tables, { matches, kind }), identity: undefined, caveats: [] };
  const found = await findPerson(who, facts);
  if (found.kind !== 'person') return found;
  const { identity } = found.person;
  const bonds = findBonds(tables, identity).filter(
    ({ subject }) => kind === undefined || subject.kind === kind,
  );
  return { bonds, identity, caveats: listOpenNames(facts.index, identity) };
}

async function tell(
  { bonds, identity, caveats: own }: FoundBonds,
  facts: AccessFacts,
  { output }: LookupOptions,
  { terminal, screen }: Surroundings,
): Promise<ExitCode> {
  const { mappings, index, isEks } = facts;
  const tracer = await createTracer({ mappings, accounts: index.objects.accounts, isEks });
  const rows = bonds.map(
    ({ subject, binding, role }): FoundBinding => ({
      subject,
      binding: toRef(binding),
      role: binding.role,
      scope: toScope(binding.namespace),
      ...(role === undefined && knowsRoles(facts) && { dangling: true }),
      from: tracer.trace(subject),
    }),
  );
  const caveats: readonly Caveat[] = [
    ...(isEks ? [caveatOf('access-entries-unseen')] : []),
    ...own,
    ...listGapCaveats(facts),
    ...index.caveats,
  ];
  const paint = createPaint(screen);
  if (output !== undefined) await printData(rows, output, terminal);
  else if (rows.length > 0) terminal.out(renderLookup(rows, listFacts(identity, facts), paint));
  // An array has no room for them.
  note(
    'lookup',
    renderCaveats(caveats, paint).flatMap((each) => each.split('\n')),
    terminal,
  );
  if (rows.length > 0) return 0;
  const isWhole = !caveats.some(({ code }) => code === 'no-evidence');
  return complain('lookup', ['nothing is bound to such a subject'], terminal, isWhole ? 1 : 3);
}

function listFacts(
  identity: Identity | undefined,
  { source }: AccessFacts,
): readonly (readonly [name: string, value: string])[] {
  return [...(identity === undefined ? [] : [['who', nameIdentity(identity)] as const]), ['source', source]];
}

function toScope(namespace: string | undefined): FoundBinding['scope'] {
  return namespace === undefined
    ? { cluster: true, namespaces: [] }
    : { cluster: false, namespaces: [namespace] };
}
