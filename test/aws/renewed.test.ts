import { expect, test } from 'vitest';
import { createRenewed } from '../../src/aws/renewed.ts';

const HOUR = 3_600_000;

function createSource(lifetime: number | undefined) {
  let time = 0;
  let calls = 0;
  const fetch = async () => {
    calls += 1;
    const expiration = lifetime === undefined ? {} : { expiration: new Date(time + lifetime) };
    return { accessKeyId: `AKID${calls}`, secretAccessKey: 's', ...expiration };
  };
  const renewed = createRenewed(fetch, () => time);
  return {
    read: async () => (await renewed()).accessKeyId,
    pass: (ms: number) => {
      time += ms;
    },
  };
}

test('credentials are fetched once for all who wait, and again five minutes before they expire', async () => {
  const { read, pass } = createSource(HOUR);
  expect(await Promise.all([read(), read()])).toEqual(['AKID1', 'AKID1']);
  pass(HOUR - 300_001);
  expect(await read()).toBe('AKID1');
  pass(1);
  expect(await Promise.all([read(), read()])).toEqual(['AKID2', 'AKID2']);
});

test('those that do not expire stay', async () => {
  const { read, pass } = createSource(undefined);
  expect(await read()).toBe('AKID1');
  pass(1_000 * HOUR);
  expect(await read()).toBe('AKID1');
});

test('a failure is for those who waited alone', async () => {
  let isThere = false;
  const renewed = createRenewed(
    async () => {
      if (!isThere) throw new Error('not yet');
      return { accessKeyId: 'AKID', secretAccessKey: 's' };
    },
    () => 0,
  );
  await expect(Promise.all([renewed(), renewed()])).rejects.toThrow('not yet');
  isThere = true;
  expect((await renewed()).accessKeyId).toBe('AKID');
});
