import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Spread, toSpread } from '../statistics.ts';
import { type Bed, type Contestant, type Server, startServer, startStandIn } from './bed.ts';
import { untilAnswered } from './caller.ts';
import type { BenchOptions } from './options.ts';
import { renderReview } from './reviews.ts';

/** From exec to an answer, ms. */
export interface StartFigures {
  readonly program: string;
  readonly accounts: number;
  /** Until any review is answered: the process listens. */
  readonly answering: Spread;
  /** Until the pod of the last listed account is mutated, by what the list has brought. */
  readonly lastListed: Spread;
  /** The same with live reads on, as they are by default; undefined for a program that has none. */
  readonly lastLiveRead: Spread | undefined;
  /** When each began, in the starts of `lastListed`; undefined for a program whose log says nothing of them. */
  readonly phases: Readonly<Record<Phase, Spread>> | undefined;
}

/** Messages of our own log that tell how far a start is. */
const PHASE_MESSAGES = {
  settings: 'iam-bridge webhook starts',
  listening: 'webhook listens (HTTPS)',
  listed: 'watch: listed',
} as const;
export type Phase = keyof typeof PHASE_MESSAGES;

const ACCOUNTS = [10_000, 100_000];

/** How long `node -e 0` takes here, ms: what every other figure of a start is to be read against. */
export async function measureBareStart({ starts }: Pick<BenchOptions, 'starts'>): Promise<Spread> {
  const times = await repeat(starts * 3, async () => {
    const startedAt = performance.now();
    await promisify(execFile)('taskset', ['-c', '0', process.execPath, '-e', '0']);
    return performance.now() - startedAt;
  });
  return toSpread(times);
}

/** One program's starts against API servers of both sizes. */
export async function measureStart(
  bed: Bed,
  contestant: Contestant,
  { starts }: Pick<BenchOptions, 'starts'>,
  tell: (text: string) => void,
): Promise<StartFigures[]> {
  const figures: StartFigures[] = [];
  for (const accounts of ACCOUNTS) {
    const api = await startStandIn(bed, accounts);
    const time = (wanted: 'any' | 'mutated', flags: readonly string[]): Promise<TimedStart[]> =>
      repeat(starts, () => timeStart(bed, { contestant, apiPort: api.port, accounts, flags }, wanted));
    const ours = contestant.kind === 'ours';
    // Otherwise the first pod would be answered by a read of its account alone, long before the list is through.
    const listOnly = ours ? ['--service-account-live-read=false'] : [];
    const listed = await time('mutated', listOnly);
    const own: StartFigures = {
      program: contestant.kind,
      accounts,
      answering: toAnswered(await time('any', listOnly)),
      lastListed: toAnswered(listed),
      lastLiveRead: ours ? toAnswered(await time('mutated', [])) : undefined,
      phases: ours ? toPhases(listed) : undefined,
    };
    tell(
      `${contestant.kind}, ${accounts} accounts: last mutated after ${own.lastListed.median.toFixed(0)} ms`,
    );
    figures.push(own);
    await api.child.stop(2_000);
  }
  return figures;
}

/** One start. ms from exec */
interface TimedStart {
  readonly answered: number;
  readonly phases: Readonly<Record<Phase, number>>;
}

async function timeStart(
  bed: Bed,
  options: Parameters<typeof startServer>[1],
  wanted: 'any' | 'mutated',
): Promise<TimedStart> {
  const execAt = Date.now();
  const server = await startServer(bed, options);
  const answeredAt = await untilAnswered(server, renderReview(options.accounts - 1), wanted);
  await server.child.stop(2_000);
  return { answered: answeredAt - server.startedAt, phases: readPhases(server, execAt) };
}

/** The log of a program that was started before under the same name goes on: the last line of a kind is of this start. */
function readPhases({ child }: Server, execAt: number): TimedStart['phases'] {
  const lines = child.readLog().split('\n');
  const find = (message: string): number => {
    const line = lines.findLast((each) => each.includes(`"msg":"${message}"`));
    const time = /"time":"([^"]+)"/.exec(line ?? '')?.[1];
    return time === undefined ? Number.NaN : Date.parse(time) - execAt;
  };
  return {
    settings: find(PHASE_MESSAGES.settings),
    listening: find(PHASE_MESSAGES.listening),
    listed: find(PHASE_MESSAGES.listed),
  };
}

function toAnswered(starts: readonly TimedStart[]): Spread {
  return toSpread(starts.map(({ answered }) => answered));
}

function toPhases(starts: readonly TimedStart[]): Readonly<Record<Phase, Spread>> {
  const pick = (phase: Phase): Spread => toSpread(starts.map(({ phases }) => phases[phase]));
  return { settings: pick('settings'), listening: pick('listening'), listed: pick('listed') };
}

async function repeat<T>(times: number, one: () => Promise<T>): Promise<T[]> {
  const values: T[] = [];
  for (let run = 0; run < times; run += 1) values.push(await one());
  return values;
}
