import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLineSplitter } from '../../src/kube/watch-lines.ts';
import { measureCpuTime } from '../support/cpu-time.ts';

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((each) => each % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

describe('the line splitter', () => {
  test('finds the same lines however the bytes are cut', () => {
    const line = fc.string({ unit: 'binary', maxLength: 30 }).map((text) => text.replace(/\n/g, ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (lines, places) => {
        const splitter = createLineSplitter(1000);
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        const found = cut(bytes, places).flatMap((chunk) => splitter.push(chunk));
        expect(found).toEqual(lines.filter((each) => each.trim() !== ''));
        expect(splitter.unfinished()).toBe(false);
        expect(splitter.oversized()).toBe(false);
      }),
    );
  });

  test('keeps a character whole whose bytes come one by one', () => {
    const splitter = createLineSplitter(100);
    const bytes = Buffer.from('{"a":"über 🐢"}\n');
    const found = [...bytes].flatMap((byte) => splitter.push(Buffer.of(byte)));
    expect(found).toEqual(['{"a":"über 🐢"}']);
  });

  test('says whether a line has begun', () => {
    const splitter = createLineSplitter(100);
    splitter.push(Buffer.from('a\nb'));
    expect(splitter.unfinished()).toBe(true);
    expect(splitter.push(Buffer.from('c\n'))).toEqual(['bc']);
    expect(splitter.unfinished()).toBe(false);
  });

  test.each([
    ['in one chunk', ['ok\n12345678901\nlater\n']],
    ['over several chunks', ['ok\n12345', '678901\nlater\n']],
    ['without an end', ['ok\n', '12345', '67890', '1']],
  ])('gives the lines before an oversized one, %s, and none after', (_, chunks) => {
    const splitter = createLineSplitter(10);
    const found = chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk)));
    expect(found).toEqual(['ok']);
    expect(splitter.oversized()).toBe(true);
    expect(splitter.push(Buffer.from('more\n'))).toEqual([]);
  });

  test('takes a line of exactly the limit', () => {
    const splitter = createLineSplitter(10);
    expect(splitter.push(Buffer.from('12345'))).toEqual([]);
    expect(splitter.push(Buffer.from('67890\n'))).toEqual(['1234567890']);
    expect(splitter.oversized()).toBe(false);
  });

  test('copies a long line in tiny chunks a bounded number of times', async () => {
    const splitter = createLineSplitter(2 * 1024 * 1024);
    const chunk = Buffer.alloc(16, 'x');
    const cost = await measureCpuTime(() => {
      for (let sent = 0; sent < 1_500_000; sent += chunk.length) splitter.push(chunk);
      const [line] = splitter.push(Buffer.from('\n'));
      expect(line).toHaveLength(1_500_000);
    });
    // Copied anew for each chunk it would be 70 GB.
    expect(cost).toBeLessThan(2_000);
  });
});
