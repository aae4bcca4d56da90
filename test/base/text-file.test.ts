import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { decodeText, readTextFile } from '../../src/base/text-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-text-'));
const file = join(folder, 'text');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each<[string, readonly number[], string]>([
  ['ASCII', [0x61, 0x0a], 'a\n'],
  ['UTF-8', [0xc3, 0xbc], 'ü'],
  ['a byte order mark', [0xef, 0xbb, 0xbf, 0x61], 'a'],
  ['a byte order mark alone', [0xef, 0xbb, 0xbf], ''],
  ['two of them', [0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf, 0x61], '\ufeffa'],
  ['one that is not in front', [0x61, 0xef, 0xbb, 0xbf], 'a\ufeff'],
  ['that of UTF-16', [0xff, 0xfe, 0x61, 0x00], '\ufffd\ufffda\u0000'],
  ['bytes that are no UTF-8', [0x61, 0xff, 0xe2, 0x82], 'a\ufffd\ufffd'],
  ['nothing', [], ''],
])('a file with %s', async (_, bytes, text) => {
  writeFileSync(file, Buffer.from(bytes));
  expect(await readTextFile(file, 100)).toBe(text);
  expect(await readTextFile('-', 100, Readable.from([Buffer.from(bytes)]))).toBe(text);
});

test('the mark counts for the limit, and a file that is too long is refused by its name', async () => {
  writeFileSync(file, '\ufeffab');
  expect(await readTextFile(file, 5)).toBe('ab');
  await expect(readTextFile(file, 4)).rejects.toThrow(`${file} is longer than 4 bytes`);
});

test('a text without a mark in front is read as it was written, and so is one with a mark', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.startsWith('\ufeff'));
      expect(decodeText(Buffer.from(text))).toBe(text);
      expect(decodeText(Buffer.from(`\ufeff${text}`))).toBe(text);
    }),
    { numRuns: 200 },
  );
});
