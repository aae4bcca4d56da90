import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { type Crowd, createCrowd, makeToken, type TokenPlan } from '../support/authenticator/crowd.ts';
import { HOST } from '../support/authenticator/tokens.ts';

const DEAD = ['sts.eu-west-1.amazonaws.com', 'sts.us-east-1.amazonaws.com', 'sts.ap-south-1.amazonaws.com'];
const PEOPLE = Array.from({ length: 50 }, (_, index) => toPerson(index));

function toPerson(index: number): TokenPlan & { readonly keyId: string } {
  const number = String(index).padStart(4, '0');
  return { keyId: `ASIAPERSONPERSON${number}`, sessionToken: `token%2Fof${number}`, good: true };
}

let crowd: Crowd | undefined;
afterEach(() => crowd?.stop());

/** Well-formed forgeries, some with the key id of a person, over hosts that answer and hosts that do not. */
function forge(index: number): string {
  const keyId =
    index % 4 === 0 ? (PEOPLE[index % 50]?.keyId ?? '') : `AKIAFORGERY${String(index).padStart(9, '0')}`;
  const host = index % 3 === 0 ? (DEAD[index % DEAD.length] ?? HOST) : HOST;
  return makeToken({ keyId, host, ...(index % 2 === 0 && { sessionToken: 'forged' }) });
}

interface Flood {
  sent: number;
  stop(): Promise<void>;
}

/** @param perSecond forgeries, in one portion each 10 ms */
function startFlood({ authenticate }: Crowd, perSecond: number): Flood {
  let running = true;
  const open: unknown[] = [];
  const flood: Flood = {
    sent: 0,
    async stop() {
      running = false;
      await pouring;
      await Promise.all(open);
    },
  };
  const pour = async (): Promise<void> => {
    for (const begun = performance.now(); running; await sleep(10)) {
      const due = ((performance.now() - begun) * perSecond) / 1_000;
      for (; flood.sent < due; flood.sent += 1) open.push(authenticate(forge(flood.sent)));
    }
  };
  const pouring = pour();
  return flood;
}

describe('two thousand forgeries a second', () => {
  test('keep nobody out whose key has logged in before', async () => {
    crowd = createCrowd(20, new Set(DEAD));
    for (const person of PEOPLE) await crowd.authenticate(makeToken(person));
    const flood = startFlood(crowd, 2_000);
    const reasons: string[] = [];
    // All of them again, in turns, with tokens that nobody has seen.
    for (let turn = 0; turn < 6; turn += 1) {
      await sleep(500);
      const logins = PEOPLE.map(async (person) => await crowd?.authenticate(makeToken(person)));
      for (const decision of await Promise.all(logins)) reasons.push(decision?.reason ?? 'none');
    }
    await flood.stop();
    expect(reasons).toHaveLength(300);
    expect(new Set(reasons)).toEqual(new Set(['granted']));
    expect(flood.sent).toBeGreaterThan(4_000);
    expect([crowd.gate.inFlight(), crowd.gate.waiting()]).toEqual([0, 0]);
  });
});

describe('a hundred tokens of one session at once', () => {
  test.each([
    ['that is known', true],
    ['at its first login', false],
  ])('%s are all let in', async (_, known) => {
    crowd = createCrowd(20);
    const person = toPerson(1);
    if (known) await crowd.authenticate(makeToken(person));
    const logins = Array.from({ length: 100 }, async () => await crowd?.authenticate(makeToken(person)));
    const reasons = (await Promise.all(logins)).map((decision) => decision?.reason);
    expect(new Set(reasons)).toEqual(new Set(['granted']));
    expect(crowd.calls.length).toBeGreaterThanOrEqual(100);
  });
});
