import { expect, test } from 'vitest';
import { measureUnknownKids } from '../../bench/issuer/unknown-kids.ts';

test('1,000 tokens of unknown keys at once cost one fetch, and 1,000 more right after none', async () => {
  expect(await measureUnknownKids()).toEqual({ tokens: 1_000, cold: 1, again: 0 });
});
