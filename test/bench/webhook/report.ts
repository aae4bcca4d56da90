import type { Machine } from '../machine.ts';
import { renderSpread, renderTable, renderTargets, type Target } from '../markdown.ts';
import type { Memory } from '../process-figures.ts';
import type { Spread } from '../statistics.ts';
import type { MemoryFigures } from './memory.ts';
import type { PatchFigures } from './patch.ts';
import type { Phase, StartFigures } from './start.ts';
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
  'by kubeconfig': 'iam-bridge, by a kubeconfig',
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

function toTargets({ throughput, memory, patch }: Figures): Target[] {
  return [
    ...(throughput ? toThroughputTargets(throughput) : []),
    ...toMemoryTargets(memory ?? []),
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
      limit: 0.85,
      kind: 'min',
    },
    {
      what: 'processor time per request, of the floor’s',
      unit: '×',
      value: floor.cpu.median,
      limit: 1.2,
      kind: 'max',
    },
    { what: 'p99, of the floor’s', unit: '×', value: floor.p99.median, limit: 1.5, kind: 'max' },
  ];
}

/** A container's limit is felt by anonymous memory; a kubeconfig is what servers outside of a cluster take. */
function toMemoryTargets(memory: readonly MemoryFigures[]): Target[] {
  const find = (program: string): MemoryFigures | undefined =>
    memory.find((each) => each.program === program);
  const [ours, byKubeconfig] = [find('ours'), find('by kubeconfig')];
  const target = (what: string, value: number | undefined, limit: number): Target => ({
    what,
    unit: ' MB',
    value: value ?? Number.NaN,
    limit,
    kind: 'max',
  });
  return [
    ...(ours
      ? [
          target('anonymous memory idle', ours.idle['0']?.anonymous, 30),
          target('anonymous memory with 100,000 ServiceAccounts', ours.idle['100000']?.anonymous, 60),
          target(
            `resident memory after ${ours.afterLoad.requests.toLocaleString('en')} requests`,
            ours.afterLoad.rss,
            110,
          ),
        ]
      : []),
    ...(byKubeconfig
      ? [
          target('resident memory by a kubeconfig, idle', byKubeconfig.idle['0']?.rss, 80),
          target('the same with 10,000 ServiceAccounts', byKubeconfig.idle['10000']?.rss, 85),
          target('the same with 100,000 ServiceAccounts', byKubeconfig.idle['100000']?.rss, 110),
        ]
      : []),
  ];
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
  const show = ({ rss, anonymous, peak }: Memory): string =>
    `${rss.toFixed(1)} / ${anonymous.toFixed(1)} (${peak.toFixed(1)})`;
  const rows = memory.map(({ program, idle, afterLoad }) => [
    TITLES[program] ?? program,
    ...Object.values(idle).map(show),
    show(afterLoad),
  ]);
  const [first] = memory;
  const columns = Object.keys(first?.idle ?? {}).map(
    (accounts) => `${Number(accounts).toLocaleString('en')} accounts`,
  );
  const load = `10,000 accounts, after ${(first?.afterLoad.requests ?? 0).toLocaleString('en')} requests`;
  return `Memory in MB, resident / anonymous (the most ever resident):\n\n${renderTable(['', ...columns, load], rows)}`;
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
  const phases = starts.flatMap(({ accounts, phases }) =>
    phases === undefined ? [] : [[accounts.toLocaleString('en'), ...toPhaseCells(phases)]],
  );
  return [
    `Start (\`node -e 0\`: ${bare ? renderSpread(bare, 0) : 'not measured'} ms):`,
    renderTable(head, rows),
    'Where the time goes, by the log of the same starts (ms from exec; the list alone brings the accounts):',
    renderTable(['accounts', ...Object.values(PHASE_TITLES)], phases),
  ].join('\n\n');
}

const PHASE_TITLES: Readonly<Record<Phase, string>> = {
  settings: 'the bundle is loaded, flags are read',
  listening: 'the door is open',
  listed: 'the last page is there',
};

function toPhaseCells(phases: Readonly<Record<Phase, Spread>>): string[] {
  return (Object.keys(PHASE_TITLES) as Phase[]).map((phase) => renderSpread(phases[phase], 0));
}
