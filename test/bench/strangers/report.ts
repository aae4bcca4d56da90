import type { Machine } from '../machine.ts';
import { renderTable, renderTargets, type Target } from '../markdown.ts';
import type { StrangerFigures } from './measure.ts';

export interface StrangersReport {
  readonly machine: Machine;
  /** Of strangers, at once. */
  readonly connections: number;
  /** By the name of the server, a row for each kind. */
  readonly servers: Readonly<Record<string, readonly StrangerFigures[]>>;
}

export function renderReport({ machine, connections, servers }: StrangersReport): string {
  const { date, processor, cores, memoryGb, kernel, node, loadBefore } = machine;
  const where = `${date} · ${processor}, ${cores} cores, ${memoryGb} GB · ${kernel} · Node ${node}`;
  return [
    `${where} · load average ${loadBefore.toFixed(1)} at the start · ${connections} connections of strangers`,
    ...Object.entries(servers).flatMap(([name, figures]) => [
      renderTargets(toTargets(name, figures)),
      renderTable(
        [name, 'resident MB', '/livez ms at most', 'legal calls', 'without an answer', 'p50 ms', 'p99 ms'],
        figures.map(toRow),
      ),
    ]),
  ].join('\n\n');
}

function toTargets(name: string, figures: readonly StrangerFigures[]): Target[] {
  const most = (pick: (figure: StrangerFigures) => number): number => Math.max(...figures.map(pick));
  return [
    { what: `${name}: resident`, unit: ' MB', value: most(({ rss }) => rss), limit: 180, kind: 'max' },
    { what: `${name}: /livez`, unit: ' ms', value: most(({ live }) => live), limit: 50, kind: 'max' },
    {
      what: `${name}: p99 of legal calls`,
      unit: ' ms',
      value: most(({ p99 }) => p99),
      limit: 100,
      kind: 'max',
    },
    {
      what: `${name}: without an answer`,
      unit: '',
      value: most(({ failed }) => failed),
      limit: 0,
      kind: 'max',
    },
  ];
}

function toRow({ kind, rss, live, calls, failed, p50, p99 }: StrangerFigures): string[] {
  const texts = [rss, live].map((value) => value.toFixed(1));
  return [kind, ...texts, String(calls), String(failed), p50.toFixed(1), p99.toFixed(1)];
}
