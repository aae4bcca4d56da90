import { Agent } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, test } from 'vitest';
import { call } from '../support/http/client.ts';
import { cleanUp, onCleanUp } from '../support/http/door.ts';
import { readPatch, renderReview } from '../support/webhook/reviews.ts';
import { openWebhook } from '../support/webhook/webhook-door.ts';

// Not after each: these tests wait side by side.
afterAll(cleanUp);

describe.concurrent('with the limits that are shipped, in real time', () => {
  // kube-apiserver keeps a connection for 90 s, and does not repeat a call that meets a closed one.
  test.each([16, 31, 61, 89, 95])(
    'a connection that has rested for %d s serves the next call',
    async (seconds) => {
      const door = await openWebhook();
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      onCleanUp(() => agent.destroy());
      const first = await call(door, { body: renderReview(), agent });
      await sleep(seconds * 1_000);
      const second = await call(door, { body: renderReview(), agent });
      expect(readPatch(second.text)).not.toEqual([]);
      expect(second.localPort).toBe(first.localPort);
    },
  );
});
