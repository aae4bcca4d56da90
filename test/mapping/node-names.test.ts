import { beforeEach, describe, expect, test } from 'vitest';
import { UnknownInstanceError } from '../../src/aws/ec2-instances.ts';
import { createNodeNames, type NodeNames } from '../../src/mapping/node-names.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { settle } from '../support/settle.ts';

let clock: FakeClock;
let calls: string[][];
let answers: PromiseWithResolvers<void>[];
let names: NodeNames;
/** What EC2 knows; of the others it says that there is no such instance. */
let known: (id: string) => string | undefined;

beforeEach(() => {
  clock = createFakeClock();
  calls = [];
  answers = [];
  known = (id) => `${id}.internal`;
  names = create(async () => {});
});

function create(wait: () => Promise<void>, rate = { perSecond: 1_000, burst: 100_000 }): NodeNames {
  return createNodeNames({
    clock,
    rate,
    async describe(ids) {
      calls.push([...ids]);
      await wait();
      const missing = ids.filter((id) => known(id) === undefined);
      if (missing.length > 0) throw new UnknownInstanceError(`no ${missing.join()}`);
      return new Map(ids.map((id) => [id, known(id) ?? '']));
    },
  });
}

/** Calls that the test answers one by one. */
function createHeld(): NodeNames {
  return create(() => {
    const answer = Promise.withResolvers<void>();
    answers.push(answer);
    return answer.promise;
  });
}

const ids = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `i-${String(index).padStart(17, '0')}`);

describe('the private DNS name of an instance', () => {
  test.each([['ip-10-0-0-1.eu-west-1.compute.internal'], ['i-0123456789abcdef0.eu-west-1.compute.internal']])(
    'is what EC2 has, whatever its VPC names instances after (%s)',
    async (name) => {
      known = () => name;
      expect(await names.find('i-1')).toBe(name);
    },
  );

  test('is asked for once in a quarter of an hour', async () => {
    await names.find('i-1');
    clock.advance(15 * 60_000 - 1);
    await names.find('i-1');
    expect(calls).toHaveLength(1);
    clock.advance(1);
    await names.find('i-1');
    expect(calls).toHaveLength(2);
  });

  test('is one call for all who wait for it', async () => {
    const found = await Promise.all(Array.from({ length: 50 }, () => names.find('i-1')));
    expect(new Set(found)).toEqual(new Set(['i-1.internal']));
    expect(calls).toEqual([['i-1']]);
  });

  test.each([[''], [undefined]])('that is %j fails, and is asked for again soon', async (name) => {
    known = () => name;
    await expect(names.find('i-1')).rejects.toThrow('EC2 knows no private DNS name of instance i-1');
    await expect(names.find('i-1')).rejects.toThrow('EC2 knows no private DNS name');
    expect(calls).toHaveLength(1);
    known = () => 'now';
    clock.advance(5_000);
    expect(await names.find('i-1')).toBe('now');
  });

  test('is asked for again where the clock was set back, as at the start of a machine', async () => {
    known = () => undefined;
    await expect(names.find('i-1')).rejects.toThrow('EC2 knows no private DNS name');
    known = () => 'now';
    clock.setBack(24 * 3_600_000);
    expect(await names.find('i-1')).toBe('now');
  });

  test('fails where EC2 does not answer, and is asked for again at once', async () => {
    known = () => {
      throw new Error('socket hang up');
    };
    await expect(names.find('i-1')).rejects.toThrow('EC2 did not tell the private DNS name: socket hang up');
    known = () => 'now';
    expect(await names.find('i-1')).toBe('now');
  });
});

