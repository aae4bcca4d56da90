/** A part of a server process. Parts start in order and stop in reverse. */
export interface Part {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** A part, or several that stop at once: what keeps one of them from its end takes no time from the others. */
export type Stage = Part | readonly Part[];

export interface Shutdown {
  /** Becomes unready and asks callers to leave; new connections are still taken. */
  beginDrain(): void;
  /** ms between that and the end: how long endpoints take to disappear from every node. */
  readonly delay: number;
}

/** SIGHUP: the terminal has gone. Node lets it end the process there and then, also under nohup. */
const ENDING_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
type EndingSignal = (typeof ENDING_SIGNALS)[number];

/** The signals of the process, so that tests can send their own. */
export interface SignalSource {
  on(signal: EndingSignal, listener: () => void): unknown;
  off(signal: EndingSignal, listener: () => void): unknown;
}

/** Calls the listener for each signal that asks for an end. @returns how to stop that */
export function onEndingSignal(signals: SignalSource, listener: (signal: EndingSignal) => void): () => void {
  const stops = ENDING_SIGNALS.map((signal) => {
    const heard = (): void => listener(signal);
    signals.on(signal, heard);
    return () => void signals.off(signal, heard);
  });
  return () => {
    for (const stop of stops) stop();
  };
}

/**
 * Runs stages until a signal asks for an end, then drains and stops them. A second signal skips what is left of the waiting. One
 * that comes during the start ends that: no further part starts, and one whose start hangs is left behind.
 * @returns once everything has stopped
 * @throws Error of the part that could not start; what had started is stopped first
 */
export async function runUntilSignal(
  stages: readonly Stage[],
  shutdown: Shutdown,
  signals: SignalSource,
): Promise<void> {
  const started: Part[][] = [];
  const heard = listenForSignals(signals);
  try {
    await startAll(stages, started, heard);
    await heard.first;
    shutdown.beginDrain();
    await waitOr(shutdown.delay, heard.second);
  } finally {
    await Promise.race([stopAll(started), heard.second]);
    heard.stop();
  }
}

/** @param started takes those that have, stage by stage, the last one first */
async function startAll(stages: readonly Stage[], started: Part[][], heard: HeardSignals): Promise<void> {
  for (const stage of stages) {
    const own: Part[] = [];
    started.unshift(own);
    for (const part of [stage].flat()) {
      const start = part.start().then(() => void own.unshift(part));
      await Promise.race([start, heard.first]);
      if (!heard.any()) continue;
      // What becomes of it is of no interest any more.
      start.catch(() => {});
      return;
    }
  }
}

/**
 * What the work comes to, or `'signal'` where one comes first: the first process of a container does not end by itself.
 * The work goes on, unheard.
 */
export async function untilSignal<T>(work: Promise<T>, signals: SignalSource): Promise<T | 'signal'> {
  const heard = listenForSignals(signals);
  try {
    return await Promise.race([work, heard.first.then(() => 'signal' as const)]);
  } finally {
    heard.stop();
  }
}

interface HeardSignals {
  readonly first: Promise<void>;
  readonly second: Promise<void>;
  any(): boolean;
  stop(): void;
}

function listenForSignals(signals: SignalSource): HeardSignals {
  const first = Promise.withResolvers<void>();
  const second = Promise.withResolvers<void>();
  let count = 0;
  const stop = onEndingSignal(signals, (signal) => {
    // Shell and kernel both tell that a terminal has gone: the second time is nobody's impatience.
    if (signal === 'SIGHUP' && count > 0) return;
    count += 1;
    if (count === 1) first.resolve();
    else second.resolve();
  });
  return { first: first.promise, second: second.promise, any: () => count > 0, stop };
}

async function waitOr(delay: number, sooner: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, delay);
  });
  await Promise.race([waited, sooner]);
  clearTimeout(timer);
}

/** One that cannot stop does not keep the others from it. */
async function stopAll(stages: readonly (readonly Part[])[]): Promise<void> {
  const problems: unknown[] = [];
  for (const parts of stages) {
    await Promise.all(parts.map((part) => part.stop().catch((error: unknown) => problems.push(error))));
  }
  if (problems.length > 0) throw problems[0];
}
