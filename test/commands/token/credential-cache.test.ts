import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { type CacheKey, findCacheFile, useCache } from '../../../src/commands/token/credential-cache.ts';

const NOW = Date.parse('2026-03-04T05:06:07Z');
const KEY: CacheKey = { clusterId: 'demo', profile: 'dev', roleArn: '' };
const FRESH = {
  accessKeyId: 'ASIAFRESH',
  secretAccessKey: 'fresh-secret',
  sessionToken: 'fresh-token',
  expiration: new Date('2026-03-04T06:06:07Z'),
};
let folder: string;
let path: string;
let warnings: string[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-cache-'));
  path = join(folder, 'deeper', 'credentials.yaml');
  warnings = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(text: string, mode = 0o600): void {
  path = join(folder, 'credentials.yaml');
  writeFileSync(path, text);
  chmodSync(path, mode);
}

interface Use {
  readonly key?: CacheKey;
  readonly fresh?: typeof FRESH | Omit<typeof FRESH, 'expiration'>;
  readonly wait?: () => Promise<void>;
}

async function use({ key = KEY, fresh = FRESH, wait = async () => {} }: Use = {}): Promise<string> {
  const deps = { path, now: () => NOW, wait, warn: (text: string) => void warnings.push(text) };
  return (await useCache(key, deps, async () => fresh)).accessKeyId;
}

/** As the Go program writes it. */
const OF_GO = `clusters:
  demo:
    dev:
      "":
        accesskeyid: ASIAOFGO
        secretaccesskey: go-secret
        sessiontoken: go-token
        source: SSOProvider
        canexpire: true
        expires: 2026-03-04T05:30:00.123456789Z
        accountid: "111122223333"
  other:
    default:
      arn:aws:iam::111122223333:role/Deployer:
        accesskeyid: ASIAOTHER
        secretaccesskey: other-secret
        sessiontoken: ""
        source: AssumeRoleProvider
        canexpire: true
        expires: 2026-03-04T05:30:00Z
        accountid: ""
`;

test('credentials that expire stay, and are not fetched again', async () => {
  expect(await use()).toBe('ASIAFRESH');
  expect(await use({ fresh: { ...FRESH, accessKeyId: 'ASIANEVER' } })).toBe('ASIAFRESH');
  expect(warnings).toEqual([]);
});

test('the file is for its owner alone, and so is a folder that was not there', async () => {
  await use();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'deeper')).mode & 0o777).toBe(0o700);
  expect(readdirSync(join(folder, 'deeper'))).toEqual(['credentials.yaml']);
});

test('the file of the Go program is read, and its other entries stay', async () => {
  put(OF_GO);
  expect(await use()).toBe('ASIAOFGO');
  expect(await use({ key: { ...KEY, clusterId: 'new' } })).toBe('ASIAFRESH');
  const before = parse(OF_GO) as { clusters: object };
  const after = parse(readFileSync(path, 'utf8')) as { clusters: object };
  expect(after.clusters).toMatchObject(before.clusters);
  expect(readFileSync(path, 'utf8')).toMatch(/^ {8}expires: 2026-03-04T06:06:07\.000Z$/m);
});

test.each([
  ['another cluster', { ...KEY, clusterId: 'prod' }],
  ['another profile', { ...KEY, profile: 'ops' }],
  ['a role', { ...KEY, roleArn: 'arn:aws:iam::111122223333:role/Deployer' }],
  ['names that every object has', { clusterId: '__proto__', profile: 'constructor', roleArn: '' }],
])('what is kept for one is not for %s', async (_, key) => {
  put(OF_GO);
  expect(await use({ key })).toBe('ASIAFRESH');
  expect(await use({ key, fresh: { ...FRESH, accessKeyId: 'ASIANEVER' } })).toBe('ASIAFRESH');
});

test.each([
  ['have expired', 'expires: 2026-03-04T05:06:06Z'],
  ['are about to expire', 'expires: 2026-03-04T05:07:06Z'],
  ['have no end', 'canexpire: false'],
  ['have an odd end', 'expires: tomorrow'],
  ['have no secret', 'expires: 2026-03-04T05:30:00Z\n        secretaccesskey: ""'],
])('those that %s are fetched again', async (_, rest) => {
  const secret = rest.includes('secretaccesskey') ? '' : '\n        secretaccesskey: old-secret';
  put(`clusters:\n  demo:\n    dev:\n      "":\n        accesskeyid: ASIAOLD${secret}\n        ${rest}\n`);
  expect(await use()).toBe('ASIAFRESH');
});

