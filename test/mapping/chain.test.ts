import { describe, expect, test } from 'vitest';
import { PARTITION_NAMES } from '../../src/aws/partition.ts';
import { decide, TYPED, toBackend, toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession, toUser } from '../support/mapping/identities.ts';

const DEV = `arn:aws:iam::${ACCOUNT}:role/Dev`;

function toRoles(username: string, more = ''): Readonly<Record<string, string>> {
  return { mapRoles: `- {rolearn: '${DEV}', username: '${username}'${more}}` };
}

describe('the order of backends', () => {
  const accounts = { mapAccounts: `["${ACCOUNT}"]` };
  const map = async (...data: Readonly<Record<string, string>>[]): Promise<string> =>
    toWords(
      await decide(
        data.map((each) => toBackend(each)),
        toRoleSession('Dev'),
      ),
    );

  test('the first that has an entry decides', async () => {
    expect(await map(toRoles('one'), toRoles('two'))).toBe('one|');
    expect(await map({}, toRoles('two'))).toBe('two|');
    expect(await map({}, {})).toBe('unmapped');
    expect(await map()).toBe('unmapped');
  });

  test('an entry goes before the accounts of its backend, and these before the next backend', async () => {
    expect(await map({ ...accounts, ...toRoles('one') })).toBe('one|');
    expect(await map(accounts, toRoles('two'))).toBe(`${DEV}|`);
  });

  test.each([
    ['an entry that cannot be used', toRoles('one', ', groups: x'), 'bad-entry'],
    [
      'a username that becomes nothing',
      { mapRoles: `- {rolearn: '${DEV}', username: '{{AccessKeyID}}'}` },
      'username-malformed',
    ],
    ['a section that cannot be read', { mapRoles: 'text' }, 'source-unknown'],
    ['a node that is none', toRoles('{{EC2PrivateDNSName}}'), 'node-name-unknown'],
  ])('%s is final: neither accounts nor later backends step in', async (_, data, code) => {
    const backends = [toBackend({ ...data, ...accounts }), toBackend(toRoles('two'))];
    const decision = await decide(backends, toRoleSession('Dev', { accessKeyId: '' }));
    expect(toWords(decision)).toBe(code);
    expect(decision).toMatchObject({ message: expect.stringMatching(/^EKSConfigMap: .{10,}$/) });
  });

  test('says where a user comes from', async () => {
    const file = toBackend(toRoles('one'), { name: 'MountedFile' });
    const origin = { backend: 'MountedFile', entry: 'mapRoles[0]' };
    expect(await decide([file], toRoleSession('Dev'))).toEqual({
      kind: 'mapped',
      user: { username: 'one', groups: [] },
      origin,
    });
    expect(await decide([toBackend(accounts)], toUser('bob'))).toMatchObject({
      origin: { entry: 'mapAccounts' },
    });
  });
});

describe('a principal', () => {
  test.each(PARTITION_NAMES)('of %s is found in its own partition only', async (partition) => {
    const mapRoles = `- {rolearn: 'arn:${partition}:iam::${ACCOUNT}:role/dev', username: dev}`;
    for (const other of PARTITION_NAMES) {
      const decision = await decide([toBackend({ mapRoles })], toRoleSession('Dev', { partition: other }));
      expect(toWords(decision)).toBe(other === partition ? 'dev|' : 'unmapped');
    }
  });

  test.each([['__proto__'], ['constructor'], ['toString']])(
    'whose role is called %s is like others',
    async (name) => {
      const mapRoles = `- {rolearn: 'arn:aws:iam::${ACCOUNT}:role/${name}', username: odd}`;
      expect(toWords(await decide([toBackend({ mapRoles })], toRoleSession(name)))).toBe('odd|');
      expect(toWords(await decide([toBackend(toRoles('dev'))], toRoleSession(name)))).toBe('unmapped');
    },
  );
});

