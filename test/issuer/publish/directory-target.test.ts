import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDirectoryTarget } from '../../../src/issuer/publish/directory-target.ts';

const NAME = 'openid/v1/jwks';
const OPTIONS = { contentType: 'application/jwk-set+json', cacheControl: 'no-store' };

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'iam-bridge-publish-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

test('a document is created with its folders, for everybody to read, and nothing else stays', async () => {
  const target = createDirectoryTarget(join(root, 'public'));
  expect(await target.read(NAME)).toBeUndefined();
  const umask = process.umask(0o077);
  try {
    await target.write(NAME, '{}', OPTIONS);
  } finally {
    process.umask(umask);
  }
  expect(await target.read(NAME)).toBe('{}');
  const path = join(root, 'public', NAME);
  expect(target.describe(NAME)).toBe(path);
  expect(statSync(path).mode & 0o777).toBe(0o644);
  expect(readdirSync(dirname(path))).toEqual(['jwks']);
});

test('a reader sees the old document whole until it sees the new one whole', async () => {
  const long = (letter: string) => letter.repeat(500_000);
  const seen: { readonly before: string; readonly prepared: string; readonly sameFolder: boolean }[] = [];
  const target = createDirectoryTarget(root, {
    async rename(from, to) {
      const sameFolder = dirname(from) === dirname(to);
      seen.push({ before: readFileSync(to, 'utf8'), prepared: readFileSync(from, 'utf8'), sameFolder });
      await rename(from, to);
    },
  });
  writeFileSync(join(root, 'jwks'), long('a'));
  await target.write('jwks', long('b'), OPTIONS);
  expect(seen).toEqual([{ before: long('a'), prepared: long('b'), sameFolder: true }]);
  expect(await target.read('jwks')).toBe(long('b'));
});

test('a rename that fails leaves the old document, and nothing beside it', async () => {
  const target = createDirectoryTarget(root, { rename: () => Promise.reject(new Error('no space left')) });
  writeFileSync(join(root, 'jwks'), 'old');
  await expect(target.write('jwks', 'new', OPTIONS)).rejects.toThrow('no space left');
  expect(readdirSync(root)).toEqual(['jwks']);
  expect(await target.read('jwks')).toBe('old');
});

test('a folder where a document should be is an error and not a missing document', async () => {
  await createDirectoryTarget(root).write('jwks/x', '{}', OPTIONS);
  await expect(createDirectoryTarget(root).read('jwks')).rejects.toThrow(/EISDIR/);
});

test('a file that is too large to be ours is not read', async () => {
  writeFileSync(join(root, 'jwks'), Buffer.alloc(1024 * 1024 + 1));
  await expect(createDirectoryTarget(root).read('jwks')).rejects.toThrow('is larger than 1048576 bytes');
});
