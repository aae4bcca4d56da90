import { Agent, request } from 'node:https';
import { toReview } from '../../support/authenticator/bed.ts';
import { pause } from '../ready.ts';
import { toMedian } from '../statistics.ts';
import type { Bed } from './bed.ts';
import { makeToken } from './reviews.ts';

/** While STS answers nobody and 200 reviews wait. ms */
export interface StallFigures {
  readonly healthMedian: number;
  readonly healthMost: number;
  readonly cachedMedian: number;
  readonly cachedMost: number;
  /** Until the last of the 200 had its answer. */
  readonly lastAnswer: number;
}

const WAITING = 200;
const LOOKS = 50;

export async function measureStall(bed: Bed): Promise<StallFigures> {
  const { url } = await bed.start('ours');
  // The certificate is one that the server has made for itself.
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const known = toReview(makeToken());
  const send = async (path: string, body?: string): Promise<number> => {
    const begun = performance.now();
    await ask(new URL(path, url), agent, body);
    return performance.now() - begun;
  };
  await send('/authenticate', known);
  await send('/healthz');
  await bed.stall(true);
  const waiting = Promise.all(
    Array.from({ length: WAITING }, () => send('/authenticate', toReview(makeToken()))),
  );
  // Until all of them have a connection: 200 handshakes are no matter of STS.
  await pause(1_000);
  const health: number[] = [];
  const cached: number[] = [];
  for (let look = 0; look < LOOKS; look += 1) {
    health.push(await send('/healthz'));
    cached.push(await send('/authenticate', known));
  }
  const lastAnswer = Math.max(...(await waiting));
  await bed.stall(false);
  agent.destroy();
  return {
    healthMedian: toMedian(health),
    healthMost: Math.max(...health),
    cachedMedian: toMedian(cached),
    cachedMost: Math.max(...cached),
    lastAnswer,
  };
}

function ask(url: URL, agent: Agent, body: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent, method: body === undefined ? 'GET' : 'POST' }, (response) => {
      response.resume().on('end', resolve);
    });
    sent.on('error', reject).end(body);
  });
}
