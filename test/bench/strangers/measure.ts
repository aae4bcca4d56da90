import { join } from 'node:path';
import type { Child } from '../../support/child.ts';
import type { MemoryCgroup } from '../../support/memory-cgroup.ts';
import { type Memory, readMemory } from '../process-figures.ts';
import { pause, untilReady } from '../ready.ts';
import type { Bed } from '../webhook/bed.ts';
import type { Kind } from './kinds.ts';
import { type CallFigures, callFor, type LegalCall } from './legal.ts';

/** A server that strangers come to. */
export interface Target {
  readonly name: string;
  readonly child: Child;
  /** What holds it to a limit; undefined: none. */
  readonly cgroup: MemoryCgroup | undefined;
  /** Where strangers send their requests. */
  readonly path: string;
  /** Bytes of a small body of theirs, which the server takes in. */
  readonly small: number;
  /** ms from one legal call to the next */
  readonly interval: number;
  readonly legal: LegalCall;
  readonly live: LegalCall;
}

export interface Siege {
  readonly kind: Kind;
  readonly connections: number;
  readonly seconds: number;
  /** Put in front of the strangers' command, such as `taskset -c 1`. */
  readonly prefix: readonly string[];
}

export interface StrangerFigures {
  readonly kind: Kind;
  /** The most that was resident while they stood. MB */
  readonly rss: number;
  /** Of these, what belongs to no file. MB */
  readonly anonymous: number;
  /** The longest `/livez` took. ms */
  readonly live: number;
  /** Of legal calls, ms */
  readonly p50: number;
  readonly p99: number;
  readonly calls: number;
  /** Legal calls and probes without a right answer. */
  readonly failed: number;
}

const LIVE_INTERVAL = 100;
const MEMORY_INTERVAL = 50;

/** Lets strangers of one kind come, and measures from when their connections stand. */
export async function besiege(bed: Bed, target: Target, siege: Siege): Promise<StrangerFigures> {
  const { kind, connections, seconds, prefix } = siege;
  const script = join(import.meta.dirname, 'hostile.ts');
  const words = [String(target.legal.port), target.path, String(connections), kind, String(target.small)];
  const name = `${target.name} ${kind}`.replaceAll(' ', '-');
  const hostile = bed.start(name, toCommand([...prefix, process.execPath, script, ...words]));
  try {
    await untilReady(hostile);
    const memory = watchMemory(target.child);
    const [legal, live] = await Promise.all([
      callFor(target.legal, seconds, target.interval),
      callFor(target.live, seconds, LIVE_INTERVAL),
    ]);
    return summarise(kind, memory(), legal, live);
  } finally {
    await hostile.stop(2_000);
    // Until its connections are gone: the next kind is not to inherit them.
    await pause(1_000);
  }
}

/** @throws Error for no words at all */
export function toCommand([program, ...words]: readonly string[]): [string, ...string[]] {
  if (program === undefined) throw new Error('no program to start');
  return [program, ...words];
}

type Most = Pick<Memory, 'rss' | 'anonymous'>;

/** @returns ends it, and tells the most that was resident */
function watchMemory(child: Child): () => Most {
  let most: Most = readMemory(child.pid);
  const timer = setInterval(() => {
    // One that the kernel has ended has no memory any more.
    if (!child.isRunning()) return;
    const { rss, anonymous } = readMemory(child.pid);
    most = { rss: Math.max(most.rss, rss), anonymous: Math.max(most.anonymous, anonymous) };
  }, MEMORY_INTERVAL);
  return () => {
    clearInterval(timer);
    return most;
  };
}

function summarise(kind: Kind, memory: Most, legal: CallFigures, live: CallFigures): StrangerFigures {
  const times = [...legal.times].sort((a, b) => a - b);
  const at = (share: number): number => times[Math.floor(share * (times.length - 1))] ?? Number.NaN;
  return {
    kind,
    ...memory,
    live: Math.max(...live.times),
    p50: at(0.5),
    p99: at(0.99),
    calls: legal.calls,
    failed: legal.failed + live.failed,
  };
}
