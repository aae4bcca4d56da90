import { describeSource } from '../../access/subject-source.ts';
import { type Grant, isBuiltinGrant } from '../../rbac/grant.ts';
import { compareTexts } from '../../rbac/refs.ts';
import { renderColumns } from '../../terminal/columns.ts';
import type { Paint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import { renderCaveats, renderFacts } from '../access/render.ts';
import { nameQuestion, nameRef, nameScope } from '../access/words.ts';
import type { Person, WhoCanReport } from './report.ts';

const HEAD = ['SUBJECT', 'KIND', 'NAMESPACE', 'SCOPE', 'VIA'];

/** For people: a subject a line, and below each who that is. */
export function renderWhoCan({ question, subjects, caveats, source }: WhoCanReport, paint: Paint): string {
  const [head = '', ...lines] = renderColumns(HEAD, subjects.map(toRow)).trimEnd().split('\n');
  const rows = lines.flatMap((line, index) => [
    line,
    ...(subjects[index]?.people ?? []).map(
      (person) => `  ${paint('quiet', '←')} ${showText(describeSource(person))}`,
    ),
    ...(subjects[index]?.people?.length === 0 ? [`  ${paint('quiet', '← nobody who is mapped')}`] : []),
  ]);
  const facts = [
    ['question', nameQuestion(question, 'anywhere')],
    ['source', source],
  ] as const;
  return `${[paint('title', head), ...rows, '', ...renderFacts(facts, paint), ...renderCaveats(caveats, paint)].join('\n')}\n`;
}

function toRow({ subject, scope, names, because }: Person): readonly string[] {
  const via = because.map((grant) =>
    isBuiltinGrant(grant) ? 'built in' : `${nameRef(grant.binding)} → ${nameRef(grant.role)}`,
  );
  return [
    subject.name,
    subject.kind,
    subject.namespace ?? '',
    names === undefined ? nameScope(scope) : nameOwnScopes(because),
    [...new Set(via)].join('; '),
  ];
}

/** Of each place its own names: `team-a (only db); team-b (only queue)`. */
function nameOwnScopes(because: readonly Grant[]): string {
  const grants = because.flatMap((grant) => (isBuiltinGrant(grant) ? [] : [grant]));
  const places = Map.groupBy(grants, ({ binding }) => binding.namespace ?? '');
  return [...places]
    .toSorted(([left], [right]) => compareTexts(left, right))
    .map(([place, own]) => {
      const names = new Set(own.flatMap(({ rule }) => rule.resourceNames ?? []));
      return `${place === '' ? 'cluster' : place} (only ${[...names].toSorted(compareTexts).join(', ')})`;
    })
    .join('; ');
}
