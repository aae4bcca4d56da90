import type { IncomingMessage, ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { createAuthenticateHandler } from '../../src/authenticator/routes.ts';
import { toReview } from '../support/authenticator/bed.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const REVIEWS = 300;
const TOKEN_LENGTH = 16_384;
/** Of short audiences, which take more as values than as text. */
const audiences = Array.from({ length: 9_000 }, (_, index) => index.toString(36));

test('of a review that waits for STS no more is held than was set aside for its token', () => {
  const readings: (() => void)[] = [];
  const calls: Promise<never>[] = [];
  const identify = (): Promise<never> => {
    const call = new Promise<never>(() => {});
    calls.push(call);
    return call;
  };
  const handler = createAuthenticateHandler({
    readBody: (_request, _response, _limits, done) => {
      // Made anew for each, as those that come over the network are.
      readings.push(() => done({ kind: 'body', body: Buffer.from(toReview('k8s-aws-v1.a', { audiences })) }));
    },
    authenticate: Object.assign(identify, { kept: () => 0 }),
    maxTokenLength: TOKEN_LENGTH,
    audiences: new Set(),
    compatStatusCodes: false,
    metrics: { request: () => {}, cacheHit: () => {} },
    audit: () => {},
    monotonic: () => 0,
  });
  const request = { method: 'POST', rawHeaders: [] } as unknown as IncomingMessage;
  const exchanges = Array.from({ length: REVIEWS }, () => ({}) as ServerResponse);
  for (const response of exchanges) handler(request, response);
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (const read of readings.splice(0)) read();
  collectGarbage();
  expect(calls).toHaveLength(REVIEWS);
  expect((process.memoryUsage().heapUsed - before) / REVIEWS).toBeLessThan(TOKEN_LENGTH);
});
