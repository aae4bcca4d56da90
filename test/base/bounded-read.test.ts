import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readBounded } from '../../src/base/bounded-read.ts';

describe('a stream', () => {
  test('is all of standard input, byte for byte', async () => {
    const input = Readable.from([Buffer.from([0xff, 0]), Buffer.from('x\n')]);
    expect(await readBounded(input, 100)).toEqual(Buffer.from([0xff, 0, 0x78, 0x0a]));
  });

  test('may be empty, and may not be larger than the bound', async () => {
    expect(await readBounded(Readable.from([]), 6)).toEqual(Buffer.alloc(0));
    expect(await readBounded(Readable.from([Buffer.alloc(6)]), 6)).toHaveLength(6);
    expect(await readBounded(Readable.from([Buffer.alloc(6), Buffer.alloc(1)]), 6)).toBeUndefined();
  });

  test('of texts is their UTF-8', async () => {
    expect(await readBounded(Readable.from(['\u00fc', 'x']), 3)).toEqual(Buffer.from('\u00fcx'));
    expect(await readBounded(Readable.from(['\u00fc', 'xy']), 3)).toBeUndefined();
  });
});
