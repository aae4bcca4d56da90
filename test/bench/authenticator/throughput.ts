import { type LoadFigures, putUnderLoad } from '../load.ts';
import { type Memory, readMemory } from '../process-figures.ts';
import { pause } from '../ready.ts';
import { type Spread, toSpread } from '../statistics.ts';
import type { Bed, Server } from './bed.ts';
import type { AuthenticatorBenchOptions } from './options.ts';
import { KINDS, type Kind, makeBodies } from './reviews.ts';

export interface ThroughputFigures {
  /** By program, then by kind of token. */
  readonly programs: Readonly<Record<string, Readonly<Record<string, ProgramFigures>>>>;
  /** Of ours, after the load. */
  readonly memory: Memory;
  /** Calls to STS during all bursts of junk. */
  readonly junkCalls: number;
}

export interface ProgramFigures {
  readonly requestsPerSecond: Spread;
  readonly cpu: Spread;
  readonly p99: Spread;
}

/** ms */
const SETTLE = 500;
/** More than either program answers in a burst. */
const DISTINCT_PER_SECOND = 12_000;

/** Ours, the floor (junk alone) and, where there is one, the Go program by both protocols of STS, in turn, round after round. */
export async function measureThroughput(
  bed: Bed,
  { rounds, seconds, peer }: AuthenticatorBenchOptions,
  tell: (text: string) => void,
): Promise<ThroughputFigures> {
  const ours = await bed.start('ours');
  const peers = peer ? [await bed.start('peer', peer), await bed.start('peer over HTTP/2', peer)] : [];
  const servers = [await bed.start('floor'), ours, ...peers];
  const turns = KINDS.flatMap((kind) =>
    servers
      .filter(({ contestant }) => contestant !== (kind === 'junk' ? 'peer over HTTP/2' : 'floor'))
      .map((server) => ({ kind, server })),
  );
  const bursts = new Map<string, LoadFigures[]>();
  let junkCalls = 0;
  const take = async ({ kind, server }: (typeof turns)[number]): Promise<LoadFigures> => {
    // Calls of the burst before may still be under way.
    await pause(SETTLE);
    const before = await bed.countCalls();
    const burst = await putUnderLoad(toLoad(bed, server, kind, seconds), seconds);
    if (kind === 'junk') junkCalls += (await bed.countCalls()) - before;
    return burst;
  };
  for (const turn of turns) await take(turn);
  for (let round = 1; round <= rounds; round += 1) {
    for (const turn of turns) {
      const burst = await take(turn);
      const key = `${turn.server.contestant}, ${turn.kind}`;
      bursts.set(key, [...(bursts.get(key) ?? []), burst]);
      tell(`round ${round}: ${key} ${burst.requestsPerSecond.toFixed(0)}/s, ${burst.cpu.toFixed(4)} ms`);
    }
  }
  return { programs: summarise(bursts), memory: readMemory(ours.child.pid), junkCalls };
}

/** New tokens for each burst: what STS said of those before is kept for a minute. */
function toLoad({ workspace }: Bed, { child, url }: Server, kind: Kind, seconds: number) {
  const bodiesPath = workspace.write(`${kind}.jsonl`, makeBodies(kind, seconds * DISTINCT_PER_SECOND));
  return { child, url, bodiesPath, contentType: 'application/json', mayRefuse: kind === 'junk' };
}

function summarise(bursts: ReadonlyMap<string, readonly LoadFigures[]>): ThroughputFigures['programs'] {
  const programs: Record<string, Record<string, ProgramFigures>> = {};
  for (const [key, list] of bursts) {
    const [program = '', kind = ''] = key.split(', ');
    const own = programs[program] ?? {};
    programs[program] = own;
    own[kind] = {
      requestsPerSecond: toSpread(list.map((burst) => burst.requestsPerSecond)),
      cpu: toSpread(list.map((burst) => burst.cpu)),
      p99: toSpread(list.map((burst) => burst.p99)),
    };
  }
  return programs;
}
