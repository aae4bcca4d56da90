import { expect, test } from 'vitest';
import { ConfigurationError } from '../../../src/base/errors.ts';
import { allOf } from '../../../src/commands/server/all-of.ts';

const fail = (error: Error): Promise<never> => Promise.reject(error);

test('all that come to something are there, in their order', async () => {
  expect(
    await allOf([Promise.resolve(1), Promise.resolve('two'), undefined].map((each) => Promise.resolve(each))),
  ).toEqual([1, 'two', undefined]);
});

test('one that fails is told as it is', async () => {
  const only = new Error('no port');
  await expect(allOf([Promise.resolve(1), fail(only)])).rejects.toBe(only);
});

test('all that fail are told at once, as a mistake of configuration where one of them is', async () => {
  const outside = fail(new Error('no answer'));
  const both = await allOf([outside, fail(new ConfigurationError('no file'))]).catch(
    (error: unknown) => error,
  );
  expect(both).toBeInstanceOf(ConfigurationError);
  expect(String(both)).toContain('no answer; no file');
  const neither = await allOf([outside, fail(new Error('no port'))]).catch((error: unknown) => error);
  expect(neither).not.toBeInstanceOf(ConfigurationError);
});
