import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  type Part,
  runUntilSignal,
  type Shutdown,
  type Stage,
  untilSignal,
} from '../../src/http/lifecycle.ts';

const DELAY = 10_000;

let told: string[];
let signals: EventEmitter;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
  signals = new EventEmitter();
});

afterEach(() => void vi.useRealTimers());

function createPart(name: string, overrides: Partial<Part> = {}): Part {
  return {
    name,
    async start() {
      told.push(`start ${name}`);
    },
    async stop() {
      told.push(`stop ${name}`);
    },
    ...overrides,
  };
}

const shutdown: Shutdown = { delay: DELAY, beginDrain: () => void told.push('drain') };

/** A run that says when it is over. */
function run(stages: readonly Stage[]): { readonly over: Promise<void> } {
  const over = runUntilSignal(stages, shutdown, signals).then(
    () => void told.push('over'),
    (error: Error) => void told.push(`failed: ${error.message}`),
  );
  return { over };
}

async function advance(ms: number): Promise<void> {
  await vi.advanceTimersByTimeAsync(ms);
}

/** A part that stops when it is told to. */
function createSlowPart(name: string): { part: Part; finish(): void } {
  const stopped = Promise.withResolvers<void>();
  const stop = async (): Promise<void> => {
    told.push(`stopping ${name}`);
    await stopped.promise;
    told.push(`stop ${name}`);
  };
  return { part: createPart(name, { stop }), finish: stopped.resolve };
}

describe('several parts of one stage', () => {
  test('start in order, and stop without waiting for each other', async () => {
    const [webhook, issuer] = [createSlowPart('webhook'), createSlowPart('issuer')];
    run([createPart('sources'), [webhook.part, issuer.part], createPart('ops')]);
    await advance(0);
    expect(told).toEqual(['start sources', 'start webhook', 'start issuer', 'start ops']);
    signals.emit('SIGTERM');
    await advance(DELAY);
    expect(told.slice(4)).toEqual(['drain', 'stop ops', 'stopping issuer', 'stopping webhook']);
    webhook.finish();
    await advance(0);
    expect(told.at(-1)).toBe('stop webhook');
    issuer.finish();
    await advance(0);
    expect(told.slice(-3)).toEqual(['stop issuer', 'stop sources', 'over']);
  });

  test('stop as far as they had started where one of them cannot', async () => {
    const failing = createPart('issuer', { start: () => Promise.reject(new Error('port in use')) });
    await run([createPart('sources'), [createPart('webhook'), failing]]).over;
    expect(told).toEqual([
      ...['start sources', 'start webhook', 'stop webhook', 'stop sources'],
      'failed: port in use',
    ]);
  });
});

describe.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('%s', (signal) => {
  test('drains first, waits, then stops the parts in reverse', async () => {
    run([createPart('sources'), createPart('webhook'), createPart('ops')]);
    await advance(60_000);
    expect(told).toEqual(['start sources', 'start webhook', 'start ops']);
    signals.emit(signal);
    await advance(DELAY - 1);
    expect(told.slice(3)).toEqual(['drain']);
    await advance(1);
    expect(told.slice(3)).toEqual(['drain', 'stop ops', 'stop webhook', 'stop sources', 'over']);
  });
});

test('SIGHUP again skips nothing: shell and kernel both tell that a terminal has gone', async () => {
  run([createPart('webhook')]);
  await advance(0);
  for (const signal of ['SIGHUP', 'SIGHUP'] as const) signals.emit(signal);
  await advance(DELAY - 1);
  expect(told).toEqual(['start webhook', 'drain']);
  signals.emit('SIGTERM');
  await advance(0);
  expect(told.at(-1)).toBe('over');
});

describe.each(['SIGTERM', 'SIGINT'] as const)('%s', (signal) => {
  test('a second time skips what is left of the waiting', async () => {
    const { over } = run([createPart('webhook')]);
    await advance(0);
    signals.emit('SIGTERM');
    await advance(10);
    signals.emit(signal);
    await over;
    expect(told.at(-1)).toBe('over');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a second time does not wait for a part that hangs, whatever its state', async () => {
    const { part, finish } = createSlowPart('webhook');
    const { over } = run([part]);
    await advance(0);
    signals.emit('SIGINT');
    await advance(DELAY);
    expect(told).toEqual(['start webhook', 'drain', 'stopping webhook']);
    signals.emit(signal);
    await over;
    expect(told).toEqual(['start webhook', 'drain', 'stopping webhook', 'over']);
    finish();
  });
});

