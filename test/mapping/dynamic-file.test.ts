import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  createDynamicFileBackend,
  type DynamicFileBackend,
  readDynamicDocument,
} from '../../src/mapping/dynamic-file.ts';
import type { MappingEvent } from '../../src/mapping/mapping-events.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { decide, toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession, toUser } from '../support/mapping/identities.ts';
import { until } from '../support/until.ts';
import { createWorkspace } from '../support/workspace.ts';

const workspace = createWorkspace();
const path = `${workspace.folder}/mappings.json`;
let backend: DynamicFileBackend;
let told: MappingEvent[];
let clock: FakeClock;

beforeEach(() => {
  told = [];
  clock = createFakeClock();
});
afterEach(() => backend?.stop());
afterAll(() => workspace.remove());

async function start(content: unknown, strict = false): Promise<void> {
  write(content);
  backend = createDynamicFileBackend({ path, strict }, { clock, report: (event) => void told.push(event) });
  backend.start();
  await backend.look();
}

function write(content: unknown): void {
  if (content === undefined) rmSync(path, { force: true });
  else writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
}

async function change(content: unknown): Promise<void> {
  write(content);
  await backend.look();
}

async function map(identity = toRoleSession('Dev')): Promise<string> {
  return toWords(await decide([backend], identity));
}

const DEV = `arn:aws:iam::${ACCOUNT}:role/Dev`;
const dev = { rolearn: DEV, username: 'dev', groups: ['a'] };

