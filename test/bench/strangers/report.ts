import type { MemoryCharges } from '../../support/memory-cgroup.ts';
import type { Machine } from '../machine.ts';
import { renderTable, renderTargets, type Target } from '../markdown.ts';
import type { StrangerFigures } from './measure.ts';

export interface StrangersReport {
  readonly machine: Machine;
  /** Of strangers, at once. */
  readonly connections: number;
  /** By the name of the server, a row for each kind. */
  readonly servers: Readonly<Record<string, readonly StrangerFigures[]>>;
  /** Of servers whose memory was limited, at the end. */
  readonly held: Readonly<Record<string, Held>>;
}

export interface Held extends MemoryCharges {
  /** MiB */
  readonly limit: number;
  /** The server runs no more. */
  readonly ended: boolean;
}

export function renderReport({ machine, connections, servers, held }: StrangersReport): string {
  const { date, processor, cores, memoryGb, kernel, node, loadBefore } = machine;
  const where = `${date} · ${processor}, ${cores} cores, ${memoryGb} GB · ${kernel} · Node ${node}`;
  return [
    `${where} · load average ${loadBefore.toFixed(1)} at the start · ${connections} connections of strangers`,
    ...Object.entries(servers).flatMap(([name, figures]) => [
      renderTargets([...toTargets(name, figures), ...toHeldTargets(name, held[name])]),
      renderTable(
        [
          name,
          'resident MB',
          'anonymous MB',
          '/livez ms at most',
          'legal calls',
          'without an answer',
          'p50 ms',
          'p99 ms',
        ],
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

function toHeldTargets(name: string, held: Held | undefined): Target[] {
  if (held === undefined) return [];
  const { limit, kills, ended } = held;
  const what = `${name}: ended by the kernel in ${limit} MiB`;
  return [{ what, unit: '', value: Math.max(kills, Number(ended)), limit: 0, kind: 'max' }];
}

function toRow({ kind, rss, anonymous, live, calls, failed, p50, p99 }: StrangerFigures): string[] {
  const texts = [rss, anonymous, live].map((value) => value.toFixed(1));
  return [kind, ...texts, String(calls), String(failed), p50.toFixed(1), p99.toFixed(1)];
}
