import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isBucketName } from '../../base/names/bucket.ts';
import { readJson } from '../../json/read.ts';
import { isRecord, readMember } from '../../json/record.ts';
import { MAX_OBJECT } from './put-object.ts';
import type { ObjectDisk, StoredBuckets, StoredObject } from './store.ts';

/** Beside the objects, which are files of their own contents; no key has a name that begins with a dot. */
const ABOUT = '.about';

/** Keeps objects in `folder/<bucket>/`, and finds those that are there. @throws Error that names a file that is none of ours */
export async function openFolderDisk(
  folder: string,
): Promise<{ readonly disk: ObjectDisk; readonly found: StoredBuckets }> {
  await mkdir(folder, { recursive: true, mode: 0o700 }).catch((cause: Error) => {
    throw new Error(`objects cannot be kept in ${folder}: ${cause.message}`, { cause });
  });
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isDirectory() && isBucketName(entry.name))
    .map(({ name }) => name);
  const found = new Map<string, { created: number; objects: Map<string, StoredObject> }>();
  for (const name of names) found.set(name, await readBucket(join(folder, name)));
  return { disk: createDisk(folder), found };
}

function createDisk(folder: string): ObjectDisk {
  const toPaths = (bucket: string, key: string) => {
    const name = toFileName(key);
    return { data: join(folder, bucket, name), about: join(folder, bucket, ABOUT, `${name}.json`) };
  };
  return {
    async createBucket(bucket) {
      await mkdir(join(folder, bucket, ABOUT), { recursive: true, mode: 0o700 });
    },
    async removeBucket(bucket) {
      await rm(join(folder, bucket), { recursive: true, force: true });
    },
    async write(bucket, key, { data, ...about }) {
      const paths = toPaths(bucket, key);
      await mkdir(join(folder, bucket, ABOUT), { recursive: true, mode: 0o700 });
      const files = [
        [paths.data, data],
        [paths.about, `${JSON.stringify({ key, ...about })}\n`],
      ] as const;
      // A disk that is full says so while neither has replaced anything.
      for (const [path, contents] of files) await writeFile(`${path}%new`, contents, { mode: 0o600 });
      for (const [path] of files) await rename(`${path}%new`, path);
    },
    async remove(bucket, key) {
      const paths = toPaths(bucket, key);
      await rm(paths.about, { force: true });
      await rm(paths.data, { force: true });
    },
  };
}

async function readBucket(path: string) {
  const objects = new Map<string, StoredObject>();
  const about = join(path, ABOUT);
  const names = await readdir(about).catch(() => []);
  for (const name of names.filter((file) => file.endsWith('.json'))) {
    const [key, object] = await readObject(path, name.slice(0, -'.json'.length));
    objects.set(key, object);
  }
  return { created: (await stat(path)).birthtimeMs, objects };
}

async function readObject(path: string, name: string): Promise<readonly [string, StoredObject]> {
  const file = join(path, ABOUT, `${name}.json`);
  const reading = readJson(await readFile(file, 'utf8'));
  if (reading.kind === 'malformed' || reading.duplicates.length > 0) throw describeStrange(file);
  const about = reading.value;
  const size = (await stat(join(path, name))).size;
  if (!isRecord(about) || size > MAX_OBJECT) throw describeStrange(file);
  const [key, modified] = [readMember(about, 'key'), readMember(about, 'modified')];
  if (typeof key !== 'string' || !isTime(modified) || toFileName(key) !== name) throw describeStrange(file);
  const data = await readFile(join(path, name));
  // Whoever edits a file by hand gets what is there, under its own hash.
  const md5 = createHash('md5').update(data).digest('hex');
  const checksums = readMember(about, 'md5') === md5 ? readTexts(readMember(about, 'checksums')) : {};
  return [key, { data, md5, modified, headers: readTexts(readMember(about, 'headers')), checksums }];
}

/** Of another one, no Date could be made for a list. */
function isTime(value: unknown): value is number {
  return typeof value === 'number' && !Number.isNaN(new Date(value).getTime());
}

function describeStrange(file: string): Error {
  return new Error(
    `${file} does not describe an object of the local S3: remove it and its object, or choose another folder`,
  );
}

/** Only what can be a header: these are sent. */
function readTexts(value: unknown): Record<string, string> {
  const entries = isRecord(value) ? Object.entries(value) : [];
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => {
      const [name, text] = entry;
      return /^[a-z0-9-]+$/.test(name) && typeof text === 'string' && /^[\t -~\u0080-\u00ff]*$/.test(text);
    }),
  );
}

/** File systems take 255 bytes. */
const MAX_NAME = 200;

/**
 * A key as the name of one file. Only lower-case letters, digits, dash, underscore and inner dots stay as they are, so
 * that no key leaves the folder, hides in it, or meets another one on a file system that ignores case. A long key ends in
 * its hash.
 */
export function toFileName(key: string): string {
  const name = Buffer.from(key)
    .toString('latin1')
    .replaceAll(/[^a-z0-9_.-]|^\./g, (byte) => `%${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
  if (name.length <= MAX_NAME) return name;
  // `%~` is no escape: no short key has such a name.
  return `${name.slice(0, 120)}%~${createHash('sha256').update(key).digest('hex')}`;
}
