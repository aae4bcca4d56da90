import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountFinding } from '../../../src/webhook/identity.ts';
import { type AccountStore, createAccountStore } from '../../../src/webhook/sources/account-store.ts';
import { createFindAccount, type FindAccount } from '../../../src/webhook/sources/find-account.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { settle } from '../../support/settle.ts';
import { createReader, ROLE, toAccountObject } from '../../support/webhook/accounts.ts';

const UNKNOWN: AccountFinding = { kind: 'unknown' };
const KNOWN: AccountFinding = {
  kind: 'known',
  account: createReader().read({ 'eks.amazonaws.com/role-arn': ROLE }),
};

let clock: FakeClock;
let store: AccountStore;
let read: { patience: number; resolve(finding: AccountFinding): void }[];

beforeEach(() => {
  clock = createFakeClock();
  store = createAccountStore(createReader());
  read = [];
});

interface Options {
  readonly gracePeriod?: number;
  readonly liveRead?: boolean;
  readonly elsewhere?: boolean;
}

function create({ gracePeriod = 0, liveRead = true, elsewhere = false }: Options = {}): FindAccount {
  const liveReader = {
    read(_namespace: string, _name: string, patience: number) {
      const { promise, resolve } = Promise.withResolvers<AccountFinding>();
      read.push({ patience, resolve });
      return promise;
    },
  };
  return createFindAccount({
    store,
    liveReader: liveRead ? liveReader : undefined,
    gracePeriod,
    knownElsewhere: () => elsewhere,
    clock,
  });
}

/** A search whose outcome can be looked at before it is there. */
function follow(asked: Promise<AccountFinding>): { outcome: AccountFinding | undefined } {
  const followed: { outcome: AccountFinding | undefined } = { outcome: undefined };
  void asked.then((outcome) => {
    followed.outcome = outcome;
  });
  return followed;
}

async function advance(ms: number): Promise<void> {
  clock.advance(ms);
  await settle();
}

async function answer(finding: AccountFinding): Promise<void> {
  read.at(-1)?.resolve(finding);
  await settle();
}

describe('the live read', () => {
  test('alone decides where no grace period is set', async () => {
    const asked = follow(create()('shop', 'web', 10_000));
    await answer(KNOWN);
    expect(asked.outcome).toEqual(KNOWN);
  });

  test.each<AccountFinding>([UNKNOWN, { kind: 'unread', why: 'HTTP 403' }])(
    '%j is passed on',
    async (finding) => {
      const asked = follow(create()('shop', 'web', 10_000));
      await answer(finding);
      expect(asked.outcome).toEqual(finding);
      expect(clock.sleepers()).toEqual([]);
    },
  );

  test.each([
    [10_000, 1_000],
    [30_000, 1_000],
    [1_000, 900],
    [500, 450],
    [10, 9],
  ])('of a request that may take %d ms has %d ms, the rest is for the answer', (timeout, patience) => {
    void create()('shop', 'web', timeout);
    expect(read[0]?.patience).toBeCloseTo(patience);
  });

  test('can be switched off; then an account that the watch has not brought is unknown at once', async () => {
    const asked = follow(create({ liveRead: false })('shop', 'web', 10_000));
    await settle();
    expect(asked.outcome).toEqual(UNKNOWN);
    expect(read).toEqual([]);
  });

  test('that fails is of no account where the watch has brought the account meanwhile', async () => {
    const asked = follow(create()('shop', 'web', 10_000));
    store.set(toAccountObject('shop/web', ROLE));
    await answer({ kind: 'unread', why: 'no answer in time' });
    expect(asked.outcome).toMatchObject({ kind: 'known', account: { role: ROLE } });
  });

  test('that hangs is of no account once the watch has brought the account', async () => {
    const asked = follow(create()('shop', 'web', 10_000));
    await settle();
    store.set(toAccountObject('shop/web', ROLE));
    await settle();
    expect(asked.outcome).toMatchObject({ kind: 'known', account: { role: ROLE } });
  });
});

describe('the grace period', () => {
  test('is how long a pod waits for its account to appear', async () => {
    const asked = follow(create({ gracePeriod: 500 })('shop', 'web', 10_000));
    await answer(UNKNOWN);
    await advance(499);
    expect(asked.outcome).toBeUndefined();
    store.set(toAccountObject('shop/web', ROLE));
    await settle();
    expect(asked.outcome).toMatchObject({ kind: 'known', account: { role: ROLE } });
    expect(clock.sleepers()).toEqual([]);
  });

  test('ends with what the live read said', async () => {
    const asked = follow(create({ gracePeriod: 500 })('shop', 'web', 10_000));
    await answer({ kind: 'unread', why: 'HTTP 403' });
    await advance(500);
    expect(asked.outcome).toEqual({ kind: 'unread', why: 'HTTP 403' });
    expect(clock.sleepers()).toEqual([]);
  });

  test('works without the live read', async () => {
    const asked = follow(create({ gracePeriod: 500, liveRead: false })('shop', 'web', 10_000));
    await advance(200);
    expect(asked.outcome).toBeUndefined();
    store.set(toAccountObject('shop/web'));
    await settle();
    expect(asked.outcome).toMatchObject({ kind: 'known', account: { role: undefined } });
  });

  test('is not waited for where the live read has found the account', async () => {
    const asked = follow(create({ gracePeriod: 500 })('shop', 'web', 10_000));
    await answer(KNOWN);
    expect(asked.outcome).toEqual(KNOWN);
  });

  test('is not waited for where another source knows the account', async () => {
    const asked = follow(create({ gracePeriod: 500, elsewhere: true })('shop', 'web', 10_000));
    await answer(UNKNOWN);
    expect(asked.outcome).toEqual(UNKNOWN);
  });

  test('is not waited for where the watch brought the account during the live read', async () => {
    const asked = follow(create({ gracePeriod: 60_000 })('shop', 'web', 10_000));
    await settle();
    store.set(toAccountObject('shop/web', ROLE));
    await answer({ kind: 'unread', why: 'HTTP 500' });
    expect(asked.outcome).toMatchObject({ kind: 'known', account: { role: ROLE } });
  });

  test("never outlasts the request's own deadline because the clock was set back", async () => {
    const asked = follow(create({ gracePeriod: 60_000 })('shop', 'web', 2_000));
    clock.setBack(3_600_000);
    await answer(UNKNOWN);
    await advance(1_800);
    expect(asked.outcome).toEqual(UNKNOWN);
  });

  test("never outlasts the request's own deadline, the live read's time included", async () => {
    const asked = follow(create({ gracePeriod: 60_000 })('shop', 'web', 2_000));
    await advance(800);
    await answer(UNKNOWN);
    await advance(999);
    expect(asked.outcome).toBeUndefined();
    await advance(1);
    expect(asked.outcome).toEqual(UNKNOWN);
  });
});
