import type { Caveat } from '../../rbac/caveats.ts';
import type { RbacFinding } from '../../rbac/findings/finding.ts';
import { renderFinding } from '../../terminal/findings.ts';
import type { Paint } from '../../terminal/paint.ts';
import { showText } from '../../terminal/show.ts';
import { renderCaveats, renderFacts } from '../access/render.ts';
import { RBAC_SEVERITIES } from './options.ts';

export interface FindingsReport {
  /** The worst first. */
  readonly findings: readonly RbacFinding[];
  /** How many there are beside these that --exclude left out. */
  readonly excluded: number;
  readonly caveats: readonly Caveat[];
  readonly source: string;
}

/** For people: a finding in three lines, and how many there are. */
export function renderReport({ findings, excluded, caveats, source }: FindingsReport, paint: Paint): string {
  const lines = findings.flatMap(({ where, what, ...finding }) =>
    renderFinding({ ...finding, where, what: showText(what) }, { paint, showWhere: () => showText(where) }),
  );
  const counts = RBAC_SEVERITIES.flatMap((severity) => {
    const { length } = findings.filter((finding) => finding.severity === severity);
    return length === 0 ? [] : [`${length} ${severity}`];
  });
  const left = excluded === 0 ? '' : `; ${excluded} excluded`;
  const facts = [
    ['found', `${counts.length === 0 ? 'nothing' : counts.join(', ')}${left}`],
    ['source', source],
  ] as const;
  const tail = [...renderFacts(facts, paint), ...renderCaveats(caveats, paint)];
  return `${[...lines, ...(lines.length === 0 ? [] : ['']), ...tail].join('\n')}\n`;
}