describe('instances that EC2 does not know', () => {
  /** As EC2 does: it says which of them it does not know. */
  const createNaming = (most: number): NodeNames =>
    createNodeNames({
      clock,
      rate: { perSecond: 1_000, burst: 100_000 },
      async describe(asked) {
        calls.push([...asked]);
        const missing = asked.filter((id) => known(id) === undefined);
        if (missing.length > 0) throw new UnknownInstanceError('some', { ids: missing.slice(0, most) });
        return new Map(asked.map((id) => [id, known(id) ?? '']));
      },
    });

  test('and that it names cost one call more for those who are with them', async () => {
    const [mine = '', ...others] = ids(400);
    known = (id) => (id === mine ? 'mine' : undefined);
    names = createNaming(100);
    const lost = others.map((id) => names.find(id).catch((error: Error) => error.message));
    expect(await names.find(mine)).toBe('mine');
    expect(new Set((await Promise.all(lost)).map((text) => text.replace(/i-\d+/, 'ID')))).toEqual(
      new Set(['EC2 knows no private DNS name of instance ID']),
    );
    // Five alone, four of a hundred, and one without those that were named.
    expect(calls).toHaveLength(10);
  });

  test('are found one by one where it names one at a time', async () => {
    names = createNaming(1);
    const all = ids(3);
    known = (id) => (id === all[1] ? 'one' : undefined);
    const found = await Promise.allSettled(all.map((id) => names.find(id)));
    expect(found.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
  });
});

describe('calls of EC2', () => {
  test('are five at a time, and then take up to a hundred instances', async () => {
    names = createHeld();
    const found = Promise.all(ids(255).map((id) => names.find(id)));
    await settle();
    expect(calls.map((each) => each.length)).toEqual([1, 1, 1, 1, 1]);
    answers[0]?.resolve();
    answers[1]?.resolve();
    await settle();
    expect(calls.map((each) => each.length)).toEqual([1, 1, 1, 1, 1, 100, 100]);
    for (let round = 0; round < 3; round += 1) {
      for (const answer of answers) answer.resolve();
      await settle();
    }
    expect((await found).length).toBe(255);
    expect(calls.map((each) => each.length)).toEqual([1, 1, 1, 1, 1, 100, 100, 50]);
  });

  test('find the bad ones among many, and serve the others', async () => {
    const bad = new Set([ids(100)[17], ids(100)[18], ids(100)[99]]);
    known = (id) => (bad.has(id) ? undefined : `${id}.internal`);
    const found = await Promise.allSettled(ids(100).map((id) => names.find(id)));
    expect(found.filter(({ status }) => status === 'rejected')).toHaveLength(3);
    expect(
      found.map(({ status }, index) => status === 'rejected' && ids(100)[index]).filter(Boolean),
    ).toEqual([...bad]);
    expect(calls.length).toBeLessThan(50);
  });

  test('keep to their rate', async () => {
    names = create(async () => {}, { perSecond: 10, burst: 2 });
    const found = Promise.all(ids(4).map((id) => names.find(id)));
    await settle();
    expect(calls).toHaveLength(2);
    clock.advance(100);
    await settle();
    expect(calls).toHaveLength(3);
    clock.advance(100);
    expect(await found).toHaveLength(4);
  });

  test('that would come too late are not made', async () => {
    names = create(async () => {}, { perSecond: 0.1, burst: 1 });
    expect(await names.find('i-1')).toBe('i-1.internal');
    await expect(names.find('i-2')).rejects.toThrow('too many calls are waiting');
  });

  test('that hang hold nobody longer than five seconds', async () => {
    names = createHeld();
    const found = names.find('i-1');
    clock.advance(5_000);
    await expect(found).rejects.toThrow('EC2 did not tell the private DNS name within 5 s');
    answers[0]?.resolve();
    await settle();
    expect(await names.find('i-1')).toBe('i-1.internal');
    expect(calls).toHaveLength(1);
  });

  test('that hang let no more than 8,000 wait', async () => {
    names = createHeld();
    const waiting = ids(8_000).map((id) => names.find(id));
    await expect(names.find('i-one-more')).rejects.toThrow('too many instances are waited for');
    const late = Promise.allSettled(waiting);
    clock.advance(5_000);
    expect((await late).every(({ status }) => status === 'rejected')).toBe(true);
  });
});

test('names are kept for ten thousand instances, the newest', async () => {
  for (const id of ids(10_050)) await names.find(id);
  calls.length = 0;
  await names.find(ids(10_050).at(-1) ?? '');
  await names.find(ids(10_050)[50] ?? '');
  expect(calls).toHaveLength(0);
  await names.find(ids(1)[0] ?? '');
  expect(calls).toHaveLength(1);
});
