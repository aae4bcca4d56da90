import { expect, test } from 'vitest';
import { describeSource } from '../../src/access/subject-source.ts';
import { createTracer } from '../../src/access/trace.ts';
import { type MappingSource, toEmptySource } from '../../src/mapping/mapping-source.ts';
import type { Subject } from '../../src/rbac/objects.ts';
import { toAwsAuthSource, toMappings, toObjectSource } from '../support/access/sources.ts';

const SOURCE = toAwsAuthSource({
  mapRoles: `
- rolearn: arn:aws:iam::111122223333:role/dev
  username: dev:{{SessionName}}
  groups: [devs, "team-{{SessionName}}"]
- rolearn: arn:aws:iam::111122223333:role/ops
  username: ops
  groups: [system:masters, devs, devs]
- rolearn: arn:aws:iam::111122223333:role/team/old
  groups: [olds]
- rolearn: arn:aws:sts::111122223333:assumed-role/dev/jane
  groups: [olds]
- sso: {permissionSetName: Admin, accountID: "111122223333"}
  groups: [olds]
- rolearn: arn:aws:iam::111122223333:role/robot
  username: system:serviceaccount:b:ci
- rolearn: arn:aws:iam::111122223333:role/bad
  username: 7
  groups: [devs]
`,
  mapAccounts: '- "444455556666"',
});

