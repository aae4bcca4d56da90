import { describe, expect, test } from 'vitest';
import { showHoles } from '../../src/access/holes.ts';
import { readPrincipal } from '../../src/access/principal.ts';
import { type Mappings, type Resolution, resolvePrincipal } from '../../src/access/resolve.ts';
import { toAwsAuthSource, toMappings, toObjectSource } from '../support/access/sources.ts';

const ROLE = 'arn:aws:iam::111122223333:role/dev';

async function resolve(mappings: Mappings, words: { arn?: string; session?: string; userId?: string } = {}) {
  const reading = readPrincipal({ arn: ROLE, ...words });
  if (reading.kind === 'problem') throw new Error(reading.problem);
  return await resolvePrincipal(reading.principal, mappings);
}

const losses = ({ others }: Resolution): string[] =>
  others.map(({ source, entry, reason }) => `${source} ${entry}: ${reason}`);

function roles(...entries: readonly string[]): string {
  return entries.map((entry) => `- ${entry}\n`).join('');
}

describe('a principal that is mapped', () => {
  test('has its entry, with the line, and what shadows nobody', async () => {
    const mapRoles = `- rolearn: arn:aws:iam::111122223333:role/other\n- rolearn: ${ROLE}\n  username: dev\n  groups: [a]\n`;
    expect(await resolve(toMappings(toAwsAuthSource({ mapRoles })))).toEqual({
      kind: 'mapped',
      user: { username: 'dev', groups: ['a'] },
      by: { source: 'aws-auth', backend: 'EKSConfigMap', entry: 'mapRoles[1]', line: 2, arn: ROLE },
      others: [],
    });
  });

  test('has holes for what only a login tells', async () => {
    const mapRoles = roles(
      `{rolearn: "${ROLE}", username: "{{SessionName}}@{{AccountID}}", groups: ["k:{{AccessKeyID}}"]}`,
    );
    const resolution = await resolve(toMappings(toAwsAuthSource({ mapRoles })));
    if (resolution.kind !== 'mapped') throw new Error(resolution.kind);
    expect(showHoles(resolution.user.username)).toBe('*@111122223333');
    expect(resolution.user.groups.map(showHoles)).toEqual(['k:*']);
  });

  test('is a node of whatever name, but no node where its session is another', async () => {
    const mapRoles = roles(
      `{rolearn: "${ROLE}", username: "system:node:{{EC2PrivateDNSName}}", groups: [system:nodes]}`,
    );
    const mappings = toMappings(toAwsAuthSource({ mapRoles }));
    for (const words of [{}, { session: 'i-0123456789abcdef0' }]) {
      const resolution = await resolve(mappings, words);
      expect(resolution.kind === 'mapped' && showHoles(resolution.user.username)).toBe('system:node:*');
    }
    expect(await resolve(mappings, { session: 'jane' })).toMatchObject({
      kind: 'failed',
      code: 'node-name-unknown',
    });
  });

  test('by its account has its ARN for a name', async () => {
    const mappings = toMappings(toAwsAuthSource({ mapAccounts: '- "111122223333"' }));
    expect(await resolve(mappings)).toMatchObject({
      kind: 'mapped',
      user: { username: ROLE, groups: [] },
      by: { entry: 'mapAccounts', arn: 'every principal of 111122223333' },
    });
  });
});

describe('an entry that does not decide', () => {
  test('is shadowed by a later one, by another section and by a source before it', async () => {
    const first = toAwsAuthSource({
      mapRoles: roles(`{rolearn: "${ROLE}", username: a}`, `{rolearn: "${ROLE}", username: b}`),
      mapUsers: roles(`{userarn: "${ROLE}", username: c}`),
    });
    const resolution = await resolve(
      toMappings(first, toObjectSource({ dev: { arn: ROLE, username: 'd' } })),
    );
    expect(resolution).toMatchObject({
      kind: 'mapped',
      user: { username: 'b' },
      by: { entry: 'mapRoles[1]' },
    });
    expect(losses(resolution)).toEqual([
      'aws-auth mapRoles[0]: shadowed',
      'aws-auth mapUsers[0]: shadowed',
      'objects IAMIdentityMapping dev: shadowed',
    ]);
  });

  test.each([
    ['path', '{rolearn: "arn:aws:iam::111122223333:role/team/dev"}'],
    ['assumed-role', '{rolearn: "arn:aws:sts::111122223333:assumed-role/dev/jane"}'],
    ['account', '{rolearn: "arn:aws:iam::444455556666:role/dev"}'],
    ['partition', '{rolearn: "arn:aws-cn:iam::111122223333:role/dev"}'],
    ['kind', '{rolearn: "arn:aws:iam::111122223333:user/dev"}'],
    ['name', '{rolearn: "arn:aws:iam::111122223333:role/Devs"}'],
    ['user-id-open', '{rolearn: "arn:aws:iam::111122223333:role/team/dev", userid: AROAOTHER}'],
  ])('says why: %s', async (reason, entry) => {
    const resolution = await resolve(toMappings(toAwsAuthSource({ mapRoles: roles(entry) })));
    expect(resolution.kind).toBe('unmapped');
    expect(losses(resolution)).toEqual([`aws-auth mapRoles[0]: ${reason}`]);
  });

  test('is for another unique id only where one was given', async () => {
    const mapRoles = roles('{rolearn: "arn:aws:iam::111122223333:role/team/dev", userid: AROAOTHER}');
    const mappings = toMappings(toAwsAuthSource({ mapRoles }));
    expect(losses(await resolve(mappings, { userId: 'AROADEV' }))).toEqual(['aws-auth mapRoles[0]: user-id']);
    expect(await resolve(mappings, { userId: 'AROAOTHER' })).toMatchObject({ kind: 'mapped' });
  });

  test('of another name or account altogether is not told', async () => {
    const mapRoles = roles(
      '{rolearn: "arn:aws:iam::111122223333:role/operators"}',
      '{rolearn: "arn:aws:iam::444455556666:role/devs"}',
    );
    expect(losses(await resolve(toMappings(toAwsAuthSource({ mapRoles }))))).toEqual([]);
  });

  test('of a permission set is told where the gate is not on', async () => {
    const mapRoles = roles('{sso: {permissionSetName: Admin, accountID: "111122223333"}, username: sso}');
    const arn = 'arn:aws:iam::111122223333:role/AWSReservedSSO_Admin_0123456789abcdef';
    const off = await resolve(toMappings(toAwsAuthSource({ mapRoles })), { arn });
    expect([off.kind, ...losses(off)]).toEqual(['unmapped', 'aws-auth mapRoles[0]: permission-set']);
    const on = await resolve(toMappings(toAwsAuthSource({ mapRoles }, { permissionSets: true })), { arn });
    expect(on).toMatchObject({ kind: 'mapped', user: { username: 'sso' } });
  });
});

describe('a principal that is refused', () => {
  test('by an entry that is bad says by which', async () => {
    const mapRoles = roles(`{rolearn: "${ROLE}", username: 7}`);
    expect(await resolve(toMappings(toAwsAuthSource({ mapRoles })))).toMatchObject({
      kind: 'failed',
      code: 'bad-entry',
      by: { entry: 'mapRoles[0]', line: 1 },
    });
  });

  test('since a source cannot be read is refused by no entry', async () => {
    const mappings = toMappings(toAwsAuthSource({ mapRoles: '{' }));
    expect(await resolve(mappings)).toMatchObject({ kind: 'failed', code: 'source-unknown', by: undefined });
  });
});