test('further signals change nothing, and nobody listens any more when it is over', async () => {
  const { over } = run([createPart('webhook')]);
  await advance(0);
  for (let count = 0; count < 5; count += 1) signals.emit('SIGTERM');
  await over;
  expect(told.filter((line) => line === 'drain')).toHaveLength(1);
  expect(signals.eventNames()).toEqual([]);
});

test('parts start one after the other', async () => {
  const started = Promise.withResolvers<void>();
  run([createPart('slow', { start: () => started.promise }), createPart('next')]);
  await advance(1_000);
  expect(told).toEqual([]);
  started.resolve();
  await advance(0);
  expect(told).toEqual(['start next']);
});

test('parts stop one after the other', async () => {
  const { part, finish } = createSlowPart('webhook');
  run([createPart('sources'), part]);
  await advance(0);
  signals.emit('SIGTERM');
  await advance(DELAY + 60_000);
  expect(told.at(-1)).toBe('stopping webhook');
  finish();
  await advance(0);
  expect(told.slice(-3)).toEqual(['stop webhook', 'stop sources', 'over']);
});

describe('a signal during the start', () => {
  test('ends it: no further part starts, and the one whose start was under way is stopped', async () => {
    const started = Promise.withResolvers<void>();
    run([createPart('first'), createPart('slow', { start: () => started.promise }), createPart('next')]);
    await advance(0);
    signals.emit('SIGTERM');
    started.resolve();
    await advance(DELAY);
    expect(told).toEqual(['start first', 'drain', 'stop slow', 'stop first', 'over']);
  });

  test('ends it after the drain though a part never starts', async () => {
    run([createPart('first'), createPart('hangs', { start: () => new Promise(() => {}) })]);
    await advance(0);
    signals.emit('SIGTERM');
    await advance(DELAY);
    expect(told).toEqual(['start first', 'drain', 'stop first', 'over']);
  });

  test.each([
    ['SIGTERM', 'SIGTERM'],
    ['SIGINT', 'SIGTERM'],
    ['SIGTERM', 'SIGINT'],
  ])('%s and %s end it at once though a part never starts', async (first, second) => {
    const { over } = run([createPart('first'), createPart('hangs', { start: () => new Promise(() => {}) })]);
    await advance(0);
    signals.emit(first);
    signals.emit(second);
    await over;
    expect(told.at(-1)).toBe('over');
    expect(signals.eventNames()).toEqual([]);
  });

  test('is not turned into a failure by a part that fails afterwards', async () => {
    const started = Promise.withResolvers<void>();
    run([createPart('late', { start: () => started.promise })]);
    signals.emit('SIGTERM');
    await advance(1);
    started.reject(new Error('port 443 is taken'));
    await advance(DELAY);
    expect(told).toEqual(['drain', 'over']);
  });
});

describe('work until a signal', () => {
  test('comes to what it comes to, and nobody listens any more', async () => {
    expect(await untilSignal(Promise.resolve(7), signals)).toBe(7);
    await expect(untilSignal(Promise.reject(new Error('no')), signals)).rejects.toThrow('no');
    expect(signals.listenerCount('SIGTERM')).toBe(0);
  });

  test.each(['SIGTERM', 'SIGINT', 'SIGHUP'])('that hangs is left by %s', async (signal) => {
    const outcome = untilSignal(new Promise(() => {}), signals);
    signals.emit(signal);
    expect(await outcome).toBe('signal');
  });
});

test('a part that cannot start fails the run; those before it are stopped, those after never start', async () => {
  const broken = createPart('broken', { start: () => Promise.reject(new Error('port 443 is taken')) });
  const { over } = run([createPart('sources'), broken, createPart('ops')]);
  await over;
  expect(told).toEqual(['start sources', 'stop sources', 'failed: port 443 is taken']);
  expect(signals.listenerCount('SIGTERM')).toBe(0);
});

test('a part that cannot stop does not keep the others from stopping', async () => {
  const stuck = createPart('ops', { stop: () => Promise.reject(new Error('ops is stuck')) });
  const { over } = run([createPart('sources'), stuck]);
  await advance(0);
  signals.emit('SIGTERM');
  await advance(DELAY);
  await over;
  expect(told).toContain('stop sources');
  expect(told.at(-1)).toBe('failed: ops is stuck');
});
