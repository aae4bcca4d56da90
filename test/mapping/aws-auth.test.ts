import { describe, expect, test } from 'vitest';
import { toCallerIdentity } from '../../src/aws/caller-identity.ts';
import { createAwsAuthReader, readAwsAuth } from '../../src/mapping/aws-auth.ts';
import { describeProblems } from '../../src/mapping/sections.ts';
import { decide, toBackend, toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession, toUser } from '../support/mapping/identities.ts';

const DEV = `arn:aws:iam::${ACCOUNT}:role/Dev`;
const OPS = `arn:aws:iam::${ACCOUNT}:role/Ops`;
const GOOD = `- rolearn: ${OPS}\n  username: ops\n  groups: [admins]\n`;

async function map(mapRoles: string, role = 'Dev'): Promise<string> {
  return toWords(await decide([toBackend({ mapRoles })], toRoleSession(role)));
}

function findProblems(mapRoles: string): readonly string[] {
  return describeProblems(readAwsAuth({ mapRoles }));
}

describe('mapRoles as people write it', () => {
  test.each([
    ['plain', `- rolearn: ${DEV}\n  username: dev\n  groups:\n  - a\n  - b\n`, 'dev|a,b'],
    ['keys in another case', `- RoleARN: ${DEV}\n  uSeRnAmE: dev\n  GROUPS: [a]\n`, 'dev|a'],
    [
      'an ARN in another case',
      `- rolearn: ${DEV.toUpperCase().replace('ARN', 'arn')}\n  username: dev\n`,
      'dev|',
    ],
    [
      'both spellings: the later of the alphabet',
      `- rolearn: ${DEV}\n  roleARN: ${OPS}\n  username: dev\n`,
      'dev|',
    ],
    ['both spellings, of which one says nothing', `- rolearn:\n  roleARN: ${DEV}\n  username: dev\n`, 'dev|'],
    ['the same key twice: the last', `- rolearn: ${DEV}\n  username: one\n  username: two\n`, 'two|'],
    [
      'two entries of a role: the last',
      `- {rolearn: '${DEV}', username: one}\n- {rolearn: '${DEV.toLowerCase()}', username: two}\n`,
      'two|',
    ],
    [
      'a second document: ignored',
      `- {rolearn: '${DEV}', username: one}\n---\n- {rolearn: '${DEV}', username: two}\n`,
      'one|',
    ],
    [
      'anchors and aliases',
      `- rolearn: &dev ${DEV}\n  username: &name dev\n  groups: &list [*name]\n- rolearn: ${OPS}\n  groups: *list\n`,
      'dev|dev',
    ],
    [
      'a merge key',
      `- &base {username: base, groups: [g], rolearn: '${OPS}'}\n- <<: *base\n  rolearn: ${DEV}\n`,
      'base|g',
    ],
    [
      'several merged: the first',
      `- &a {username: a, rolearn: '${OPS}'}\n- &b {username: b, groups: [g], rolearn: '${OPS}'}\n- {<<: [*a, *b], rolearn: '${DEV}'}\n`,
      'a|g',
    ],
    ['a key that only looks like a merge key', `- {"<<": {username: base}, rolearn: '${DEV}'}\n`, '|'],
    ['a merge key behind a key', `- {rolearn: '${DEV}', username: own, <<: {username: base}}\n`, 'base|'],
    ['a merge key before a key', `- {<<: {username: base}, rolearn: '${DEV}', username: own}\n`, 'own|'],
    [
      'what only looks like a number',
      `- {rolearn: '${DEV}', username: e3, groups: [., .e1, 0x, 1e, 08x]}\n`,
      'e3|.,.e1,0x,1e,08x',
    ],
    ['JSON', JSON.stringify([{ rolearn: DEV, username: 'dev', groups: ['a'] }]), 'dev|a'],
    [
      'JSON over lines',
      JSON.stringify([{ rolearn: DEV, username: 'dev', groups: ['a'] }], null, '\t'),
      'dev|a',
    ],
    ['JSON with a comma too many', `[{"rolearn": "${DEV}", "username": "dev"},]`, 'dev|'],
    ['line breaks of Windows', `- rolearn: ${DEV}\r\n  username: dev\r\n  groups:\r\n  - a\r\n`, 'dev|a'],
    ['a byte order mark', `\uFEFF- rolearn: ${DEV}\n  username: dev\n`, 'dev|'],
    ['a document marker', `---\n- rolearn: ${DEV}\n  username: dev\n`, 'dev|'],
    ['unknown fields', `- rolearn: ${DEV}\n  username: dev\n  note: {a: [1]}\n`, 'dev|'],
    [
      'tags that say what it is anyway',
      `- !!map\n  rolearn: ${DEV}\n  username: !!str 7\n  groups: !!seq [! 8]\n`,
      '7|8',
    ],
    ['no username', `- rolearn: ${DEV}\n  groups: [admins]\n`, '|admins'],
    ['a username that says nothing', `- rolearn: ${DEV}\n  username:\n  groups: [admins]\n`, '|admins'],
    ['a misspelt username', `- rolearn: ${DEV}\n  usrname: dev\n`, '|'],
    ['no groups', `- rolearn: ${DEV}\n  username: dev\n  groups: null\n`, 'dev|'],
    [
      'a date and a time as a username',
      `- rolearn: ${DEV}\n  username: 2026-01-02\n  groups:\n  - 10:20\n`,
      '2026-01-02|10:20',
    ],
    [
      'a group item that is indented too far',
      `- rolearn: ${DEV}\n  username: dev\n  groups:\n  - a\n    - b\n`,
      'dev|a - b',
    ],
    [
      'blanks in names',
      `- rolearn: ${DEV}\n  username: "jane doe"\n  groups: ["the admins"]\n`,
      'jane doe|the admins',
    ],
    [
      'a template without quotes behind text',
      `- rolearn: ${DEV}\n  username: dev:{{SessionName}}\n`,
      'dev:jane|',
    ],
    ['an ARN with a blank at its end', `- rolearn: "${DEV} "\n  username: dev\n`, 'unmapped'],
    ['an ARN in smart quotes', `- rolearn: “${DEV}”\n  username: dev\n`, 'unmapped'],
    ['a role with a path', `- rolearn: arn:aws:iam::${ACCOUNT}:role/team/Dev\n  username: dev\n`, 'unmapped'],
    [
      'the ARN of a session',
      `- rolearn: arn:aws:sts::${ACCOUNT}:assumed-role/Dev/jane\n  username: dev\n`,
      'unmapped',
    ],
    ['a line of nothing but a tab', `- rolearn: ${DEV}\n  username: dev\n\t\n`, 'dev|'],
    ['a control character', `- rolearn: ${DEV}\n  username: dev\n  note: a\u0007\n`, 'dev|'],
    ['a key that is a mapping', `- rolearn: ${DEV}\n  username: dev\n  note: {{a}}\n`, 'dev|'],
    ['a wildcard', `- rolearn: arn:aws:iam::${ACCOUNT}:role/*\n  username: dev\n`, 'unmapped'],
  ])('%s', async (_, text, words) => {
    expect(await map(text)).toBe(words);
    expect(findProblems(text)).toEqual([]);
  });

  test.each([['null'], ['[]'], ['# nothing\n'], [''], [' \n'], ['``'], ['""'], ["''"]])(
    'is empty where it says %j',
    async (text) => {
      expect(await map(text)).toBe('unmapped');
      expect(findProblems(text)).toEqual([]);
    },
  );

  test.each([['maproles'], ['MapRoles'], ['mapRole']])('is not read from a key %s', async (key) => {
    expect(toWords(await decide([toBackend({ [key]: GOOD })], toRoleSession('Ops')))).toBe('unmapped');
  });
});

