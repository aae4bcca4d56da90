import { beforeEach, describe, expect, test } from 'vitest';
import type { AccountFinding } from '../../../src/webhook/identity.ts';
import { type AccountStore, createAccountStore } from '../../../src/webhook/sources/account-store.ts';
import type { LiveReadResult } from '../../../src/webhook/sources/live-answer.ts';
import { createLiveReader, type LiveReader } from '../../../src/webhook/sources/live-read.ts';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.ts';
import { settle } from '../../support/settle.ts';
import { createReader, OTHER_ROLE, ROLE, toAccountObject } from '../../support/webhook/accounts.ts';
import { createFakeApi, type FakeApi, renderAccount } from '../../support/webhook/fake-api.ts';

const ANNOTATED = { 'eks.amazonaws.com/role-arn': ROLE };

let api: FakeApi;
let clock: FakeClock;
let store: AccountStore;
let watch: { resourceVersion: string };
let counted: LiveReadResult[];
let reader: LiveReader;

beforeEach(() => {
  api = createFakeApi();
  clock = createFakeClock();
  store = createAccountStore(createReader());
  watch = { resourceVersion: '100' };
  counted = [];
  reader = createLiveReader({
    api,
    reader: createReader(),
    known: store.get,
    resourceVersion: () => watch.resourceVersion,
    clock,
    count: (result) => void counted.push(result),
  });
});

function ask(name = 'web', patience = 1_000): Promise<AccountFinding> {
  return reader.read('shop', name, patience);
}

/** A read whose outcome can be looked at before it is there. */
function follow(asked: Promise<AccountFinding>): { outcome: AccountFinding | undefined } {
  const followed: { outcome: AccountFinding | undefined } = { outcome: undefined };
  void asked.then((outcome) => {
    followed.outcome = outcome;
  });
  return followed;
}

/** What the watch does when an account is created or changed. */
function bring(key: string, role: string, resourceVersion: string): void {
  store.set(toAccountObject(key, role, resourceVersion));
  watch.resourceVersion = resourceVersion;
}

/** What the watch does when an account is deleted. */
function takeAway(key: string, resourceVersion: string): void {
  store.remove(toAccountObject(key, undefined, resourceVersion).metadata);
  watch.resourceVersion = resourceVersion;
}

async function advance(ms: number): Promise<void> {
  clock.advance(ms);
  await settle();
}

describe('one read', () => {
  test('asks for that account alone, for its metadata only', async () => {
    const asked = ask();
    await settle();
    expect(api.last().path).toBe('/api/v1/namespaces/shop/serviceaccounts/web');
    expect(api.last().options.accept).toContain('as=PartialObjectMetadata');
    api.last().answer(200, renderAccount('101', ANNOTATED));
    expect(await asked).toMatchObject({ kind: 'known', account: { role: ROLE } });
    expect(counted).toEqual(['found']);
  });

  test('finds an account without a role, too', async () => {
    const asked = ask();
    await settle();
    api.last().answer(200, renderAccount('101'));
    expect(await asked).toEqual({ kind: 'known', account: createReader().plain });
  });

  test('of a server that answers with the whole object reads the same', async () => {
    const asked = ask();
    await settle();
    const whole = {
      ...JSON.parse(renderAccount('101', ANNOTATED)),
      kind: 'ServiceAccount',
      secrets: [{ name: 's' }],
    };
    api.last().answer(200, JSON.stringify(whole));
    expect(await asked).toMatchObject({ kind: 'known', account: { role: ROLE } });
  });

  test('annotations that are no texts are passed over', async () => {
    const asked = ask();
    await settle();
    api.last().answer(200, renderAccount('101', { ...ANNOTATED, 'eks.amazonaws.com/audience': { a: 1 } }));
    expect(await asked).toMatchObject({
      kind: 'known',
      account: { role: ROLE, choices: { audience: 'sts.amazonaws.com' } },
    });
  });

  test('of an account that does not exist says so', async () => {
    const asked = ask();
    await settle();
    api.last().answer(404);
    expect(await asked).toEqual({ kind: 'unknown' });
    expect(counted).toEqual(['missing']);
  });

  test('leaves no timer behind', async () => {
    const asked = ask();
    await settle();
    api.last().answer(404);
    await asked;
    await settle();
    expect(clock.sleepers()).toEqual([]);
  });
});