test("what the Go program keeps of a pod under the default profile's name is not that profile's", async () => {
  const key = { ...KEY, profile: 'default' };
  put(OF_GO.replace('dev:', 'default:').replace('SSOProvider', 'WebIdentityCredentials'));
  expect(await use({ key })).toBe('ASIAFRESH');
});

test('credentials without an end do not stay', async () => {
  const { expiration, ...fresh } = FRESH;
  expect(await use({ fresh })).toBe('ASIAFRESH');
  expect(readdirSync(folder)).toEqual([]);
});

describe('a cache that is broken only warns', () => {
  test.each([
    ['open to others', OF_GO, 0o640, 'chmod 600'],
    ['no YAML', 'clusters: [', 0o600, 'cannot be read'],
    ['a list', '- a\n', 0o600, 'cannot be read'],
    ['another tree', 'clusters: 1\n', 0o600, 'cannot be written'],
  ])('%s', async (_, text, mode, warning) => {
    put(text, mode);
    expect(await use()).toBe('ASIAFRESH');
    expect(warnings.join('\n')).toContain(warning);
    expect(warnings.join('\n')).not.toContain('secret');
  });

  test('a folder in its place', async () => {
    path = folder;
    chmodSync(folder, 0o700);
    expect(await use()).toBe('ASIAFRESH');
    expect(warnings.join('\n')).toContain('EISDIR');
  });

  test('no file where a folder should be', async () => {
    put('');
    path = join(path, 'credentials.yaml');
    expect(await use()).toBe('ASIAFRESH');
    expect(warnings).toHaveLength(1);
  });
});

describe('a lock', () => {
  test('that somebody holds is waited for, for a second', async () => {
    put(OF_GO);
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, NOW / 1_000, NOW / 1_000);
    let waits = 0;
    const wait = async (): Promise<void> => {
      waits += 1;
      if (waits === 3) rmSync(`${path}.lock`);
    };
    expect(await use({ key: { ...KEY, clusterId: 'new' }, wait })).toBe('ASIAFRESH');
    expect([waits, warnings]).toEqual([3, []]);
    expect(
      await use({ key: { ...KEY, clusterId: 'new' }, fresh: { ...FRESH, accessKeyId: 'ASIANEVER' } }),
    ).toBe('ASIAFRESH');
  });

  test('that nobody lets go of costs the entry only', async () => {
    put(OF_GO);
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, NOW / 1_000, NOW / 1_000);
    expect(await use({ key: { ...KEY, clusterId: 'new' } })).toBe('ASIAFRESH');
    expect(warnings).toEqual([expect.stringContaining('another process holds')]);
  });

  test('that was left behind is removed', async () => {
    put(OF_GO);
    writeFileSync(`${path}.lock`, '');
    utimesSync(`${path}.lock`, NOW / 1_000 - 60, NOW / 1_000 - 60);
    await use({ key: { ...KEY, clusterId: 'new' } });
    expect(warnings).toEqual([]);
    expect(readdirSync(folder)).toEqual(['credentials.yaml']);
  });
});

test('many at once leave a file that is whole, with the entry of each', async () => {
  const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 250));
  const names = Array.from({ length: 4 }, (_, index) => `cluster-${index}`);
  await Promise.all(names.map((clusterId) => use({ key: { ...KEY, clusterId }, wait })));
  expect(Object.keys((parse(readFileSync(path, 'utf8')) as { clusters: object }).clusters).sort()).toEqual(
    names,
  );
  expect(warnings).toEqual([]);
});

test.each([
  [{ AWS_IAM_AUTHENTICATOR_CACHE_FILE: '/x/y.yaml' }, '/x/y.yaml'],
  [{ HOME: '/home/jane' }, '/home/jane/.kube/cache/aws-iam-authenticator/credentials.yaml'],
])('%j keeps it in %s', (env, expected) => {
  expect(findCacheFile(env)).toBe(expected);
});
