import { describe, expect, test } from 'vitest';
import { createRemoteKeys } from '../../../src/issuer/keys/key-finder.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createEcJwk, toSet } from '../../support/issuer/key-jwks.ts';
import { createFakeSource, createRig, ISSUER, type Rig } from '../../support/issuer/key-rig.ts';

const one = createEcJwk('one');
const two = createEcJwk('two');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A rig that has read its keys once. */
async function createReadRig(maxAgeMs?: number, limits = {}): Promise<Rig> {
  const rig = createRig(undefined, limits);
  rig.source.say(toSet(one), maxAgeMs);
  await rig.keys.refresh(ISSUER);
  return rig;
}

/** Lets everything that needs no time happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

describe('a key', () => {
  test('is read when it is first asked for', async () => {
    const { find, source, events } = createRig(toSet(one));
    expect(source.reads()).toBe(0);
    expect(await find('one')).toMatchObject({ kind: 'found', key: { kid: 'one' } });
    expect(source.reads()).toBe(1);
    expect(events).toMatchObject([{ issuer: ISSUER, kind: 'refreshed', keys: 1, added: 1, removed: 0 }]);
  });

  test('that is at hand is answered at once', async () => {
    const { find, source } = await createReadRig();
    expect(find('one')).toMatchObject({ kind: 'found', key: { kid: 'one' } });
    expect(source.reads()).toBe(1);
  });

  test('that is not fit is told so at once', async () => {
    const rig = createRig(toSet(one, { ...two, use: 'enc' }));
    await rig.keys.refresh(ISSUER);
    expect(rig.find('two')).toEqual({ kind: 'unfit', problem: 'its use is not "sig"' });
    expect(rig.source.reads()).toBe(1);
  });

  test('of an issuer that is not configured is never looked for', () => {
    const { keys, source } = createRig(toSet(one));
    expect(keys.find('https://issuer.example/', 'one')).toEqual({
      kind: 'unavailable',
      trouble: 'local',
      problem: 'no keys are configured for this issuer',
    });
    expect(keys.status('https://other.example')).toBeUndefined();
    expect(source.reads()).toBe(0);
  });

  test('of one issuer is none of another', async () => {
    const issuers = new Map([
      ['https://a.example', createFakeSource(toSet(one))],
      ['https://b.example', createFakeSource(toSet(two))],
    ]);
    const deps = { clock: createFakeClock(), random: () => 0, report: () => {} };
    const keys = createRemoteKeys({ issuers, ...deps });
    expect((await keys.find('https://a.example', 'one')).kind).toBe('found');
    expect((await keys.find('https://b.example', 'one')).kind).toBe('unknown-kid');
    expect((await keys.find('https://b.example', 'two')).kind).toBe('found');
  });
});

describe('a key that another one may have taken the place of', () => {
  const other = createEcJwk('one');

  test('is read again, once in 30 s, however many ask', async () => {
    const { keys, source, clock, find } = await createReadRig(HOUR);
    const before = find('one');
    source.say(toSet(other), HOUR);
    expect(await keys.findAgain(ISSUER, 'one')).toBe(before);
    clock.advance(30_000);
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => keys.findAgain(ISSUER, 'one')));
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toMatchObject({ kind: 'found', key: { kid: 'one' } });
    expect(answers[0]).not.toBe(before);
    expect(await keys.findAgain(ISSUER, 'one')).toBe(answers[0]);
    expect(source.reads()).toBe(2);
  });

  test('is the same as before where the set is, or where it cannot be read', async () => {
    const { keys, source, clock, find } = await createReadRig(HOUR);
    const before = find('one');
    clock.advance(30_000);
    expect(await keys.findAgain(ISSUER, 'one')).toBe(before);
    source.fail();
    clock.advance(30_000);
    expect(await keys.findAgain(ISSUER, 'one')).toBe(before);
    expect(source.reads()).toBe(3);
    expect(await keys.findAgain('https://other.example', 'one')).toMatchObject({ kind: 'unavailable' });
  });
});

describe('a stampede', () => {
  const kids = Array.from({ length: 1_000 }, (_, index) => `made-up-${index}`);

  test('of 1,000 at the first key costs one reading', async () => {
    const { find, source } = createRig(toSet(one));
    const answers = await Promise.all(kids.map(() => find('one')));
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['found']));
    expect(source.reads()).toBe(1);
  });

  test('of 1,000 unknown kids at once costs one reading', async () => {
    const { find, source, clock } = await createReadRig();
    clock.advance(30_000);
    source.hold();
    const asked = kids.map((kid) => find(kid));
    source.release();
    const answers = await Promise.all(asked);
    expect(new Set(answers.map(({ kind }) => kind))).toEqual(new Set(['unknown-kid']));
    expect(source.reads()).toBe(2);
  });

  test('of 1,000 unknown kids one after the other costs one reading in 30 s', async () => {
    const { find, source, clock } = await createReadRig(HOUR);
    for (const kid of kids) {
      clock.advance(100);
      await find(kid);
    }
    // In 100 s: after 30, 60 and 90.
    expect(source.reads()).toBe(1 + 3);
  });

  test('leaves keys that are at hand to be answered at once', async () => {
    const { find, source, clock } = await createReadRig();
    clock.advance(30_000);
    source.hold();
    const unknown = find('made-up');
    expect(find('one')).toMatchObject({ kind: 'found' });
    source.release();
    await unknown;
  });
});

describe('an unknown kid', () => {
  test('is found once the issuer has it', async () => {
    const { find, source, clock, events } = await createReadRig();
    source.say(toSet(one, two));
    expect(find('two')).toEqual({ kind: 'unknown-kid' });
    clock.advance(30_000);
    expect(await find('two')).toMatchObject({ kind: 'found' });
    expect(events.at(-1)).toMatchObject({ kind: 'refreshed', keys: 2, added: 1, removed: 0 });
  });

  test('waits for a reading that is under way, whoever began it', async () => {
    const { find, source, clock } = await createReadRig();
    source.say(toSet(one, two));
    clock.advance(30_000);
    source.hold();
    const asked = [find('two'), find('two'), find('made-up')];
    source.release();
    const kinds = (await Promise.all(asked)).map(({ kind }) => kind);
    expect(kinds).toEqual(['found', 'found', 'unknown-kid']);
    expect(source.reads()).toBe(2);
  });

  test('within the cool-down is answered without asking', async () => {
    const { find, source, clock, kinds } = await createReadRig();
    clock.advance(29_999);
    expect(find('two')).toEqual({ kind: 'unknown-kid' });
    expect(source.reads()).toBe(1);
    expect(kinds()).toEqual(['refreshed']);
  });

  test('cools down after a failure as well, and may exist', async () => {
    const { find, source, clock, kinds } = await createReadRig(HOUR);
    source.fail();
    clock.advance(30_000);
    const problem =
      'the key set of 30 s ago does not have it, and there is no newer one: no whole answer within 5 s';
    expect(await find('two')).toEqual({ kind: 'unavailable', trouble: 'passing', problem });
    for (let second = 1; second < 30; second += 1) {
      clock.advance(1_000);
      expect(await find('two')).toMatchObject({ kind: 'unavailable' });
    }
    expect(source.reads()).toBe(2);
    clock.advance(1_000);
    await find('two');
    expect(source.reads()).toBe(3);
    expect(find('one')).toMatchObject({ kind: 'found' });
    expect(kinds().filter((kind) => kind === 'refused')).toHaveLength(2);
  });
});

describe('without any keys', () => {
  test('what is wrong is told, and tried again with growing waits', async () => {
    const rig = createRig(undefined, {}, () => 0.999_999);
    const problem = 'there are no keys of the issuer: https://issuer.example/keys answered 404';
    expect(await rig.find('one')).toEqual({ kind: 'unavailable', trouble: 'passing', problem });
    // As many as ask within 100 s, ten times a second.
    for (let asked = 0; asked < 1_000; asked += 1) {
      rig.clock.advance(100);
      await rig.find('one');
    }
    const waits = rig.events.flatMap((event) => (event.kind === 'refused' ? [event.retryInMs] : []));
    expect(waits).toEqual(
      [1_000, 1_000, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000].slice(0, waits.length),
    );
    expect(rig.source.reads()).toBe(waits.length);
    expect(waits.length).toBeLessThan(11);
  });

  test('jitter is never no wait at all', async () => {
    const { find, source } = createRig();
    for (let asked = 0; asked < 50; asked += 1) await find('one');
    expect(source.reads()).toBe(1);
  });

  test('the first good answer ends it', async () => {
    const { find, source, clock, keys } = createRig();
    await find('one');
    source.say(toSet(one));
    clock.advance(1_000);
    expect(await find('one')).toMatchObject({ kind: 'found' });
    expect(keys.status(ISSUER)).not.toHaveProperty('lastProblem');
  });

  test('a source that throws anything is one that cannot be read', async () => {
    const { find, source, events } = createRig();
    source.fail(new TypeError('boom'));
    expect(await find('one')).toMatchObject({
      kind: 'unavailable',
      problem: expect.stringContaining('boom'),
    });
    expect(events).toMatchObject([{ kind: 'refused', failure: 'unreachable' }]);
  });
});

describe('a set', () => {
  test.each<[string, number | undefined, number]>([
    ['as long as its source says', 20 * MINUTE, 20 * MINUTE],
    ['ten minutes where it says nothing', undefined, 10 * MINUTE],
    ['a minute at least', 0, MINUTE],
    ['an hour at most', 24 * HOUR, HOUR],
  ])('is fresh for %s', async (_, maxAgeMs, freshMs) => {
    const { keys, clock } = await createReadRig(maxAgeMs);
    clock.advance(freshMs - 1);
    expect(keys.status(ISSUER)).toMatchObject({ state: 'fresh', ageMs: freshMs - 1, keys: 1 });
    clock.advance(1);
    expect(keys.status(ISSUER)).toMatchObject({ state: 'stale', ageMs: freshMs });
  });

  test('is renewed in the background from three quarters of that on, and nobody waits', async () => {
    const { find, source, clock } = await createReadRig(20 * MINUTE);
    clock.advance(15 * MINUTE - 1);
    expect(find('one')).toMatchObject({ kind: 'found' });
    expect(source.reads()).toBe(1);
    clock.advance(1);
    source.hold();
    expect(find('one')).toMatchObject({ kind: 'found' });
    expect(find('one')).toMatchObject({ kind: 'found' });
    expect(source.reads()).toBe(2);
    source.release();
  });

  test('is renewed by replicas spread over a tenth of that', async () => {
    const rig = createRig(undefined, {}, () => 0.5);
    rig.source.say(toSet(one), 20 * MINUTE);
    await rig.keys.refresh(ISSUER);
    rig.clock.advance(16 * MINUTE - 1);
    rig.find('one');
    expect(rig.source.reads()).toBe(1);
    rig.clock.advance(1);
    rig.find('one');
    expect(rig.source.reads()).toBe(2);
  });

  test('counts its age from the request, not from the answer', async () => {
    const rig = createRig(toSet(one));
    rig.source.hold();
    const read = rig.keys.refresh(ISSUER);
    rig.clock.advance(4_000);
    rig.source.release();
    await read;
    expect(rig.keys.status(ISSUER)).toMatchObject({ ageMs: 4_000 });
  });

  test('that nobody asked for in a long time is renewed before it answers', async () => {
    const { find, source, clock } = await createReadRig();
    source.say(toSet(two));
    clock.advance(5 * HOUR);
    expect(await find('one')).toMatchObject({ kind: 'unknown-kid' });
    expect(source.reads()).toBe(2);
  });

  test('replaces the one before whole: a key that is gone is revoked', async () => {
    const { find, source, keys, events } = await createReadRig();
    source.say(toSet(two));
    await keys.refresh(ISSUER);
    expect(find('one')).toEqual({ kind: 'unknown-kid' });
    expect(find('two')).toMatchObject({ kind: 'found' });
    expect(events[1]).toMatchObject({ kind: 'refreshed', added: 1, removed: 1 });
  });

  test('brings a new key under an old kid', async () => {
    const { find, source, keys } = await createReadRig();
    const other = createEcJwk('one');
    source.say(toSet(other));
    await keys.refresh(ISSUER);
    const found = await find('one');
    expect(found.kind === 'found' && found.key.key.export({ format: 'jwk' })).toMatchObject({ x: other.x });
  });

  test.each<[string, string]>([
    ['broken', '{"keys":['],
    ['empty', toSet()],
    ['without a fit key', toSet({ ...two, use: 'enc' })],
    ['showing a private key', toSet(two, { kty: 'EC', d: 'x' })],
  ])('that is %s does not replace a good one', async (_, text) => {
    const { find, source, keys, events } = await createReadRig();
    source.say(text);
    await keys.refresh(ISSUER);
    expect(find('one')).toMatchObject({ kind: 'found' });
    expect(events[1]).toMatchObject({ kind: 'refused', failure: 'key-set' });
    expect(keys.status(ISSUER)?.lastProblem).toMatch(/^the key set is refused: it /);
  });
});

describe('while the source fails', () => {
  test('the last good set serves on without anybody waiting, and says how old it is', async () => {
    const { find, source, clock, keys, events } = await createReadRig(HOUR);
    clock.advance(HOUR);
    source.fail();
    expect(await find('one')).toMatchObject({ kind: 'found' });
    expect(events.slice(1)).toMatchObject([{ kind: 'refused', failure: 'timeout', retryInMs: 1_000 }]);
    expect(keys.status(ISSUER)).toMatchObject({ state: 'stale', ageMs: HOUR });
    clock.advance(HOUR);
    source.hold();
    expect(find('one')).toMatchObject({ kind: 'found' });
    expect(source.reads()).toBe(3);
    source.release();
    await settle();
    expect(keys.status(ISSUER)).toMatchObject({ state: 'stale', lastProblem: 'no whole answer within 5 s' });
  });

  test('but not beyond its grace', async () => {
    const { find, source, clock, keys } = await createReadRig(HOUR);
    source.fail();
    clock.advance(7 * HOUR - 1);
    expect(await find('one')).toMatchObject({ kind: 'found' });
    clock.advance(1);
    expect(await find('one')).toMatchObject({ kind: 'unavailable' });
    expect(keys.status(ISSUER)).toMatchObject({ state: 'none', keys: 0 });
    source.say(toSet(one));
    clock.advance(MINUTE);
    expect(await find('one')).toMatchObject({ kind: 'found' });
  });

  test('and not at all where grace is off', async () => {
    const { find, source, clock } = await createReadRig(HOUR, { graceMs: 0 });
    source.fail();
    clock.advance(HOUR - 1);
    expect(find('one')).toMatchObject({ kind: 'found' });
    clock.advance(1);
    expect(await find('one')).toMatchObject({ kind: 'unavailable' });
  });
});

describe('a clock', () => {
  test('that is set back makes no set younger than it was, and costs a reading', async () => {
    const { find, source, clock, keys } = await createReadRig(10 * MINUTE);
    clock.advance(9 * MINUTE);
    clock.setBack(5 * HOUR);
    expect(keys.status(ISSUER)).toMatchObject({ state: 'stale' });
    source.say(toSet(two));
    expect(await find('one')).toMatchObject({ kind: 'unknown-kid' });
    expect(keys.status(ISSUER)).toMatchObject({ state: 'fresh', ageMs: 0 });
    expect(source.reads()).toBe(2);
  });

  test('that is put right by a little changes nothing', async () => {
    const { find, source, clock, keys } = await createReadRig(10 * MINUTE);
    expect(find('one')).toMatchObject({ kind: 'found' });
    clock.setBack(50);
    expect(find('one')).toMatchObject({ kind: 'found' });
    expect(keys.status(ISSUER)).toMatchObject({ state: 'fresh', ageMs: 50 });
    expect(source.reads()).toBe(1);
  });

  test('that jumps ahead costs a reading', async () => {
    const { find, source, clock } = await createReadRig();
    clock.advance(100 * 24 * HOUR);
    expect(await find('one')).toMatchObject({ kind: 'found' });
    expect(source.reads()).toBe(2);
  });
});

describe('a refresh', () => {
  test('joins the one under way', async () => {
    const { keys, source } = createRig(toSet(one));
    source.hold();
    const all = [keys.refresh(ISSUER), keys.refresh(ISSUER), keys.refresh(ISSUER)];
    source.release();
    await Promise.all(all);
    expect(source.reads()).toBe(1);
  });

  test('survives a report that throws', async () => {
    const issuers = new Map([[ISSUER, createFakeSource(toSet(one))]]);
    const report = () => {
      throw new Error('the log is full');
    };
    const keys = createRemoteKeys({ issuers, clock: createFakeClock(), random: () => 0, report });
    expect(await keys.find(ISSUER, 'one')).toMatchObject({ kind: 'found' });
  });
});

describe('once started', () => {
  test('sets are read, renewed and retried though nobody asks', async () => {
    const { keys, source, clock } = createRig(toSet(one));
    keys.start();
    keys.start();
    await settle();
    expect(source.reads()).toBe(1);
    expect(clock.sleepers()).toEqual([7.5 * MINUTE]);
    source.fail();
    clock.advance(7.5 * MINUTE);
    await settle();
    expect(source.reads()).toBe(2);
    expect(clock.sleepers()).toEqual([1_000]);
    source.say(toSet(two));
    clock.advance(1_000);
    await settle();
    expect(keys.find(ISSUER, 'two')).toMatchObject({ kind: 'found' });
    await keys.stop();
    expect(clock.sleepers()).toEqual([]);
  });

  test('stop ends what is under way, and late answers count for nothing', async () => {
    const { keys, source, find, kinds } = createRig(toSet(one));
    source.hold();
    const found = find('one');
    const stopped = keys.stop();
    source.release();
    await stopped;
    expect(await found).toEqual({
      kind: 'unavailable',
      trouble: 'passing',
      problem: 'there are no keys of the issuer: reading them was stopped',
    });
    expect(kinds()).toEqual([]);
    await keys.refresh(ISSUER);
    expect(source.reads()).toBe(1);
  });
});