describe('coalescing', () => {
  test('a thousand pods of one account cost one GET', async () => {
    const asked = Array.from({ length: 1_000 }, () => ask());
    await settle();
    expect(api.calls).toHaveLength(1);
    api.last().answer(200, renderAccount('101', ANNOTATED));
    for (const finding of await Promise.all(asked)) {
      expect(finding).toMatchObject({ kind: 'known', account: { role: ROLE } });
    }
    expect(api.calls).toHaveLength(1);
    expect(counted).toEqual(['found']);
  });

  test('accounts of one name in two namespaces are two', async () => {
    void reader.read('shop', 'web', 1_000);
    void reader.read('bank', 'web', 1_000);
    await settle();
    expect(api.calls.map(({ path }) => path)).toEqual([
      '/api/v1/namespaces/shop/serviceaccounts/web',
      '/api/v1/namespaces/bank/serviceaccounts/web',
    ]);
  });

  test('one that joins late has its own patience', async () => {
    const first = follow(ask());
    await advance(400);
    const second = follow(ask('web', 100));
    await advance(100);
    expect(second.outcome).toMatchObject({ kind: 'unread', why: 'no answer in time' });
    expect(first.outcome).toBeUndefined();
    api.last().answer(200, renderAccount('101', ANNOTATED));
    await settle();
    expect(first.outcome).toMatchObject({ kind: 'known' });
    expect(api.calls).toHaveLength(1);
  });
});

describe('what is remembered', () => {
  test('an account that was found stands for a second', async () => {
    api.answerAll(() => ({ status: 200, body: renderAccount('101', ANNOTATED) }));
    await ask();
    await advance(999);
    expect(await ask()).toMatchObject({ kind: 'known' });
    expect(api.calls).toHaveLength(1);
    await advance(1);
    await ask();
    expect(api.calls).toHaveLength(2);
  });

  test('so does one that is missing, and not for longer', async () => {
    api.answerAll(() => ({ status: 404, body: '' }));
    await ask();
    await advance(999);
    expect(await ask()).toEqual({ kind: 'unknown' });
    expect(api.calls).toHaveLength(1);
    await advance(1);
    api.answerAll(() => ({ status: 200, body: renderAccount('101', ANNOTATED) }));
    expect(await ask()).toMatchObject({ kind: 'known' });
  });

  test('a missing one is not remembered for an hour because the clock was set back', async () => {
    api.answerAll(() => ({ status: 404, body: '' }));
    await ask();
    clock.setBack(3_600_000);
    await advance(2_000);
    await ask();
    expect(api.calls).toHaveLength(2);
  });

  test('a failure is not: the next pod has its own try', async () => {
    const asked = ask();
    await advance(1_000);
    expect(await asked).toMatchObject({ kind: 'unread' });
    api.answerAll(() => ({ status: 200, body: renderAccount('101', ANNOTATED) }));
    expect(await ask()).toMatchObject({ kind: 'known' });
  });

  test('an account that was found is dropped as soon as the watch has come past without it', async () => {
    api.answerAll(() => ({ status: 200, body: renderAccount('105', ANNOTATED) }));
    expect(await ask()).toMatchObject({ kind: 'known' });
    watch.resourceVersion = '104';
    expect(await ask()).toMatchObject({ kind: 'known' });
    expect(api.calls).toHaveLength(1);
    // Created at 105, deleted at 107: the watch has seen both, or neither as two lists.
    watch.resourceVersion = '107';
    api.answerAll(() => ({ status: 404, body: '' }));
    expect(await ask()).toEqual({ kind: 'unknown' });
    expect(api.calls).toHaveLength(2);
  });

  test('however many names are asked for, memory is bounded and answers stay right', async () => {
    api.answerAll((path) =>
      path.endsWith('/web')
        ? { status: 200, body: renderAccount('101', ANNOTATED) }
        : { status: 404, body: '' },
    );
    for (let round = 0; round < 105; round += 1) {
      const names = Array.from({ length: 100 }, (_, index) => `n-${round}-${index}`);
      await Promise.all(names.map((name) => ask(name)));
      await advance(1_000);
    }
    expect(api.calls).toHaveLength(10_500);
    expect(await ask()).toMatchObject({ kind: 'known' });
  });
});

