import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Spread, toSpread } from '../statistics.ts';
import { type Bed, type Contestant, startServer, startStandIn } from './bed.ts';
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
}

const ACCOUNTS = [10_000, 100_000];

/** How long `node -e 0` takes here, ms: what every other figure of a start is to be read against. */
export async function measureBareStart({ starts }: Pick<BenchOptions, 'starts'>): Promise<Spread> {
  return await repeat(starts * 3, async () => {
    const startedAt = performance.now();
    await promisify(execFile)('taskset', ['-c', '0', process.execPath, '-e', '0']);
    return performance.now() - startedAt;
  });
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
    const time = (wanted: 'any' | 'mutated', flags: readonly string[]): Promise<Spread> =>
      repeat(starts, () => timeStart(bed, { contestant, apiPort: api.port, accounts, flags }, wanted));
    const ours = contestant.kind === 'ours';
    // Otherwise the first pod would be answered by a read of its account alone, long before the list is through.
    const listOnly = ours ? ['--service-account-live-read=false'] : [];
    const own: StartFigures = {
      program: contestant.kind,
      accounts,
      answering: await time('any', listOnly),
      lastListed: await time('mutated', listOnly),
      lastLiveRead: ours ? await time('mutated', []) : undefined,
    };
    tell(
      `${contestant.kind}, ${accounts} accounts: last mutated after ${own.lastListed.median.toFixed(0)} ms`,
    );
    figures.push(own);
    await api.child.stop(2_000);
  }
  return figures;
}

async function timeStart(
  bed: Bed,
  options: Parameters<typeof startServer>[1],
  wanted: 'any' | 'mutated',
): Promise<number> {
  const server = await startServer(bed, options);
  const answeredAt = await untilAnswered(server, renderReview(options.accounts - 1), wanted);
  await server.child.stop(2_000);
  return answeredAt - server.startedAt;
}

async function repeat(times: number, one: () => Promise<number>): Promise<Spread> {
  const values: number[] = [];
  for (let run = 0; run < times; run += 1) values.push(await one());
  return toSpread(values);
}
