import { renderColumns } from '../../terminal/columns.ts';
import type { Paint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import { renderCaveats, renderFacts } from '../access/render.ts';
import { nameIdentity, nameRef, nameSubject } from '../access/words.ts';
import type { Cell, Table, TableRow } from './table.ts';

const SIGNS: Readonly<Record<Cell, string>> = { yes: '✔', no: '✖', 'n/a': '', unknown: '?' };

/** For people: a resource a line, verbs as columns. @param ascii words instead of signs */
export function renderMatrix(table: Table, ascii: boolean, paint: Paint): string {
  const { columns, rows, caveats, source, identity } = table;
  const hasOwners = rows.some(({ subject, role }) => subject !== undefined || role !== undefined);
  const owner = rows.some(({ role }) => role !== undefined) ? 'ROLE' : 'SUBJECT';
  const head = [...(hasOwners ? [owner] : []), 'RESOURCE', ...columns.map((verb) => verb.toUpperCase())];
  const toCells = (row: TableRow): readonly string[] => [
    ...(hasOwners ? [nameOwner(row)] : []),
    nameRow(row),
    ...row.cells.map((cell) => (ascii ? cell : SIGNS[cell])),
  ];
  const [first = '', ...lines] = renderColumns(head, rows.map(toCells)).trimEnd().split('\n');
  const facts = [
    ...(identity === undefined ? [] : [['who', nameIdentity(identity)] as const]),
    ['where', nameWhere(table)] as const,
    ['source', source] as const,
  ];
  const painted = ascii ? lines : lines.map((line) => paintSigns(line, paint));
  const told = [...renderFacts(facts, paint), ...renderCaveats(caveats, paint)];
  return `${[paint('title', first), ...painted, '', ...told].join('\n')}\n`;
}

function nameWhere({ namespace, rows }: Table): string {
  if (namespace === undefined) return 'cluster-wide';
  const isMixed = rows.some(({ namespaced }) => namespaced === false);
  return isMixed ? `in ${namespace}, and cluster-wide what belongs to no namespace` : `in ${namespace}`;
}

function nameOwner({ subject, role }: TableRow): string {
  if (role !== undefined) return nameRef(role);
  return subject === undefined ? '' : nameSubject(subject);
}

/** As kubectl writes it: `deployments.apps/scale`, and a name behind a blank. */
function nameRow({ group, resource, subresource, name }: TableRow): string {
  const type = `${resource}${group === '' ? '' : `.${group}`}`;
  const whole = subresource === undefined ? type : `${type}/${subresource}`;
  return name === undefined ? whole : `${whole} ${name}`;
}

function paintSigns(line: string, paint: Paint): string {
  return line.replaceAll(SIGNS.yes, paint('good', SIGNS.yes)).replaceAll(SIGNS.no, paint('bad', SIGNS.no));
}

/** Comma-separated values (RFC 4180); names as in text, so that no control character gets through. */
export function renderCsv({ columns, rows }: Table): string {
  const owner = ['subjectKind', 'subjectNamespace', 'subjectName'];
  const hasSubjects = rows.some(({ subject }) => subject !== undefined);
  const hasRoles = rows.some(({ role }) => role !== undefined);
  const own = hasSubjects ? owner : hasRoles ? ['roleKind', 'roleNamespace', 'roleName'] : [];
  const head = [...own, 'group', 'resource', 'subresource', 'name', ...columns];
  const lines = rows.map(({ subject, role, group, resource, subresource = '', name = '', cells }) => {
    const ref = subject ?? role;
    const refs = ref === undefined ? [] : [ref.kind, ref.namespace ?? '', ref.name];
    return [...refs, group, resource, subresource, name, ...cells];
  });
  return [head, ...lines].map((line) => `${line.map(toField).join(',')}\r\n`).join('');
}

function toField(text: string): string {
  // Spreadsheets would run it as a formula (OWASP, "CSV Injection").
  const shown = showText(text).replace(/^[=+\-@]/, "'$&");
  return /[",]/.test(shown) ? `"${shown.replaceAll('"', '""')}"` : shown;
}
