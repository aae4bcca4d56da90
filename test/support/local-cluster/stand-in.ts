import { onTestFinished } from 'vitest';
import { createObjectTable, type ObjectTable } from '../../../src/local-cluster/stand-in/object-table.ts';
import { createClusterRoutes } from '../../../src/local-cluster/stand-in/routes.ts';
import { serveRoutes } from '../../../src/local-cluster/stand-in/server.ts';
import { createSigningKey, createTokenIssuer } from '../../../src/local-cluster/stand-in/token-issuer.ts';
import { createFakeClock, type FakeClock } from '../fake-clock.ts';

export interface StandIn {
  readonly url: string;
  /** The ServiceAccounts. */
  readonly table: ObjectTable;
  readonly pods: ObjectTable;
  readonly clock: FakeClock;
  /** The status and the parsed object of a GET. */
  get(path: string, accept?: string): Promise<Answer>;
  /** The same with a body: a merge patch, where it is a PATCH. */
  send(method: 'POST' | 'PATCH', path: string, body: unknown): Promise<Answer>;
  /** A watch whose events are read one by one. */
  watch(query: string, accept?: string): Promise<WatchReader>;
}

export interface Answer {
  readonly status: number;
  // Tests look into answers as they like; what is not there compares as undefined.
  readonly object: ListLike;
}

export interface ListLike {
  readonly kind: string;
  readonly apiVersion: string;
  readonly reason?: string;
  readonly code?: number;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly items: readonly { readonly kind?: string; readonly metadata: { readonly name: string } }[];
  readonly [member: string]: unknown;
}

export interface WatchEvent {
  readonly type: string;
  readonly object: ListLike;
}

export interface WatchReader {
  next(): Promise<WatchEvent>;
  /** Resolves when the server ends the stream. */
  ended(): Promise<void>;
}

/** The stand-in of the ServiceAccount API on a real socket, with a clock that stands still. */
export async function startStandIn(memory?: number): Promise<StandIn> {
  const table = createObjectTable('ServiceAccount', memory);
  const pods = createObjectTable('Pod');
  const clock = createFakeClock();
  const key = createSigningKey();
  const tokens = createTokenIssuer({ issuer: 'https://issuer.test', keys: () => [key], clock });
  const { url, stop } = await serveRoutes(createClusterRoutes({ accounts: table, pods, tokens }, clock));
  onTestFinished(stop);
  return {
    url,
    table,
    pods,
    clock,
    async get(path, accept = 'application/json') {
      const response = await fetch(url + path, { headers: { accept } });
      return { status: response.status, object: (await response.json()) as ListLike };
    },
    async send(method, path, body) {
      const headers = { 'content-type': 'application/json' };
      const response = await fetch(url + path, { method, headers, body: JSON.stringify(body) ?? '' });
      return { status: response.status, object: (await response.json()) as ListLike };
    },
    async watch(query, accept = 'application/json') {
      const response = await fetch(`${url}/api/v1/serviceaccounts?watch=1&${query}`, { headers: { accept } });
      const lines = readLines(response.body ?? new ReadableStream());
      return {
        async next() {
          const { value, done } = await lines.next();
          if (done) throw new Error('the watch has ended');
          return JSON.parse(value) as WatchEvent;
        },
        async ended() {
          const { value, done } = await lines.next();
          if (!done) throw new Error(`the watch goes on: ${value}`);
        },
      };
    },
  };
}

async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let held = '';
  for await (const chunk of body) {
    const lines = (held + decoder.decode(chunk, { stream: true })).split('\n');
    held = lines.pop() ?? '';
    yield* lines;
  }
}