describe('a dynamic file', () => {
  test.each([
    ['a role', { mapRoles: [dev] }, 'dev|a'],
    ['fields in another case', { MAPROLES: [{ roleARN: DEV, Username: 'dev' }] }, 'dev|'],
    [
      'a session’s ARN as its role',
      { mapRoles: [{ ...dev, rolearn: `arn:aws:sts::${ACCOUNT}:assumed-role/Dev/x` }] },
      'dev|a',
    ],
    ['an account', { mapAccounts: [ACCOUNT] }, `${DEV}|`],
    ['two for one role: the last', { mapRoles: [dev, { ...dev, username: 'two' }] }, 'two|a'],
    [
      'a role with a path',
      { mapRoles: [{ ...dev, rolearn: `arn:aws:iam::${ACCOUNT}:role/team/Dev` }] },
      'unmapped',
    ],
    [
      'a role with a path and its id',
      { mapRoles: [{ ...dev, rolearn: `arn:aws:iam::${ACCOUNT}:role/team/Dev`, userid: 'AROAEXAMPLEJANE' }] },
      'dev|a',
    ],
    ['other fields', { LastUpdatedDateTime: '1', Version: 'v', ClusterId: 'c', mapRoles: [dev] }, 'dev|a'],
    ['sections that are null', { mapRoles: null, mapUsers: null, mapAccounts: null }, 'unmapped'],
    ['nothing', {}, 'unmapped'],
    [
      'a permission set, which it does not know',
      { mapRoles: [{ sso: { permissionSetName: 'A', accountID: ACCOUNT } }] },
      'unmapped',
    ],
  ])('has %s', async (_, content, words) => {
    await start(content);
    expect(backend.pending()).toBeUndefined();
    expect(await map()).toBe(words);
  });

  test('may come later, and go', async () => {
    await start(undefined);
    expect(await map()).toBe('unmapped');
    await change({ mapRoles: [dev] });
    expect(await map()).toBe('dev|a');
    await change(undefined);
    expect(await map()).toBe('unmapped');
    expect(told.map((event) => event.kind)).toEqual(['absent', 'read', 'file-taken', 'absent']);
  });

  test.each([
    ['no JSON', '{"mapRoles": ['],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    [
      'a member that is there twice',
      `{"mapRoles": [{"rolearn": "${DEV}", "username": "x", "username": "y"}]}`,
    ],
    ['a section twice', `{"mapRoles": [], "mapRoles": []}`],
    ['brackets to the floor', `{"mapRoles": ${'['.repeat(100_000)}`],
  ])('that says %s changes nothing, and is unknown where nothing was known', async (_, text) => {
    await start({ mapRoles: [dev] });
    await change(text);
    expect(await map()).toBe('dev|a');
    expect(told.at(-1)).toMatchObject({
      kind: 'file-refused',
      file: 'dynamic_file',
      problem: expect.any(String),
    });
    await backend.stop();
    await start(text);
    expect(await map()).toBe('source-unknown');
  });

  test('has a bad entry refused alone, with its place', async () => {
    await start({ mapRoles: [dev, { ...dev, rolearn: DEV.replace('Dev', 'Ops') }] });
    await change(
      `{\n "mapRoles": [\n  ${JSON.stringify(dev)},\n  {"rolearn": "${DEV.replace('Dev', 'Ops')}", "groups": "x"}]}`,
    );
    expect(await map()).toBe('dev|a');
    expect(await map(toRoleSession('Ops'))).toBe('bad-entry');
    const { problems } = told.findLast((event) => event.kind === 'read') ?? { problems: [] };
    expect(problems).toEqual([expect.stringMatching(/^mapRoles\[1\] \(line 4, column 3\): groups is text/)]);
  });

  test('keeps a section that is no list as it was', async () => {
    await start({ mapRoles: [dev], mapUsers: [] });
    await change({
      mapRoles: {},
      mapUsers: [{ userarn: `arn:aws:iam::${ACCOUNT}:user/bob`, username: 'bob' }],
    });
    expect([await map(), await map(toUser('bob'))]).toEqual(['dev|a', 'bob|']);
  });

  test('is followed by itself', async () => {
    await start({});
    for (const username of ['dev', 'two']) {
      await until(() => clock.sleepers().length === 1, 'it waits');
      expect(clock.sleepers()).toEqual([1_000]);
      write({ mapRoles: [{ ...dev, username }] });
      told = [];
      clock.advance(1_000);
      await until(() => told.at(-1)?.kind === 'file-taken', 'the change is seen');
      expect(await map()).toBe(`${username}|a`);
    }
    await backend.stop();
    expect(clock.sleepers()).toEqual([]);
  });

  test('that cannot be read at all is looked at again', async () => {
    write(undefined);
    mkdirSync(path);
    backend = createDynamicFileBackend(
      { path, strict: false },
      { clock, report: (event) => void told.push(event) },
    );
    expect(backend.pending()).toBe('the dynamic file was not read yet');
    backend.start();
    await until(() => told.length > 0, 'it is told');
    expect(told).toEqual([
      { kind: 'file-refused', file: 'dynamic_file', problem: expect.stringContaining('is a folder') },
    ]);
    for (const _ of [1, 2]) {
      await until(() => clock.sleepers().length === 1, 'it waits');
      clock.advance(1_000);
    }
    await until(() => clock.sleepers().length === 1, 'it was looked at twice more');
    expect(told).toHaveLength(1);
    expect(await map()).toBe('source-unknown');
    rmSync(path, { recursive: true });
    write({ mapRoles: [dev] });
    clock.advance(1_000);
    await until(() => told.at(-1)?.kind === 'file-taken', 'it is there');
    expect(await map()).toBe('dev|a');
  });

  test('tells how old its change is, but for what was there at the start', async () => {
    const seconds = Math.floor(clock.now() / 1_000);
    await start({ LastUpdatedDateTime: String(seconds - 9), Version: 'a' });
    await change({ LastUpdatedDateTime: String(seconds - 7), Version: 'b' });
    await change({ LastUpdatedDateTime: 'soon', Version: 'c' });
    await change({ LastUpdatedDateTime: String(seconds + 60), Version: 'd' });
    const taken = told.filter((event) => event.kind === 'file-taken');
    expect(taken.map(({ version, lagSeconds }) => [version, lagSeconds])).toEqual([
      ['a', undefined],
      ['b', 7],
      ['c', undefined],
      ['d', undefined],
    ]);
  });

  test('has names of a document, not of JavaScript', () => {
    expect(() => readDynamicDocument('{"__proto__": {"mapRoles": []}}')).not.toThrow();
  });
});

