import { type MatrixPlan, planMatrix, REQUEST_VERBS } from '../../access/matrix.ts';
import { describeError } from '../../base/errors.ts';
import { caveatOf } from '../../rbac/caveats.ts';
import { listGaps } from '../../rbac/known-gaps.ts';
import { createPaint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import { toIdentityData } from '../access/data.ts';
import { type AccessFacts, listGapCaveats } from '../access/facts.ts';
import { findPerson } from '../access/find-person.ts';
import { complainMissing } from '../access/missing.ts';
import { printData } from '../access/print.ts';
import { checkSource, type Place, readPlace, readWho, type Who } from '../access/request.ts';
import { withFacts } from '../access/session.ts';
import { complain, note } from '../diagnostics.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';
import { type Asked, fillTable } from './fill.ts';
import type { MatrixOptions } from './options.ts';
import { fillRoles, fillSubjects } from './owners.ts';
import { renderCsv, renderMatrix } from './render.ts';
import { type Table, type TableRow, toTableData } from './table.ts';

/** `iam-bridge matrix`: 0 a table, 1 nothing to tell, 2 usage, 3 not all of it could be asked. */
export async function runMatrix(options: MatrixOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { output, ...source } = options;
  const problems: string[] = [];
  checkSource(source, problems);
  const who = readWho(source, problems);
  const place = readPlace(options, problems);
  const request = {
    subjects: readPattern('--subjects', options.subjects, problems),
    roles: readPattern('--roles', options.roles, problems),
    verbs: readVerbs(options.verbs, problems),
    resources: readList('--resources', options.resources, problems),
  };
  checkForm(options, who, problems);
  const wanted = { place, mappings: who?.kind === 'principal' };
  const run = { command: 'matrix', problems, options: source, wanted };
  return await withFacts(run, surroundings, async (facts) =>
    who === undefined ? 2 : await tell({ ...request, who, place, options }, facts, surroundings),
  );
}

function readPattern(flag: string, text: string | undefined, problems: string[]): RegExp | undefined {
  if (text === undefined) return undefined;
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    problems.push(`${flag} is no regular expression (${describeError(error)}): mend it, or escape the name`);
    return undefined;
  }
}

function readVerbs(text: string, problems: string[]): readonly string[] {
  if (text === 'all') return REQUEST_VERBS;
  return readList('--verbs', text, problems) ?? [];
}

function readList(flag: string, text: string | undefined, problems: string[]): readonly string[] | undefined {
  if (text === undefined) return undefined;
  const parts = [...new Set(text.split(',').map((part) => part.trim()))];
  if (parts.includes('')) problems.push(`${flag} has an empty part: give names with a comma between them`);
  return parts;
}

function checkForm(
  { subjects, roles, snapshot, resources, subresources, ascii, output }: MatrixOptions,
  who: Who | undefined,
  problems: string[],
): void {
  const isAboutOne = who !== undefined && who.kind !== 'self';
  const asked = [
    subjects !== undefined && '--subjects',
    roles !== undefined && '--roles',
    isAboutOne && 'an identity',
  ].filter((each) => each !== false);
  if (asked.length > 1) problems.push(`${asked.join(' and ')} are different tables: keep one of them`);
  if (asked.length === 0 && who !== undefined && snapshot !== undefined)
    problems.push(
      'a snapshot does not know who you are: give --as, --as-group, --sa, --arn, --subjects or --roles',
    );
  if (resources !== undefined && subresources)
    problems.push('--resources names the rows, subresources too: leave --subresources out');
  if (ascii && output !== undefined) problems.push('--ascii is for the table: leave -o or it out');
}

interface MatrixRequest {
  readonly who: Who;
  readonly place: Place;
  readonly subjects: RegExp | undefined;
  readonly roles: RegExp | undefined;
  readonly verbs: readonly string[];
  readonly resources: readonly string[] | undefined;
  readonly options: MatrixOptions;
}

async function tell(
  request: MatrixRequest,
  facts: AccessFacts,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const { who, place, verbs, resources, options } = request;
  const namespace = toNamespace(place, facts);
  const plan = planMatrix(
    {
      ...{ resources, verbs, namespace },
      subresources: options.subresources ?? false,
      namespaceIsGiven: place.kind === 'namespace',
    },
    facts.catalogue,
  );
  if (plan.kind === 'problem') return complain('matrix', [plan.problem], surroundings.terminal, 2);
  const scene = { plan, base: { columns: verbs, source: facts.source, namespace }, facts, options };
  const { subjects, roles } = request;
  if (subjects !== undefined)
    return await tellMany('subject', fillSubjects(subjects, plan.rows, facts), scene, surroundings);
  if (roles !== undefined)
    return await tellMany('role', fillRoles(roles, plan.rows, facts), scene, surroundings);
  return await tellOne(who, scene, surroundings);
}

function toNamespace(place: Place, { namespace }: AccessFacts): string | undefined {
  if (place.kind === 'namespace') return place.namespace;
  return place.kind === 'default' ? namespace : undefined;
}

async function tellMany(
  what: 'subject' | 'role',
  rows: readonly TableRow[],
  { plan, base, facts, options }: Scene,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const caveats = [...plan.caveats, ...listGapCaveats(facts), ...facts.index.caveats];
  await print({ ...base, rows, caveats }, options, surroundings);
  if (rows.length > 0) return 0;
  const where = base.namespace === undefined ? 'cluster-wide' : `in ${showText(base.namespace)}`;
  const line = `no ${what} with such a name is allowed any of this ${where}: -n NAMESPACE looks elsewhere`;
  const isOpen = caveats.some(({ code }) => code === 'no-evidence');
  return complain('matrix', [line], surroundings.terminal, isOpen ? 3 : 1);
}

interface Scene {
  readonly plan: MatrixPlan & { readonly kind: 'plan' };
  readonly base: Pick<Table, 'columns' | 'source' | 'namespace'>;
  readonly facts: AccessFacts;
  readonly options: MatrixOptions;
}

async function tellOne(
  who: Who,
  { plan, base, facts, options }: Scene,
  surroundings: Surroundings,
): Promise<ExitCode> {
  const found = await findPerson(who, facts);
  if (found.kind === 'nobody') return complainMissing('matrix', found, surroundings.terminal);
  const identity = found.kind === 'person' ? found.person.identity : undefined;
  const asked: Asked = { identity, isSelf: who.kind === 'self' };
  const { rows, caveats } = await fillTable(plan.rows, asked, facts);
  const table: Table = {
    ...base,
    rows,
    caveats: [
      ...plan.caveats,
      ...(who.kind === 'principal' && facts.isEks ? [caveatOf('access-entries-unseen')] : []),
      ...caveats,
      ...(identity === undefined ? [] : listGaps(facts.index, identity, [])),
    ],
    ...(identity && { identity: toIdentityData(identity) }),
  };
  await print(table, options, surroundings);
  return rows.some(({ cells }) => cells.includes('unknown')) ? 3 : 0;
}

async function print(
  table: Table,
  { output, ascii = false }: MatrixOptions,
  { terminal, screen }: Surroundings,
): Promise<void> {
  if (output === 'csv') {
    terminal.out(renderCsv(table));
    // A table of values has no room for them.
    note(
      'matrix',
      table.caveats.map(({ code, message }) => `${showText(message)} (${code})`),
      terminal,
    );
  } else if (output !== undefined) await printData(toTableData(table), output, terminal);
  else terminal.out(renderMatrix(table, ascii, createPaint(screen)));
}
