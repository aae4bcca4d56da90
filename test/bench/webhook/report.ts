import type { Machine } from '../machine.ts';
import { renderSpread, renderTable, renderTargets, type Target } from '../markdown.ts';
import type { Spread } from '../statistics.ts';
import type { MemoryFigures } from './memory.ts';
import type { PatchFigures } from './patch.ts';
import type { StartFigures } from './start.ts';
import type { ThroughputFigures } from './throughput.ts';

export interface Figures {
  readonly machine: Machine;
  readonly throughput?: ThroughputFigures;
  readonly memory?: readonly MemoryFigures[];
  /** Of `node -e 0`, ms. */
  readonly bareStart?: Spread;
  readonly start?: readonly StartFigures[];
  readonly patch?: PatchFigures;
}

const TITLES: Readonly<Record<string, string>> = {
  ours: 'iam-bridge',
  floor: 'bare node:https',
  peer: 'Go program',
};

/** The figures as Markdown, for docs/benchmarks.md. */
export function renderReport(figures: Figures): string {
  const { processor, cores, memoryGb, kernel, node, wrk, date } = figures.machine;
  return [
    `${date} · ${processor}, ${cores} cores, ${memoryGb} GB · ${kernel} · Node ${node} · ${wrk}`,
    renderTargets(toTargets(figures)),
    ...(figures.throughput ? [renderThroughput(figures.throughput)] : []),
    ...(figures.memory ? [renderMemory(figures.memory)] : []),
    ...(figures.start ? [renderStart(figures.start, figures.bareStart)] : []),
  ].join('\n\n');
}

function toTargets({ throughput, memory, start, patch }: Figures): Target[] {
  return [
    ...(throughput ? toThroughputTargets(throughput) : []),
    ...toMemoryTargets(memory?.find(({ program }) => program === 'ours')),
    ...(start ?? []).filter(({ program }) => program === 'ours').map(toStartTarget),
    ...(patch ? [toPatchTarget(patch)] : []),
  ];
}

function toThroughputTargets({ ratios }: ThroughputFigures): Target[] {
  const floor = ratios['floor'];
  if (floor === undefined) return [];
  return [
    {
      what: 'requests per second, of the floor’s',
      unit: '×',
      value: floor.requestsPerSecond.median,
      limit: 0.75,
      kind: 'min',
    },
    {
      what: 'processor time per request, of the floor’s',
      unit: '×',
      value: floor.cpu.median,
      limit: 1.35,
      kind: 'max',
    },
    { what: 'p99, of the floor’s', unit: '×', value: floor.p99.median, limit: 2, kind: 'max' },
  ];
}

function toMemoryTargets(memory: MemoryFigures | undefined): Target[] {
  if (memory === undefined) return [];
  const at = (accounts: string): number => memory.idle[accounts]?.rss ?? Number.NaN;
  const resident = (what: string, value: number, limit: number): Target => ({
    what: `resident memory ${what}`,
    unit: ' MB',
    value,
    limit,
    kind: 'max',
  });
  const { requests, rss } = memory.afterLoad;
  return [
    resident('idle', at('0'), 85),
    resident('with 10,000 ServiceAccounts', at('10000'), 90),
    resident('with 100,000 ServiceAccounts', at('100000'), 120),
    resident(`after ${requests.toLocaleString('en')} requests`, rss, 110),
  ];
}

function toStartTarget({ accounts, lastListed }: StartFigures): Target {
  return {
    what: `exec to the last of ${accounts.toLocaleString('en')} ServiceAccounts’ pod mutated`,
    unit: ' s',
    value: lastListed.median / 1000,
    limit: accounts === 100_000 ? 2.5 : 0.5,
    kind: 'max',
  };
}

function toPatchTarget({ patch, wholeArrays }: PatchFigures): Target {
  return {
    what: `patch (${patch} bytes), of one that sends containers whole (${wholeArrays} bytes)`,
    unit: '×',
    value: patch / wholeArrays,
    limit: 0.5,
    kind: 'max',
  };
}

function renderThroughput({ programs, ratios, rounds }: ThroughputFigures): string {
  const rows = Object.entries(programs).map(([name, figures]) => [
    TITLES[name] ?? name,
    renderSpread(figures.requestsPerSecond, 0),
    renderSpread(figures.cpu, 4),
    renderSpread(figures.p50, 2),
    renderSpread(figures.p99, 2),
  ]);
  const pairs = Object.entries(ratios).map(([name, ratio]) => [
    `iam-bridge ÷ ${TITLES[name] ?? name}, pair by pair`,
    renderSpread(ratio.requestsPerSecond, 2),
    renderSpread(ratio.cpu, 2),
    renderSpread(ratio.p50, 2),
    renderSpread(ratio.p99, 2),
  ]);
  const head = ['median (least–most)', 'requests/s', 'CPU ms per request', 'p50 ms', 'p99 ms'];
  return `Under load, ${rounds.length} rounds:\n\n${renderTable(head, [...rows, ...pairs])}`;
}

function renderMemory(memory: readonly MemoryFigures[]): string {
  const rows = memory.map(({ program, idle, afterLoad }) => [
    TITLES[program] ?? program,
    ...Object.values(idle).map(({ rss, peak }) => `${rss.toFixed(1)} (${peak.toFixed(1)})`),
    `${afterLoad.rss.toFixed(1)} (${afterLoad.peak.toFixed(1)})`,
  ]);
  const [first] = memory;
  const columns = Object.keys(first?.idle ?? {}).map(
    (accounts) => `${Number(accounts).toLocaleString('en')} accounts`,
  );
  const load = `10,000 accounts, after ${(first?.afterLoad.requests ?? 0).toLocaleString('en')} requests`;
  return `Resident memory in MB (the most ever):\n\n${renderTable(['', ...columns, load], rows)}`;
}

function renderStart(starts: readonly StartFigures[], bare: Spread | undefined): string {
  const rows = starts.map(({ program, accounts, answering, lastListed, lastLiveRead }) => [
    TITLES[program] ?? program,
    accounts.toLocaleString('en'),
    renderSpread(answering, 0),
    renderSpread(lastListed, 0),
    lastLiveRead === undefined ? '–' : renderSpread(lastLiveRead, 0),
  ]);
  const head = [
    'ms from exec',
    'accounts',
    'first answer',
    'last mutated, by the list',
    'last mutated, live reads on',
  ];
  return `Start (\`node -e 0\`: ${bare ? renderSpread(bare, 0) : 'not measured'} ms):\n\n${renderTable(head, rows)}`;
}