describe('a dynamic file with strict user ids', () => {
  const entry = {
    userid: 'AROAEXAMPLEJANE',
    rolearn: `arn:aws:iam::${ACCOUNT}:role/team/DEV`,
    username: 'dev',
  };

  test.each([
    ['an id and an ARN that agree, path and case aside', [entry], 'dev|'],
    ['an id alone', [{ userid: entry.userid, username: 'dev' }], 'dev|'],
    [
      'an ARN of another role',
      [{ ...entry, rolearn: `arn:aws:iam::${ACCOUNT}:role/Ops` }],
      'identity-mismatch',
    ],
    [
      'an ARN of another account',
      [{ ...entry, rolearn: 'arn:aws:iam::999900001111:role/Dev' }],
      'identity-mismatch',
    ],
    ['an ARN that is none', [{ ...entry, rolearn: 'Dev' }], 'identity-mismatch'],
    [
      'an ARN that begins in capitals',
      [{ ...entry, rolearn: entry.rolearn.replace('arn:', 'ARN:') }],
      'identity-mismatch',
    ],
    [
      'a partition in capitals',
      [{ ...entry, rolearn: entry.rolearn.replace(':aws:', ':AWS:') }],
      'identity-mismatch',
    ],
    [
      'a partition that is none',
      [{ ...entry, rolearn: entry.rolearn.replace(':aws:', ':az:') }],
      'identity-mismatch',
    ],
    [
      'a role in capitals',
      [{ ...entry, rolearn: entry.rolearn.replace(':role/', ':ROLE/') }],
      'identity-mismatch',
    ],
    ['the same without a path', [{ ...entry, rolearn: DEV.replace(':role/', ':ROLE/') }], 'dev|'],
    ['IAM in capitals', [{ ...entry, rolearn: entry.rolearn.replace(':iam:', ':IAM:') }], 'dev|'],
    [
      'a letter that looks like one',
      [{ ...entry, rolearn: DEV.replace('Dev', 'Dev\u212a') }],
      'identity-mismatch',
    ],
    ['another id', [{ ...entry, userid: 'AROAOTHER' }], 'unmapped'],
    ['an id in another case', [{ ...entry, userid: 'aroaexamplejane' }], 'unmapped'],
    ['no id', [{ rolearn: DEV, username: 'dev' }], 'bad-entry'],
    ['no id, with a path', [{ rolearn: entry.rolearn, username: 'dev' }], 'bad-entry'],
    ['a bad username', [{ ...entry, username: 7 }], 'bad-entry'],
  ])('finds a principal by %s', async (_, mapRoles, words) => {
    await start({ mapRoles }, true);
    expect(await map()).toBe(words);
  });

  test('lets nothing step in where id and ARN disagree', async () => {
    const mapRoles = [{ ...entry, rolearn: `arn:aws:iam::${ACCOUNT}:role/Ops` }];
    await start({ mapRoles, mapAccounts: [ACCOUNT] }, true);
    expect(toWords(await decide([backend, backend], toRoleSession('Dev')))).toBe('identity-mismatch');
  });

  test('finds users by their id, too', async () => {
    const mapUsers = [
      { userid: 'AIDAEXAMPLEBOB', userarn: `arn:aws:iam::${ACCOUNT}:user/bob`, username: 'bob' },
    ];
    await start({ mapUsers }, true);
    expect(await map(toUser('bob'))).toBe('bob|');
    expect(await map(toUser('robert'))).toBe('identity-mismatch');
    expect(await map(toUser('bob', { userId: 'AIDAOTHER' }))).toBe('unmapped');
  });
});