describe('the watch wins', () => {
  test('where it has brought the account by the time of the answer', async () => {
    const asked = ask();
    await settle();
    bring('shop/web', OTHER_ROLE, '120');
    api.last().answer(200, renderAccount('110', ANNOTATED));
    expect(await asked).toMatchObject({ kind: 'known', account: { role: OTHER_ROLE } });
  });

  test('also where the answer is that there is no such account', async () => {
    const asked = ask();
    await settle();
    bring('shop/web', ROLE, '120');
    api.last().answer(404);
    expect(await asked).toMatchObject({ kind: 'known', account: { role: ROLE } });
  });

  test.each([
    ['older than the watch', '95'],
    ['as old as the watch', '110'],
    ['older by its number, not by its text', '99'],
  ])('over an answer %s: the account has been deleted since', async (_, resourceVersion) => {
    const asked = ask();
    await settle();
    watch.resourceVersion = '110';
    api.last().answer(200, renderAccount(resourceVersion, ANNOTATED));
    expect(await asked).toEqual({ kind: 'unknown' });
    expect(counted).toEqual(['stale']);
  });

  test('not over an answer that is newer, by its number', async () => {
    const asked = ask();
    await settle();
    watch.resourceVersion = '999';
    api.last().answer(200, renderAccount('1000', ANNOTATED));
    expect(await asked).toMatchObject({ kind: 'known' });
  });

  test('not before it has brought anything at all', async () => {
    watch.resourceVersion = '';
    const asked = ask();
    await settle();
    api.last().answer(200, renderAccount('7', ANNOTATED));
    expect(await asked).toMatchObject({ kind: 'known' });
  });

  test('a late answer does not bring back what the watch has brought and taken away since', async () => {
    const asked = ask();
    await settle();
    bring('shop/web', ROLE, '105');
    takeAway('shop/web', '106');
    api.last().answer(200, renderAccount('105', ANNOTATED));
    expect(await asked).toEqual({ kind: 'unknown' });
  });

  test('what was taken from the watch is not remembered beyond the deletion that the watch tells of', async () => {
    const asked = ask();
    await settle();
    bring('shop/web', ROLE, '105');
    api.last().answer(200, renderAccount('105', ANNOTATED));
    expect(await asked).toMatchObject({ kind: 'known' });
    takeAway('shop/web', '106');
    api.answerAll(() => ({ status: 404, body: '' }));
    expect(await ask()).toEqual({ kind: 'unknown' });
  });
});

describe('100 reads a second with a burst of 200', () => {
  test('who has no slot waits for one', async () => {
    const asked = Array.from({ length: 250 }, (_, index) => follow(ask(`n-${index}`)));
    await settle();
    expect(api.calls).toHaveLength(200);
    await advance(9);
    expect(api.calls).toHaveLength(200);
    await advance(1);
    expect(api.calls).toHaveLength(201);
    await advance(90);
    expect(api.calls).toHaveLength(210);
    await advance(400);
    expect(api.calls).toHaveLength(250);
    for (const call of api.calls) call.answer(404);
    await settle();
    for (const { outcome } of asked) expect(outcome).toEqual({ kind: 'unknown' });
  });

  test('who would have none within a second is told at once', async () => {
    for (let index = 0; index < 290; index += 1) void ask(`n-${index}`);
    const late = Array.from({ length: 20 }, (_, index) => follow(ask(`late-${index}`)));
    await settle();
    const outcomes = late.map(({ outcome }) => outcome);
    expect(outcomes.slice(0, 9)).toEqual(Array.from({ length: 9 }, () => undefined));
    expect(outcomes.at(-1)).toEqual({ kind: 'unread', why: 'too many reads at once' });
    expect(counted).toContain('throttled');
  });

  test('a pod with little patience does not wait for a slot that comes too late for it', async () => {
    for (let index = 0; index < 250; index += 1) void ask(`n-${index}`);
    const hasty = follow(ask('hasty', 100));
    await advance(100);
    expect(hasty.outcome).toMatchObject({ kind: 'unread' });
  });

  test('pods of one account take one slot together', async () => {
    for (let index = 0; index < 500; index += 1) void ask();
    for (let index = 0; index < 199; index += 1) void ask(`n-${index}`);
    await settle();
    expect(api.calls).toHaveLength(200);
  });

  test('repetitions after trouble count, too', async () => {
    api.answerAll(() => ({ status: 503, body: '' }));
    for (let index = 0; index < 200; index += 1) void ask(`n-${index}`);
    for (let elapsed = 0; elapsed < 1_000; elapsed += 10) await advance(10);
    expect(api.calls.length).toBeLessThanOrEqual(301);
  });
});