describe('an entry that cannot be used', () => {
  const bad = (text: string): string => `${GOOD}${text}`;

  test.each([
    ['groups that are one text', `- rolearn: ${DEV}\n  groups: admins\n`, 'groups is text, not a list'],
    ['groups with commas', `- rolearn: ${DEV}\n  groups: a,b\n`, 'groups is text, not a list'],
    ['groups that are a mapping', `- rolearn: ${DEV}\n  groups: {a: b}\n`, 'groups is a mapping'],
    ['a number among groups', `- rolearn: ${DEV}\n  groups: [a, 7]\n`, 'groups[1] is a number'],
    ['nothing among groups', `- rolearn: ${DEV}\n  groups:\n  - a\n  -\n`, 'groups[1] is nothing'],
    ['an empty group', `- rolearn: ${DEV}\n  groups: [""]\n`, 'groups[0] is empty'],
    [
      'a number as username',
      `- rolearn: ${DEV}\n  username: 123\n`,
      'username is a number, a date or a yes/no, not text: put it in quotes',
    ],
    ['yes as username', `- rolearn: ${DEV}\n  username: yes\n`, 'username is a number, a date or a yes/no'],
    ['y as username', `- rolearn: ${DEV}\n  username: y\n`, 'username is a number, a date or a yes/no'],
    ['on as username', `- rolearn: ${DEV}\n  username: on\n`, 'username is a number, a date or a yes/no'],
    [
      'a template without quotes',
      `- rolearn: ${DEV}\n  username: {{SessionName}}\n`,
      'username is a mapping, not text',
    ],
    ['a list as username', `- rolearn: ${DEV}\n  username: [dev]\n`, 'username is a list'],
    ['a misspelt rolearn', `- rolearm: ${DEV}\n  username: dev\n`, 'rolearn is missing'],
    ['rolearn in a list', `- rolearn: [${DEV}]\n  username: dev\n`, 'rolearn is a list'],
    ['an ARN in capitals', `- rolearn: ${DEV.toUpperCase()}\n  username: 7\n`, 'username is a number'],
    ['the ARN alone', `- ${DEV}\n`, 'it is text, not a mapping with rolearn'],
    [
      'rolearn and sso',
      `- rolearn: ${DEV}\n  sso: {permissionSetName: A, accountID: "${ACCOUNT}"}\n`,
      'rolearn and sso are both there',
    ],
    [
      'a no-break space before a key',
      `- rolearn: ${DEV}\n  \u00a0username: dev\n`,
      'a key has a blank that is no ordinary one',
    ],
    [
      'a tag on a username',
      `- rolearn: ${DEV}\n  username: !!float 1\n`,
      'username is a value with a tag, not text: write it without the tag',
    ],
    [
      'text in another guise',
      `- rolearn: ${DEV}\n  username: !!binary ZGV2\n`,
      'username is a value with a tag',
    ],
    ['a tag of their own', `- rolearn: ${DEV}\n  username: !team dev\n`, 'username is a value with a tag'],
    ['a tag in full', `- rolearn: ${DEV}\n  username: !<tag:yaml.org,2002:int> 1\n`, 'username is a value'],
    [
      'a tag among groups',
      `- rolearn: ${DEV}\n  groups: [!!binary YQ==]\n`,
      'groups[0] is a value with a tag',
    ],
    ['a tag on groups', `- rolearn: ${DEV}\n  groups: !!set {a, b}\n`, 'groups is a value with a tag'],
    ['a tag on a userid', `- rolearn: ${DEV}\n  userid: !!binary QQ==\n`, 'userid is a value with a tag'],
    ['a key in another guise', `- rolearn: ${DEV}\n  !!binary dXNlcm5hbWU=: a\n`, 'a key is no text'],
    ['a merge key with a tag', `- rolearn: ${DEV}\n  !!merge <<: {username: a}\n`, 'a key is no text'],
    ['a list as a key', `- rolearn: ${DEV}\n  ? [username]\n  : a\n`, 'a key is no text'],
    ['a long s in a key', `- rolearn: ${DEV}\n  u\u017fername: a\n`, 'a key has a letter that only looks'],
    ['a userid that is a number', `- rolearn: ${DEV}\n  userid: 12\n`, 'userid is a number'],
    ['no blank behind its key', `- rolearn:${DEV}\n`, 'it is text, not a mapping'],
    ['no colon behind its key', `- rolearn ${DEV}\n`, 'it is text, not a mapping'],
    ['its ARN as a key', `- ${DEV}: {username: dev}\n`, 'rolearn is missing'],
    ['its ARN within a key', `- rolearn:${DEV}: {username: dev}\n`, 'rolearn is missing'],
    ['its ARN in quotes and a list', `- [rolearn "${DEV}", dev]\n`, 'it is a list, not a mapping'],
  ])('%s: it is refused to whom it is for, and to nobody else', async (_, text, problem) => {
    expect(await map(bad(text))).toBe('bad-entry');
    expect(await map(bad(text), 'Ops')).toBe('ops|admins');
    expect(findProblems(bad(text))).toHaveLength(1);
    expect(findProblems(bad(text))[0]).toContain(`mapRoles[1] (line 4, column 3): ${problem}`);
  });

  test('is refused even where its account is mapped, or another backend maps it', async () => {
    const mapRoles = `- rolearn: ${DEV}\n  username: 7\n`;
    const backends = [
      toBackend({ mapRoles, mapAccounts: `["${ACCOUNT}"]` }),
      toBackend({ mapRoles: GOOD.replace(OPS, DEV) }),
    ];
    const decision = await decide(backends, toRoleSession('Dev'));
    expect(decision).toMatchObject({ kind: 'failed', code: 'bad-entry', origin: { entry: 'mapRoles[0]' } });
  });

  test.each([['- null\n'], ['- 7\n'], ['- {}\n'], ['- []\n'], ['- rolearn: ""\n']])(
    'that is for nobody (%j) is told, and the others stay',
    async (text) => {
      expect(findProblems(bad(text))).toHaveLength(1);
      expect(await map(bad(text), 'Ops')).toBe('ops|admins');
      expect(await map(bad(text))).toBe('unmapped');
    },
  );

  const hidden = `!!binary ${Buffer.from(DEV).toString('base64')}`;
  describe.each([
    ['its ARN', `- rolearn: ${hidden}\n  username: dev\n`],
    ['its ARN behind another that does not count', `- roleARN: ${OPS}-2\n  rolearn: ${hidden}\n`],
    ['key and ARN', `- note: ${OPS}-2\n  !!binary ${Buffer.from('rolearn').toString('base64')}: ${hidden}\n`],
    ['the list that its ARN is in', `- rolearn: !team [${DEV}]\n`],
    ['a piece of such a list', `- rolearn: [${OPS}-2, ${hidden}]\n`],
    ['itself', `- !team {rolearn: "${DEV}", username: dev}\n`],
    ['what is merged into it', `- <<: !team {rolearn: "${DEV}"}\n  username: dev\n`],
    ['its permission set', `- sso: !team {permissionSetName: A, accountID: "${ACCOUNT}"}\n`],
    [
      'the name of its permission set',
      `- sso: {permissionSetName: !!binary QQ==, accountID: "${ACCOUNT}"}\n`,
    ],
    ['its ARN, far behind', `- a: [${'x,'.repeat(2_000)}"${DEV}"]\n`],
  ])('of which a tag or its size hides whom it is for: %s', (_, text) => {
    const data = {
      mapRoles: bad(text),
      mapUsers: `- {userarn: 'arn:aws:iam::${ACCOUNT}:user/bob', username: bob}\n`,
      mapAccounts: `["${ACCOUNT}"]`,
    };
    const later = toBackend({ mapRoles: GOOD.replace(OPS, DEV) });

    test('whoever it may be for gets in by no wider rule, and all who have an entry get in by that', async () => {
      const backends = [toBackend(data), later];
      const decision = await decide(backends, toRoleSession('Dev'));
      expect(decision).toMatchObject({ kind: 'failed', code: 'source-unknown' });
      expect(decision).toHaveProperty(
        'message',
        expect.stringMatching(/cannot be told.*: mapRoles\[1\] \(line 4, column \d+\): /),
      );
      expect(toWords(await decide(backends, toRoleSession('Ops')))).toBe('ops|admins');
      expect(toWords(await decide(backends, toUser('bob')))).toBe('bob|');
    });
  });

  test('whose userid a tag hides is refused to the role of its name, whatever its path', async () => {
    const mapRoles = `- rolearn: ${DEV.replace('Dev', 'team/Dev')}\n  userid: !!binary QQ==\n`;
    const backend = toBackend({ mapRoles, mapAccounts: `["${ACCOUNT}"]` });
    expect(toWords(await decide([backend], toRoleSession('Dev')))).toBe('bad-entry');
    expect(toWords(await decide([backend], toRoleSession('Ops')))).toContain('role/Ops');
  });

  test('a later entry for the same role counts, good or bad', async () => {
    const [good, wrong] = [`- {rolearn: '${DEV}', username: dev}\n`, `- {rolearn: '${DEV}', username: 7}\n`];
    expect(await map(good + wrong)).toBe('bad-entry');
    expect(await map(wrong + good)).toBe('dev|');
  });
});