describe('a role with a path', () => {
  const entry = (userid: string, username = 'by-id', path = 'team/'): string =>
    `- {rolearn: 'arn:aws:iam::${ACCOUNT}:role/${path}Dev', userid: ${userid}, username: ${username}}\n`;
  const map = async (mapRoles: string, roleId: string, role = 'Dev'): Promise<string> =>
    toWords(await decide([toBackend({ mapRoles })], toRoleSession(role, { roleId })));

  test('is found by its unique id, where the entry has that', async () => {
    expect(await map(entry('AROAONE'), 'AROAONE')).toBe('by-id|');
    expect(await map(entry('AROAONE'), 'AROATWO')).toBe('unmapped');
    expect(await map(entry('AROAONE'), 'aroaone')).toBe('unmapped');
  });

  test('has to have that name, too', async () => {
    expect(await map(entry('AROAONE'), 'AROAONE', 'Ops')).toBe('unmapped');
  });

  test('is told from its namesakes', async () => {
    const namesakes =
      entry('AROAONE', 'one', 'a/') +
      entry('AROATWO', 'two', 'b/') +
      `- {rolearn: '${DEV}', username: plain}`;
    expect(await map(namesakes, 'AROAONE')).toBe('one|');
    expect(await map(namesakes, 'AROATWO')).toBe('two|');
    expect(await map(namesakes, 'AROATHREE')).toBe('plain|');
  });

  test('whose entry cannot be used is refused', async () => {
    expect(await map(entry('AROAONE', '7'), 'AROAONE')).toBe('bad-entry');
  });

  test('a role without one is found as ever, whatever its entry has for an id', async () => {
    expect(await map(entry('AROAONE', 'dev', ''), 'AROATWO')).toBe('dev|');
  });
});

describe('an entry for a permission set', () => {
  const entry = (more = '', account = `"${ACCOUNT}"`): string =>
    `- {sso: {permissionSetName: Admin, accountID: ${account}${more}}, username: sso}\n`;
  const role = 'AWSReservedSSO_Admin_0123456789abcdef';
  const map = async (mapRoles: string, options = {}, permissionSets = true): Promise<string> =>
    toWords(
      await decide(
        [toBackend({ mapRoles }, { rules: { ...TYPED, permissionSets } })],
        toRoleSession(role, options),
      ),
    );

  test('is for the roles of that set in that account', async () => {
    expect(await map(entry())).toBe('sso|');
    expect(await map(entry(), { account: '999900001111' })).toBe('unmapped');
    expect(await map(entry(), { partition: 'aws-cn' })).toBe('unmapped');
  });

  test('takes the partition that it names', async () => {
    expect(await map(entry(', partition: aws'))).toBe('sso|');
    expect(await map(entry(', partition: aws-cn'), { partition: 'aws-cn' })).toBe('sso|');
    expect(await map(entry(', partition: aws-cn'))).toBe('unmapped');
  });

  test.each([
    ['a partition that is none', 'permissionSetName: Admin, accountID: "111122223333", partition: aws-moon'],
    ['a misspelt name', 'permissionSet: Admin, accountID: "111122223333"'],
    ['a misspelt account', 'permissionSetName: Admin, account: "111122223333"'],
    ['an account without quotes, and more', 'permissionSetName: Admin, accountID: 111122223333, more: [a]'],
  ])('with %s is refused to whom it may mean, and lets nothing wider step in', async (_, sso) => {
    const data = { mapRoles: `- {sso: {${sso}}, username: sso}\n`, mapAccounts: `["${ACCOUNT}"]` };
    expect(toWords(await decide([toBackend(data)], toRoleSession(role)))).toBe('bad-entry');
    const others = toRoleSession(role.replace('Admin', 'Reader'));
    expect(toWords(await decide([toBackend(data)], others))).toContain('AWSReservedSSO_Reader');
  });

  test('says nothing while its gate is closed, good or bad', async () => {
    expect(await map(entry(), {}, false)).toBe('unmapped');
    expect(await map(entry('', ACCOUNT), {}, false)).toBe('unmapped');
  });

  test('gives way to an entry for the role itself, wherever that stands', async () => {
    const exact = `- {rolearn: 'arn:aws:iam::${ACCOUNT}:role/${role}', username: exact}\n`;
    expect(await map(entry() + exact)).toBe('exact|');
    expect(await map(exact + entry())).toBe('exact|');
  });

  test('refuses whom it is for where the account has no quotes', async () => {
    expect(await map(entry('', ACCOUNT))).toBe('bad-entry');
  });
});
