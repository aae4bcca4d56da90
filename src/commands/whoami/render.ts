import type { Paint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import type { GroupData } from '../access/data.ts';
import { renderCaveats, renderFacts, renderMapping } from '../access/render.ts';
import { nameOrigin, showUser } from '../access/words.ts';
import type { WhoamiReport } from './report.ts';

/** For people: who, by what, each group with where it comes from, and how much that gives. */
export function renderWhoami(report: WhoamiReport, paint: Paint): string {
  const { user, uid, groups, extra, principal, mapping, rights, caveats, source } = report;
  const facts: readonly (readonly [name: string, value: string])[] = [
    ['user', user === null ? 'nobody' : showUser(user)],
    ...(uid === '' ? [] : [['uid', uid] as const]),
    ...(principal === undefined ? [] : [['principal', principal.arn] as const]),
    ...Object.entries(extra).map(([name, values]) => [name, values.join(', ')] as const),
    ['source', source],
  ];
  const parts = [
    renderFacts(facts, paint),
    mapping === undefined ? [] : renderMapping(mapping, paint),
    renderGroups(groups, paint),
    user === null ? [] : [renderRights(rights)],
    renderCaveats(caveats, paint),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function renderGroups(groups: readonly GroupData[], paint: Paint): readonly string[] {
  if (groups.length === 0) return [];
  const names = groups.map(({ name }) => showText(name));
  const width = Math.max(...names.map((name) => name.length));
  return [
    paint('title', 'groups'),
    ...groups.map(
      ({ origin }, index) =>
        `  ${(names[index] ?? '').padEnd(width)}  ${paint('quiet', '←')} ${showText(nameOrigin(origin))}`,
    ),
  ];
}

function renderRights({ clusterRoleBindings, roleBindings, rules }: WhoamiReport['rights']): string {
  const bindings = `${count(clusterRoleBindings, 'ClusterRoleBinding')} and ${count(roleBindings, 'RoleBinding')}`;
  return `rights: ${count(rules, 'rule')} by ${bindings}`;
}

function count(many: number, what: string): string {
  return `${many} ${what}${many === 1 ? '' : 's'}`;
}
