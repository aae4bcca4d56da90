import { describe, expect, test } from 'vitest';
import {
  createMountedFile,
  type MountedReading,
  readMountedMappings,
} from '../../src/mapping/mounted-file.ts';
import { toSourceNode } from '../../src/mapping/value-nodes.ts';
import { readYaml } from '../../src/mapping/yaml-nodes.ts';
import { decide, toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession, toUser } from '../support/mapping/identities.ts';

const DEV = `arn:aws:iam::${ACCOUNT}:role/Dev`;

/** Values as a configuration has them. */
interface Raw {
  readonly mapRoles?: unknown;
  readonly mapUsers?: unknown;
  readonly mapAccounts?: unknown;
}

function read({ mapRoles, mapUsers, mapAccounts }: Raw): MountedReading {
  return readMountedMappings({
    mapRoles: toSourceNode(mapRoles),
    mapUsers: toSourceNode(mapUsers),
    mapAccounts: toSourceNode(mapAccounts),
  });
}

async function map(raw: Raw, identity = toRoleSession('Dev')): Promise<string> {
  return toWords(await decide([createMountedFile(read(raw), true)], identity));
}

describe('mappings of a server’s own configuration', () => {
  test.each([
    ['roles', { mapRoles: [{ roleARN: DEV, username: 'dev', groups: ['a', 'b'] }] }, 'dev|a,b'],
    [
      'a session’s ARN as its role',
      { mapRoles: [{ rolearn: `arn:aws:sts::${ACCOUNT}:assumed-role/Dev/x`, username: 'dev' }] },
      'dev|',
    ],
    [
      'numbers and switches as text',
      { mapRoles: [{ rolearn: DEV, username: 7, groups: [true, 8] }] },
      '7|true,8',
    ],
    [
      'a text with commas as a list',
      { mapRoles: [{ rolearn: DEV, username: 'dev', groups: 'a,b' }] },
      'dev|a,b',
    ],
    [
      'sso',
      { mapRoles: [{ sso: { permissionSetName: 'Dev', accountID: 111122223333 }, username: 'dev' }] },
      'unmapped',
    ],
    ['accounts', { mapAccounts: [ACCOUNT] }, `${DEV}|`],
    ['accounts as numbers', { mapAccounts: [111122223333] }, `${DEV}|`],
    ['accounts in one text', { mapAccounts: `222233334444,${ACCOUNT}` }, `${DEV}|`],
    ['one account as a number', { mapAccounts: 111122223333 }, `${DEV}|`],
    ['one entry without a list', { mapRoles: { rolearn: DEV, username: 'dev' } }, 'dev|'],
    ['a list that is an empty text', { mapRoles: '', mapUsers: {}, mapAccounts: '' }, 'unmapped'],
    ['nothing', {}, 'unmapped'],
    ['nothing, in words', { mapRoles: null, mapUsers: [], mapAccounts: undefined }, 'unmapped'],
  ])('%s', async (_, raw, words) => {
    expect(read(raw).problems).toEqual([]);
    expect(await map(raw)).toBe(words);
  });

  test.each([
    ['012', '012|'],
    ['1e3', '1e3|'],
    ['true', 'true|'],
    ['yes', 'yes|'],
    ['0x1f', '0x1f|'],
  ])('take %s without quotes as it was typed', async (username, words) => {
    const yaml = readYaml(`[{rolearn: '${DEV}', username: ${username}}]`);
    const mapRoles = yaml.kind === 'read' ? yaml.node : undefined;
    const reading = readMountedMappings({ mapRoles });
    expect(reading.problems).toEqual([]);
    expect(toWords(await decide([createMountedFile(reading, true)], toRoleSession('Dev')))).toBe(words);
  });

  test('keep the zero that an account begins with', async () => {
    const yaml = readYaml('[012345678901]');
    const reading = readMountedMappings({ mapAccounts: yaml.kind === 'read' ? yaml.node : undefined });
    const of = (account: string) =>
      decide([createMountedFile(reading, true)], toRoleSession('Dev', { account }));
    expect((await of('012345678901')).kind).toBe('mapped');
    expect((await of(ACCOUNT)).kind).toBe('unmapped');
  });

  test('find a role whose ARN is in capitals', async () => {
    expect(await map({ mapRoles: [{ rolearn: DEV.toUpperCase(), username: 'dev' }] })).toBe('dev|');
  });

  test('find users in any case', async () => {
    const mapUsers = [{ userarn: `arn:aws:iam::${ACCOUNT}:user/BOB`, username: 'bob' }];
    expect(await map({ mapUsers }, toUser('bob'))).toBe('bob|');
  });

  test('tell everything that is wrong at once', () => {
    const { problems } = read({
      mapRoles: [
        { rolearn: DEV, username: ['a'] },
        { username: 'x' },
        { rolearn: 'arn:aws:iam::1:group/x' },
        'x',
      ],
      mapUsers: 'x',
    });
    expect(problems).toEqual([
      'mapRoles[0]: username is a list, not text: put it in quotes',
      'mapRoles[1]: rolearn is missing: without it the entry is for nobody',
      'mapRoles[3]: it is text, not a mapping with rolearn',
      'mapUsers[0]: it is text, not a mapping with userarn',
      'mapRoles[2]: its ARN is none of a role, a user or a session in a partition of AWS',
    ]);
  });

  test('warn of an account that lost its zero on the way, and start', async () => {
    const raw = { mapAccounts: [11122223333, ACCOUNT] };
    const { problems, warnings } = read(raw);
    expect(problems).toEqual([]);
    expect(warnings).toEqual(['mapAccounts[0]: it is no account: 12 digits in quotes']);
    expect(await map(raw)).toContain('role/Dev');
  });
});