describe('a section whose text did not change', () => {
  test('is not read again, whatever becomes of the others', () => {
    const read = createAwsAuthReader();
    const before = read({ mapRoles: GOOD, mapUsers: '- a', mapAccounts: '[]' });
    const after = read({ mapRoles: GOOD, mapUsers: '- b', mapAccounts: '[]' });
    expect(after.mapRoles).toBe(before.mapRoles);
    expect(after.mapAccounts).toBe(before.mapAccounts);
    expect(after.mapUsers).not.toEqual(before.mapUsers);
    expect(read(undefined).mapRoles).toEqual({ kind: 'absent' });
    expect(read({ mapRoles: GOOD }).mapRoles).toMatchObject({ kind: 'good' });
  });
});

describe('a section that cannot be read', () => {
  test.each([
    ['a tab', `-\trolearn: ${DEV}\n\tusername: dev\n`],
    ['a dedent in the wrong place', `- rolearn: ${DEV}\n  username: dev\n   groups:\n - a\n`],
    ['a key to the left of its entry', `  - rolearn: ${DEV}\n username: dev\n`],
    ['a quote without its end', `- rolearn: "${DEV}\n  username: dev\n`],
    ['a mapping instead of a list', `rolearn: ${DEV}\nusername: dev\n`],
    ['a text', 'see the wiki'],
    ['an unknown alias', `- rolearn: *gone\n`],
    ['a comment right behind a bracket', `- rolearn: ${DEV}\n  groups: []# none\n`],
    ['a text in quotes that goes on at the margin', `- rolearn: "${DEV}\n"\n`],
    ['a text that goes on behind a comment', `- rolearn: ${DEV}\n  username: a # b\n    c\n`],
    ['brackets to the floor', '['.repeat(5_000)],
  ])('%s: nobody is mapped by it, and its place is told', async (_, text) => {
    expect(await map(text)).toBe('source-unknown');
    expect(findProblems(text)).toHaveLength(1);
    expect(findProblems(text)[0]).toMatch(/^mapRoles.*(?:line \d+, column \d+|brackets 100 deep)/);
  });

  test('leaves users of mapUsers in, and refuses all whom it may be for', async () => {
    const user = `arn:aws:iam::${ACCOUNT}:user/bob`;
    const backend = toBackend({
      mapRoles: 'text',
      mapUsers: `- {userarn: '${user}', username: bob}`,
      mapAccounts: `["${ACCOUNT}"]`,
    });
    expect(toWords(await decide([backend], toUser('bob')))).toBe('bob|');
    expect(toWords(await decide([backend], toUser('eve')))).toBe('source-unknown');
    expect(toWords(await decide([backend], toRoleSession('Dev')))).toBe('source-unknown');
  });
});