const tracer = await createTracer({
  mappings: toMappings(SOURCE),
  accounts: [
    {
      namespace: 'a',
      name: 'ci',
      annotations: { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/ci' },
    },
    { namespace: 'b', name: 'ci', annotations: {} },
  ],
  isEks: true,
});

const trace = (subject: Subject): string[] => tracer.trace(subject).map(describeSource);

test.each<[string, Subject, string[]]>([
  [
    'a group by entries, each once, and never by a bad one',
    { kind: 'Group', name: 'devs' },
    [
      'arn:aws:iam::111122223333:role/dev by aws-auth, mapRoles[0], line 2',
      'arn:aws:iam::111122223333:role/ops by aws-auth, mapRoles[1], line 5',
    ],
  ],
  [
    'a group by a template',
    { kind: 'Group', name: 'team-jane' },
    ['arn:aws:iam::111122223333:role/dev by aws-auth, mapRoles[0], line 2 (as team-{{SessionName}})'],
  ],
  [
    'a group by entries that can match nobody',
    { kind: 'Group', name: 'olds' },
    [
      'arn:aws:iam::111122223333:role/team/old by aws-auth, mapRoles[2], line 8, which never matches (path)',
      'arn:aws:sts::111122223333:assumed-role/dev/jane by aws-auth, mapRoles[3], line 10, which never matches (assumed-role)',
      'arn:aws:iam::111122223333:role/awsreservedsso_admin_* by aws-auth, mapRoles[4], line 12, which never matches (permission-set)',
    ],
  ],
  ['a group in another case by nobody', { kind: 'Group', name: 'Devs' }, []],
  [
    'a user by a template',
    { kind: 'User', name: 'dev:jane' },
    ['arn:aws:iam::111122223333:role/dev by aws-auth, mapRoles[0], line 2 (as dev:{{SessionName}})'],
  ],
  [
    'a user by its account',
    { kind: 'User', name: 'arn:aws:iam::444455556666:user/bob' },
    ['arn:aws:iam::444455556666:user/bob by aws-auth, mapAccounts'],
  ],
  [
    'a user by its account only as the authenticator names it: a session is its role, without a path',
    { kind: 'User', name: 'arn:aws:sts::444455556666:assumed-role/ops/jane' },
    [],
  ],
  [
    'a role of an account',
    { kind: 'User', name: 'arn:aws:iam::444455556666:role/ops' },
    ['arn:aws:iam::444455556666:role/ops by aws-auth, mapAccounts'],
  ],
  ['a role with its path by nobody', { kind: 'User', name: 'arn:aws:iam::444455556666:role/a/ops' }, []],
  ['a user of no account by nobody', { kind: 'User', name: 'arn:aws:iam::777788889999:user/bob' }, []],
  [
    'a ServiceAccount, with the role of its pods',
    { kind: 'ServiceAccount', namespace: 'a', name: 'ci' },
    ['ServiceAccount a/ci, whose pods get arn:aws:iam::111122223333:role/ci'],
  ],
  [
    'a ServiceAccount that is not there',
    { kind: 'ServiceAccount', namespace: 'c', name: 'ci' },
    ['ServiceAccount c/ci, which is not there'],
  ],
  [
    'a ServiceAccount in the clothes of a user',
    { kind: 'User', name: 'system:serviceaccount:a:ci' },
    ['ServiceAccount a/ci, whose pods get arn:aws:iam::111122223333:role/ci'],
  ],
  [
    'a ServiceAccount whose user name a mapping gives',
    { kind: 'ServiceAccount', namespace: 'b', name: 'ci' },
    ['ServiceAccount b/ci', 'arn:aws:iam::111122223333:role/robot by aws-auth, mapRoles[5], line 14'],
  ],
  [
    'administrators, whoever made the cluster among them',
    { kind: 'Group', name: 'system:masters' },
    [
      'arn:aws:iam::111122223333:role/ops by aws-auth, mapRoles[1], line 5',
      'whoever made the EKS cluster, too, which nothing in it shows',
    ],
  ],
  ['everybody', { kind: 'Group', name: 'system:authenticated' }, ['everybody who logs in']],
  ...[
    { kind: 'Group', name: 'system:unauthenticated' } as const,
    { kind: 'User', name: 'system:anonymous' } as const,
  ].map((subject): [string, Subject, string[]] => [
    `strangers: ${subject.kind}`,
    subject,
    ['whoever reaches the API server without logging in'],
  ]),
  [
    'all accounts',
    { kind: 'Group', name: 'system:serviceaccounts' },
    ['every ServiceAccount of all namespaces (2)'],
  ],
  [
    'the accounts of a namespace',
    { kind: 'Group', name: 'system:serviceaccounts:a' },
    ['every ServiceAccount of a (1)'],
  ],
])('%s', (_, subject, expected) => {
  expect(trace(subject)).toEqual(expected);
});

test('nobody says that an account is not there where no account is known', async () => {
  const blind = await createTracer({ mappings: toMappings(SOURCE), accounts: [], isEks: false });
  const sources = blind.trace({ kind: 'ServiceAccount', namespace: 'a', name: 'ci' });
  expect(sources).toEqual([{ kind: 'account', account: { namespace: 'a', name: 'ci' } }]);
  expect(sources.map(describeSource)).toEqual(['ServiceAccount a/ci']);
});

test('whom the server refuses for a reserved name, nobody is said to be', async () => {
  const reservedPrefixes = new Map([
    ['EKSConfigMap', ['dev:', 'ops', 'arn:aws:iam::444455556666:']],
  ] as const);
  const strict = await createTracer({
    mappings: { sources: [SOURCE], reservedPrefixes },
    accounts: [],
    isEks: false,
  });
  const describe = (subject: Subject): string[] => strict.trace(subject).map(describeSource);
  expect(describe({ kind: 'Group', name: 'devs' })).toEqual([
    'arn:aws:iam::111122223333:role/dev by aws-auth, mapRoles[0], line 2, which never matches (reserved-username)',
    'arn:aws:iam::111122223333:role/ops by aws-auth, mapRoles[1], line 5, which never matches (reserved-username)',
  ]);
  expect(describe({ kind: 'User', name: 'arn:aws:iam::444455556666:user/bob' })).toEqual([]);
});

test('a name that is reserved is none of those that a template becomes', async () => {
  const source = toAwsAuthSource({
    mapRoles: '- {rolearn: "arn:aws:iam::111122223333:role/dev", username: "{{SessionName}}"}',
  });
  const reservedPrefixes = new Map([['EKSConfigMap', ['admin']]] as const);
  const { trace: find } = await createTracer({
    mappings: { sources: [source], reservedPrefixes },
    accounts: [],
    isEks: false,
  });
  expect([
    find({ kind: 'User', name: 'admin-1' }).length,
    find({ kind: 'User', name: 'jane' }).length,
  ]).toEqual([0, 1]);
});

const ROLE = 'arn:aws:iam::111122223333:role';

/** Whom it names behind a group, or a user, by these sources. */
async function traceBy(
  sources: readonly MappingSource[],
  name: string,
  kind: 'Group' | 'User' = 'Group',
): Promise<string[]> {
  const mappings = toMappings(...sources);
  const found = await createTracer({ mappings, accounts: [], isEks: false });
  return found.trace({ kind, name }).map(describeSource);
}

test('an entry that another source, or a later one of its own, comes before is nobody', async () => {
  const first = toObjectSource({ dev: { arn: `${ROLE}/dev`, username: 'dev', groups: ['viewers'] } });
  const second = toAwsAuthSource({
    mapRoles: `
- {rolearn: "${ROLE}/dev", groups: [admins]}
- {rolearn: "${ROLE}/ops", groups: [admins]}
- {rolearn: "${ROLE}/OPS", groups: [editors]}
`,
    mapUsers: `- {userarn: "${ROLE}/ops", groups: [admins]}`,
  });
  expect(await traceBy([first, second], 'admins')).toEqual([]);
  expect(await traceBy([first, second], 'viewers')).toEqual([
    `${ROLE}/dev by objects, IAMIdentityMapping dev`,
  ]);
  expect(await traceBy([second, first], 'admins')).toEqual([`${ROLE}/dev by aws-auth, mapRoles[0], line 2`]);
  expect(await traceBy([second, first], 'viewers')).toEqual([]);
});

test('a bad entry comes before, too: whom it is for is refused', async () => {
  const bad = toAwsAuthSource({
    mapRoles: `
- {rolearn: "${ROLE}/dev", groups: [admins]}
- {rolearn: "${ROLE}/dev", username: 7}
`,
  });
  expect(await traceBy([bad], 'admins')).toEqual([]);
});

test('what entries leave open and others ask for is told', async () => {
  const END = '0123456789abcdef';
  const source = toAwsAuthSource(
    {
      mapRoles: `
- {sso: {permissionSetName: Admin, accountID: "111122223333"}, groups: [admins]}
- {rolearn: "${ROLE}/AWSReservedSSO_Admin_${END}", groups: [viewers]}
`,
    },
    { permissionSets: true },
  );
  expect(await traceBy([source], 'admins')).toEqual([
    `${ROLE}/awsreservedsso_admin_* by aws-auth, mapRoles[0], line 2, unless it is ${ROLE}/awsreservedsso_admin_${END}`,
  ]);
  const unread = toEmptySource({ where: 'objects', backend: 'CRD' }, 'refused', true);
  const account = toAwsAuthSource({ mapAccounts: '- "111122223333"' });
  expect(await traceBy([unread, account], `${ROLE}/dev`, 'User')).toEqual([
    `${ROLE}/dev by aws-auth, mapAccounts, unless objects has something for it`,
  ]);
});

test('a user of a mapped account is nobody of that name where an entry is for that principal', async () => {
  const source = toAwsAuthSource({
    mapRoles: `- {rolearn: "${ROLE}/dev", username: dev}`,
    mapAccounts: '- "111122223333"',
  });
  expect(await traceBy([source], `${ROLE}/dev`, 'User')).toEqual([]);
  expect(await traceBy([source], `${ROLE}/ops`, 'User')).toEqual([`${ROLE}/ops by aws-auth, mapAccounts`]);
});

test('an entry that refuses whoever comes is marked', async () => {
  const source = toAwsAuthSource({
    mapRoles: `- {rolearn: "${ROLE}/dev", username: "system:{{SessionName}}", groups: [admins]}`,
    mapUsers: '- {userarn: "arn:aws:iam::111122223333:group/dev", groups: [admins]}',
  });
  expect(await traceBy([source], 'admins')).toEqual([
    `${ROLE}/dev by aws-auth, mapRoles[0], line 1, which never matches (reserved-username)`,
    'arn:aws:iam::111122223333:group/dev by aws-auth, mapUsers[0], line 1, which never matches (no-principal)',
  ]);
});
