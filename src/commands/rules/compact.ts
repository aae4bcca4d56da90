import type { PolicyRule } from '../../rbac/objects.ts';
import { compareTexts } from '../../rbac/refs.ts';
import type { Right } from '../../rbac/rights.ts';
import { renderColumns } from '../../terminal/columns.ts';
import { nameScope } from '../access/words.ts';

/** In the order of the columns, with the letter of each. */
const VERBS = {
  get: 'G',
  list: 'L',
  watch: 'W',
  create: 'C',
  update: 'U',
  patch: 'P',
  delete: 'D',
  deletecollection: 'X',
} as const;
const NAMES = Object.keys(VERBS);

interface Row {
  readonly what: string;
  readonly names: string;
  readonly scope: string;
  readonly verbs: Set<string>;
}

/** Resources a line each, with verbs as columns; what counts elsewhere, or for some objects only, has lines of its own. */
export function renderCompact(rights: readonly Right[]): readonly string[] {
  const head = ['RESOURCE', 'NAMES', ...Object.values(VERBS), 'OTHER', 'SCOPE'];
  return toRuleTable(toRows(rights), head);
}

/** The same for the rules of one role, which all count in the same place. */
export function renderRules(rules: readonly PolicyRule[]): readonly string[] {
  const rights = rules.map((rule) => ({ rule, cluster: true, namespaces: [], because: [] }));
  const head = ['RESOURCE', 'NAMES', ...Object.values(VERBS), 'OTHER'];
  return toRuleTable(toRows(rights), head);
}

function toRuleTable(rows: readonly Row[], head: readonly string[]): readonly string[] {
  const cells = rows.map((row) => toCells(row).slice(0, head.length));
  return renderColumns(head, cells).trimEnd().split('\n');
}

function toRows(rights: readonly Right[]): readonly Row[] {
  const rows = new Map<string, Row>();
  for (const { rule, cluster, namespaces } of rights) {
    const scope = nameScope({ cluster, namespaces });
    const names = (rule.resourceNames ?? []).join(',');
    for (const what of listWhat(rule)) {
      const key = JSON.stringify([what, names, scope]);
      const row = rows.get(key) ?? { what, names, scope, verbs: new Set<string>() };
      rows.set(key, row);
      for (const verb of rule.verbs) row.verbs.add(verb);
    }
  }
  return [...rows.values()].toSorted(
    (left, right) => compareTexts(left.what, right.what) || compareTexts(left.names, right.names),
  );
}

function listWhat({ apiGroups = [], resources, nonResourceURLs = [] }: PolicyRule): readonly string[] {
  // A star alone would be all resources of the core group.
  if (resources === undefined) return nonResourceURLs.map((url) => (url === '*' ? '* (URLs)' : url));
  return apiGroups.flatMap((group) =>
    resources.map((resource) => {
      // A subresource stands behind the group, as kubectl writes it.
      const [type = '', ...rest] = resource.split('/');
      return [`${type}${group === '' ? '' : `.${group}`}`, ...rest].join('/');
    }),
  );
}

function toCells({ what, names, scope, verbs }: Row): readonly string[] {
  const isAll = verbs.has('*');
  const marks = NAMES.map((verb) => (isAll || verbs.has(verb) ? '✔' : ''));
  const others = isAll ? ['*'] : [...verbs].filter((verb) => !NAMES.includes(verb)).toSorted();
  return [what, names, ...marks, others.join(','), scope];
}