describe('mapUsers', () => {
  const map = async (mapUsers: string, identity = toUser('team/bob')): Promise<string> =>
    toWords(await decide([toBackend({ mapUsers })], identity));

  test('finds users with their path, ignoring case', async () => {
    expect(await map(`- {userARN: 'arn:aws:iam::${ACCOUNT}:user/Team/BOB', username: bob}`)).toBe('bob|');
    expect(await map(`- {userarn: 'arn:aws:iam::${ACCOUNT}:user/bob', username: bob}`)).toBe('unmapped');
  });

  test('finds a role that is listed as a user, after all of mapRoles', async () => {
    const mapUsers = `- {userarn: '${DEV}', username: as-user}`;
    expect(await map(mapUsers, toRoleSession('Dev'))).toBe('as-user|');
    const both = toBackend({ mapUsers, mapRoles: `- {rolearn: '${DEV}', username: as-role}` });
    expect(toWords(await decide([both], toRoleSession('Dev')))).toBe('as-role|');
  });

  test.each([
    [`arn:aws:iam::${ACCOUNT}:root`, ACCOUNT],
    [`arn:aws:sts::${ACCOUNT}:federated-user/eve`, `${ACCOUNT}:eve`],
    [`arn:aws-cn:iam::${ACCOUNT}:user/bob`, 'AIDACN'],
  ])('finds %s', async (arn, userId) => {
    const identity = toCallerIdentity({ account: ACCOUNT, arn, userId });
    if ('problem' in identity) throw new Error(identity.problem);
    expect(await map(`- {userarn: '${arn}', username: someone}`, identity)).toBe('someone|');
  });

  test('has no sso', async () => {
    expect(await map(`- {sso: {permissionSetName: A, accountID: "${ACCOUNT}"}, username: bob}`)).toBe(
      'unmapped',
    );
  });
});

