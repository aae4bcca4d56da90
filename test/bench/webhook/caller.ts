import { Agent, request } from 'node:https';
import { pause } from '../ready.ts';
import type { Server } from './bed.ts';

export interface Answer {
  readonly bytes: number;
  readonly patch: readonly unknown[] | undefined;
  /** Of the patch as JSON text. */
  readonly patchBytes: number;
}

/** Posts reviews over one kept connection, as kube-apiserver does. */
export interface Caller {
  /** @throws Error where there is no connection or no answer */
  post(review: string): Promise<Answer>;
  end(): void;
}

export function createCaller(port: number): Caller {
  const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
  return {
    post: async (review) => toAnswer(await exchange(agent, port, review)),
    end: () => agent.destroy(),
  };
}

function exchange(agent: Agent, port: number, body: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        agent,
        host: '127.0.0.1',
        port,
        path: '/mutate?timeout=10s',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
        timeout: 5_000,
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
        response.on('error', reject);
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer within 5 s')));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function toAnswer(text: string): Answer {
  const { response } = JSON.parse(text) as { response?: { patch?: string } };
  const patch = Buffer.from(response?.patch ?? '', 'base64').toString('utf8');
  const bytes = Buffer.byteLength(text);
  if (patch === '') return { bytes, patch: undefined, patchBytes: 0 };
  return { bytes, patch: JSON.parse(patch) as unknown[], patchBytes: Buffer.byteLength(patch) };
}

const PATIENCE = 60_000;
/** Between two attempts, of which each costs the starting server a little. ms */
const RETRY = 4;

/**
 * Posts one review again and again until the server listens and, where `wanted` is `'mutated'`, answers with a patch.
 * @returns `performance.now()` at that answer
 */
export async function untilAnswered(
  server: Server,
  review: string,
  wanted: 'any' | 'mutated',
): Promise<number> {
  const caller = createCaller(server.port);
  const deadline = performance.now() + PATIENCE;
  try {
    while (performance.now() < deadline && server.child.isRunning()) {
      const answer = await caller.post(review).catch(() => undefined);
      if (answer !== undefined && (wanted === 'any' || answer.patch !== undefined)) return performance.now();
      await pause(RETRY);
    }
  } finally {
    caller.end();
  }
  throw new Error(`${server.child.name} does not answer as it should\n${server.child.readLogTail()}`);
}
