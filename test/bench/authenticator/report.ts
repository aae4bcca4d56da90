import type { Machine } from '../machine.ts';
import { renderSpread, renderTable, renderTargets, type Target } from '../markdown.ts';
import type { StallFigures } from './stall.ts';
import type { ThroughputFigures } from './throughput.ts';

export interface AuthenticatorFigures {
  readonly machine: Machine;
  readonly throughput?: ThroughputFigures;
  readonly stall?: StallFigures;
}

/** The figures as Markdown, for docs/benchmarks.md. */
export function renderReport({ machine, throughput, stall }: AuthenticatorFigures): string {
  const { processor, cores, memoryGb, kernel, node, wrk, date, loadBefore } = machine;
  const targets = [
    ...(throughput ? toThroughputTargets(throughput) : []),
    ...(stall ? toStallTargets(stall) : []),
  ];
  return [
    `${date} · ${processor}, ${cores} cores, ${memoryGb} GB · ${kernel} · Node ${node} · ${wrk} · load average ${loadBefore.toFixed(1)} at the start`,
    renderTargets(targets),
    ...(throughput ? [renderPrograms(throughput)] : []),
  ].join('\n\n');
}

/** Ours against another program: by how much more it answers. The Go program's best case is an STS that speaks HTTP/2. */
const RATIOS = [
  { other: 'peer', kind: 'repeated', limit: 2.5 },
  { other: 'peer over HTTP/2', kind: 'repeated', limit: 2.5 },
  { other: 'peer', kind: 'distinct', limit: 0.8 },
  { other: 'peer over HTTP/2', kind: 'distinct', limit: 0.8 },
  { other: 'peer', kind: 'junk', limit: 0.9 },
  { other: 'floor', kind: 'junk', limit: 0.7 },
] as const;

const NAMES = {
  peer: 'the Go program',
  'peer over HTTP/2': 'the Go program with an STS of HTTP/2',
  floor: 'a bare node server',
} as const;

function toThroughputTargets({ programs, memory, junkCalls }: ThroughputFigures): Target[] {
  const ratios = RATIOS.flatMap(({ other, kind, limit }): Target[] => {
    const [own, theirs] = [programs['ours']?.[kind], programs[other]?.[kind]];
    if (own === undefined || theirs === undefined) return [];
    const value = own.requestsPerSecond.median / theirs.requestsPerSecond.median;
    return [{ what: `${kind} tokens per second, of ${NAMES[other]}`, unit: '×', value, limit, kind: 'min' }];
  });
  return [
    ...ratios,
    { what: 'calls to STS for junk', unit: '', value: junkCalls, limit: 0, kind: 'max' },
    { what: 'resident memory after the load', unit: ' MB', value: memory.rss, limit: 100, kind: 'max' },
  ];
}

function toStallTargets({ healthMost, cachedMost, lastAnswer }: StallFigures): Target[] {
  return [
    {
      what: 'STS stalled, 200 waiting: health, the slowest',
      unit: ' ms',
      value: healthMost,
      limit: 50,
      kind: 'max',
    },
    {
      what: 'the same: a token that is known, the slowest',
      unit: ' ms',
      value: cachedMost,
      limit: 50,
      kind: 'max',
    },
    {
      what: 'the same: until the last had its answer',
      unit: ' ms',
      value: lastAnswer,
      limit: 10_000,
      kind: 'max',
    },
  ];
}

function renderPrograms({ programs }: ThroughputFigures): string {
  const rows = Object.entries(programs).flatMap(([program, kinds]) =>
    Object.entries(kinds).map(([kind, { requestsPerSecond, cpu, p99 }]) => [
      `${program}, ${kind}`,
      renderSpread(requestsPerSecond, 0),
      renderSpread(cpu, 4),
      renderSpread(p99, 2),
    ]),
  );
  return renderTable(['median (least–most)', 'requests/s', 'CPU ms per request', 'p99 ms'], rows);
}