describe('mapAccounts', () => {
  const map = async (mapAccounts: string, account: string): Promise<string> =>
    toWords(await decide([toBackend({ mapAccounts })], toRoleSession('Dev', { account })));

  test('makes every principal of an account a user by the name of its ARN', async () => {
    expect(await map(`- "${ACCOUNT}"`, ACCOUNT)).toBe(`${DEV}|`);
    expect(await map(`- "${ACCOUNT}"`, '999900001111')).toBe('unmapped');
  });

  test('keeps a zero in front, with or without quotes', async () => {
    expect(await map('- 011122223333\n- 012345670123', '011122223333')).toContain('role/Dev');
    expect(await map('- 012345670123', '012345670123')).toContain('role/Dev');
  });

  test.each([['111122223333'], ['{a: 1}'], ['["1']])('is unknown where it says %j', async (text) => {
    expect(await map(text, ACCOUNT)).toBe('source-unknown');
  });

  test('tells of items that are no account, and keeps the others', async () => {
    const text = `["${ACCOUNT}, 999900001111", null, {a: 1}, "${ACCOUNT}"]`;
    expect(await map(text, ACCOUNT)).toContain('role/Dev');
    expect(describeProblems(readAwsAuth({ mapAccounts: text }))).toHaveLength(3);
  });
});