describe('the deadline', () => {
  test('is the shorter of the patience and a second, and ends the call', async () => {
    const short = follow(ask('web', 300));
    await advance(299);
    expect(short.outcome).toBeUndefined();
    await advance(1);
    expect(short.outcome).toEqual({ kind: 'unread', why: 'no answer in time' });
    const long = follow(ask('api', 60_000));
    await advance(999);
    expect(long.outcome).toBeUndefined();
    await advance(1);
    expect(long.outcome).toEqual({ kind: 'unread', why: 'no answer in time' });
    expect(api.last().options.signal?.aborted).toBe(true);
    expect(clock.sleepers()).toEqual([]);
  });

  test('that has passed before it begins is answered at once', async () => {
    const asked = follow(ask('web', 0));
    await advance(0);
    expect(asked.outcome).toMatchObject({ kind: 'unread' });
  });

  test('an answer after it is of use to the next pod', async () => {
    const hasty = follow(ask('web', 100));
    await advance(100);
    expect(hasty.outcome).toMatchObject({ kind: 'unread' });
    api.last().answer(200, renderAccount('101', ANNOTATED));
    await settle();
    expect(await ask()).toMatchObject({ kind: 'known' });
    expect(api.calls).toHaveLength(1);
  });
});

describe('trouble', () => {
  test('a server that cannot be reached is asked again every 50 ms', async () => {
    const asked = follow(ask());
    await settle();
    api.last().fail();
    await settle();
    await advance(49);
    expect(api.calls).toHaveLength(1);
    await advance(1);
    expect(api.calls).toHaveLength(2);
    api.last().answer(503);
    await settle();
    await advance(50);
    expect(api.calls).toHaveLength(3);
    api.last().answer(200, renderAccount('101', ANNOTATED));
    await settle();
    expect(asked.outcome).toMatchObject({ kind: 'known' });
    expect(counted).toEqual(['found']);
  });

  test.each([
    ['an HTTP error', () => api.last().answer(500), 'HTTP 500'],
    ['no connection', () => api.last().fail(), 'the API server did not answer'],
    ['half an answer', () => api.last().answer(200, '{"metadata":'), 'the API server did not answer'],
  ])('%s all the time ends at the deadline, with the reason', async (_, trouble, why) => {
    const asked = follow(ask('web', 5_000));
    await settle();
    for (let elapsed = 0; elapsed < 1_000; elapsed += 50) {
      trouble();
      await advance(50);
    }
    expect(asked.outcome).toEqual({ kind: 'unread', why });
    expect(api.calls.length).toBeLessThanOrEqual(21);
    expect(counted).toEqual(['failed']);
  });

  test('a refusal by RBAC is told at once, and not asked again', async () => {
    const asked = ask();
    await settle();
    api.last().answer(403, '{"kind":"Status","message":"serviceaccounts is forbidden"}');
    expect(await asked).toEqual({ kind: 'unread', why: 'HTTP 403' });
    expect(api.calls).toHaveLength(1);
    expect(counted).toEqual(['failed']);
  });

  test.each(['null', '[]', '"web"', '{}', '{"metadata":null}', '{"metadata":[]}'])(
    'an answer that is no object (%s) finds nobody',
    async (body) => {
      const asked = follow(ask());
      await settle();
      api.last().answer(200, body);
      await advance(1_000);
      expect(asked.outcome?.kind).not.toBe('known');
      expect(asked.outcome).toBeDefined();
    },
  );
});

describe('names that the API server cannot have', () => {
  test.each([
    ['', 'web'],
    ['shop', ''],
    ['..', 'web'],
    ['shop', '..'],
    ['shop', '.'],
    ['shop', '../../../pods'],
    ['shop', 'web/token'],
    ['shop', 'web?watch=1'],
    ['shop', 'web#'],
    ['shop', 'web%2ftoken'],
    ['shop', 'web\n'],
    ['shop', 'web\r\nHost: evil'],
    ['shop\u0000', 'web'],
    ['Shop', 'web'],
    ['shop', 'wéb'],
    ['shop', 'ｗeb'],
    ['shop', '-web'],
    ['shop', 'web-'],
    ['shop', ' web'],
    ['shop', 'a'.repeat(254)],
    ['shop', 'a'.repeat(1_000_000)],
    ['shop/serviceaccounts', 'web'],
  ])('%j / %j never reaches it', async (namespace, name) => {
    expect(await reader.read(namespace, name, 1_000)).toEqual({ kind: 'unknown' });
    await settle();
    expect(api.calls).toEqual([]);
  });

  test.each(['constructor', 'a.b-c.d', '0', 'a'.repeat(253)])('%j does', async (name) => {
    void ask(name);
    await settle();
    expect(api.last().path).toBe(`/api/v1/namespaces/shop/serviceaccounts/${name}`);
  });
});
