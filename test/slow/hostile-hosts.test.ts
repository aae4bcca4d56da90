import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { openAuthenticator } from '../support/authenticator/bed.ts';
import { createCrowd, makeToken } from '../support/authenticator/crowd.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function hostOf(index: number): string {
  const label = `r${index.toString(36)}`;
  const hosts = [
    `sts.${label}.amazonaws.com`,
    `sts.${label}.api.aws`,
    `sts-fips.${label}.amazonaws.com`,
    `${label}.example`,
  ];
  return hosts[index % hosts.length] ?? '';
}

test('a hundred thousand hostile hosts: nothing is asked, nothing is remembered', () => {
  const { authenticate, calls, gate } = createCrowd(1);
  const run = (from: number, to: number): void => {
    for (let index = from; index < to; index += 1) {
      const decision = authenticate(makeToken({ keyId: 'AKIAEXAMPLEEXAMPLE00', host: hostOf(index) }));
      if (decision instanceof Promise || decision.reason !== 'host-not-allowed')
        throw new Error(hostOf(index));
    }
    collect();
  };
  run(0, 10_000);
  const before = process.memoryUsage().heapUsed;
  run(10_000, 110_000);
  const grown = (process.memoryUsage().heapUsed - before) / 1e6;
  expect([calls.length, gate.inFlight(), gate.waiting(), authenticate.kept()]).toEqual([0, 0, 0, 0]);
  expect(grown).toBeLessThan(2);
});

test('metrics have no series for what a caller makes up', async () => {
  const bed = await openAuthenticator();
  try {
    for (let index = 0; index < 200; index += 1) {
      await bed.review(makeToken({ keyId: 'AKIAEXAMPLEEXAMPLE00', host: hostOf(index) }));
    }
    expect(await bed.registry.metrics()).not.toMatch(/amazonaws|example|api\.aws/);
    expect(bed.calls).toEqual([]);
  } finally {
    await bed.stop();
  }
});
