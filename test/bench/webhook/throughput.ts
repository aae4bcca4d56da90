import { isDeepStrictEqual } from 'node:util';
import { type LoadFigures, putUnderLoad } from '../load.ts';
import { type Spread, toSpread } from '../statistics.ts';
import { type Bed, type Contestant, type Server, startServer, startStandIn, toLoad } from './bed.ts';
import { createCaller, untilAnswered } from './caller.ts';
import type { BenchOptions } from './options.ts';
import { REVIEW_COUNT, renderReview } from './reviews.ts';

export interface ThroughputFigures {
  /** One entry for each round. */
  readonly rounds: readonly Readonly<Record<string, LoadFigures>>[];
  readonly programs: Readonly<Record<string, Readonly<Record<Figure, Spread>>>>;
  /** Ours against the other, pair by pair. */
  readonly ratios: Readonly<Record<string, Readonly<Record<Figure, Spread>>>>;
}

const FIGURES = ['requestsPerSecond', 'cpu', 'p50', 'p99'] as const;
type Figure = (typeof FIGURES)[number];

/** Before anything counts: until V8 has compiled what is hot, in requests, so that a slow machine warms up as well. */
const WARM_UP = 50_000;
const WARM_UP_BURST = 4;
const MAX_WARM_UP_BURSTS = 8;

/** Ours, the floor and, where there is one, the Go program, in turn, round after round. */
export async function measureThroughput(
  bed: Bed,
  { rounds, seconds, peer }: BenchOptions,
  tell: (text: string) => void,
): Promise<ThroughputFigures> {
  const api = await startStandIn(bed, REVIEW_COUNT);
  const contestants: Contestant[] = [{ kind: 'floor' }, { kind: 'ours' }, ...(peer ? [peer] : [])];
  const servers: Server[] = [];
  for (const contestant of contestants) {
    const server = await startServer(bed, { contestant, apiPort: api.port, accounts: REVIEW_COUNT });
    await untilAnswered(server, renderReview(REVIEW_COUNT - 1), 'mutated');
    servers.push(server);
  }
  await compareAnswers(servers);
  for (const server of servers) await warmUp(bed, server);
  const measured: Record<string, LoadFigures>[] = [];
  for (let round = 1; round <= rounds; round += 1) {
    const figures: Record<string, LoadFigures> = {};
    for (const server of servers) {
      const burst = await putUnderLoad(toLoad(bed, server), seconds);
      figures[server.child.name] = burst;
      tell(
        `round ${round}: ${server.child.name} ${burst.requestsPerSecond.toFixed(0)}/s, ${burst.cpu.toFixed(4)} ms, p99 ${burst.p99.toFixed(2)} ms`,
      );
    }
    measured.push(figures);
  }
  await Promise.all(
    [...servers, api].map((server) => ('child' in server ? server.child : server).stop(2_000)),
  );
  return summarise(measured);
}

async function warmUp(bed: Bed, server: Server): Promise<void> {
  let answered = 0;
  for (let burst = 0; burst < MAX_WARM_UP_BURSTS && answered < WARM_UP; burst += 1) {
    answered += (await putUnderLoad(toLoad(bed, server), WARM_UP_BURST)).requests;
  }
}

/** The floor is a floor only if it does the same work: the same patch for every review. */
async function compareAnswers(servers: readonly Server[]): Promise<void> {
  const [floor, ours] = servers
    .filter(({ child }) => child.name !== 'peer')
    .map(({ port }) => createCaller(port));
  if (floor === undefined || ours === undefined) return;
  try {
    for (let index = 0; index < REVIEW_COUNT; index += 1) {
      const review = renderReview(index);
      const [expected, found] = await Promise.all([floor.post(review), ours.post(review)]);
      if (!isDeepStrictEqual(expected.patch, found.patch))
        throw new Error(`review ${index}: the floor's patch is not ours`);
    }
  } finally {
    floor.end();
    ours.end();
  }
}

function summarise(rounds: readonly Readonly<Record<string, LoadFigures>>[]): ThroughputFigures {
  const names = Object.keys(rounds[0] ?? {});
  const pick = (name: string, figure: Figure): number[] =>
    rounds.map((round) => round[name]?.[figure] ?? Number.NaN);
  const toRatios = (name: string, figure: Figure): Spread => {
    const other = pick(name, figure);
    return toSpread(pick('ours', figure).map((value, round) => value / (other[round] ?? Number.NaN)));
  };
  const toFigures = (one: (figure: Figure) => Spread): Record<Figure, Spread> => ({
    requestsPerSecond: one('requestsPerSecond'),
    cpu: one('cpu'),
    p50: one('p50'),
    p99: one('p99'),
  });
  return {
    rounds,
    programs: Object.fromEntries(
      names.map((name) => [name, toFigures((figure) => toSpread(pick(name, figure)))]),
    ),
    ratios: Object.fromEntries(
      names
        .filter((name) => name !== 'ours')
        .map((name) => [name, toFigures((figure) => toRatios(name, figure))]),
    ),
  };
}
