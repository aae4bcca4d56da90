import { putUnderLoad } from '../load.ts';
import { type Memory, readMemory } from '../process-figures.ts';
import { pause } from '../ready.ts';
import { type Bed, type Contestant, type Server, startServer, startStandIn, toLoad } from './bed.ts';
import { untilAnswered } from './caller.ts';
import type { BenchOptions } from './options.ts';
import { REVIEW_COUNT, renderReview } from './reviews.ts';

export interface MemoryFigures {
  readonly program: string;
  /** By number of ServiceAccounts. */
  readonly idle: Readonly<Record<string, Memory>>;
  readonly afterLoad: Memory & { readonly requests: number; readonly accounts: number };
}

const ACCOUNTS = [0, 10_000, 100_000];
const ACCOUNTS_UNDER_LOAD = 10_000;
/** Until what the start has left behind is collected, where it will be. ms */
const SETTLE = 5_000;
const BURST = 10;
const MAX_BURSTS = 40;

/** Resident memory: idle with nothing, with many accounts, and after many requests. */
export async function measureMemory(
  bed: Bed,
  contestant: Contestant,
  { requests }: Pick<BenchOptions, 'requests'>,
  tell: (text: string) => void,
): Promise<MemoryFigures> {
  const idle: Record<string, Memory> = {};
  let afterLoad: MemoryFigures['afterLoad'] | undefined;
  for (const accounts of ACCOUNTS) {
    const { server, end } = await startWith(bed, contestant, accounts);
    await pause(SETTLE);
    const memory = readMemory(server.child.pid);
    idle[accounts] = memory;
    tell(`${contestant.kind}, ${accounts} accounts: ${describe(memory)}`);
    if (accounts === ACCOUNTS_UNDER_LOAD) {
      const answered = await answerMany(bed, server, requests);
      await pause(SETTLE);
      afterLoad = { ...readMemory(server.child.pid), requests: answered, accounts };
      tell(`${contestant.kind}, after ${answered} requests: ${describe(afterLoad)}`);
    }
    await end();
  }
  if (afterLoad === undefined) throw new Error(`${ACCOUNTS_UNDER_LOAD} accounts were never loaded`);
  return { program: contestant.kind, idle, afterLoad };
}

function describe({ rss, anonymous, peak }: Memory): string {
  return `${rss.toFixed(1)} MB (anonymous ${anonymous.toFixed(1)}, peak ${peak.toFixed(1)})`;
}

async function startWith(
  bed: Bed,
  contestant: Contestant,
  accounts: number,
): Promise<{ readonly server: Server; readonly end: () => Promise<void> }> {
  const api = await startStandIn(bed, accounts);
  const server = await startServer(bed, { contestant, apiPort: api.port, accounts });
  await untilAnswered(server, renderReview(Math.max(accounts - 1, 1)), accounts === 0 ? 'any' : 'mutated');
  return {
    server,
    async end() {
      await Promise.all([server.child.stop(2_000), api.child.stop(2_000)]);
    },
  };
}

async function answerMany(bed: Bed, server: Server, requests: number): Promise<number> {
  let answered = 0;
  for (let burst = 0; burst < MAX_BURSTS && answered < requests; burst += 1) {
    answered += (await putUnderLoad(toLoad(bed, server), requests < REVIEW_COUNT * 500 ? 2 : BURST)).requests;
  }
  return answered;
}
