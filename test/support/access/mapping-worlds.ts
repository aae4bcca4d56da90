import fc from 'fast-check';
import type { Mappings } from '../../../src/access/resolve.ts';
import { createSnapshotApi } from '../../../src/commands/access/snapshot-api.ts';
import { CLUSTER_BACKENDS, readClusterSource } from '../../../src/mapping/cluster-source.ts';

/** Few of each, so that entries and principals meet; among them whatever is nearly another. */
export const ACCOUNT = '111122223333';
const NAMES = ['dev', 'Dev', 'ops', 'AWSReservedSSO_Admin_0123456789abcdef'];
export const SESSIONS = ['jane', 'jane@example.com', 'jane-example.com', 'system', 'i-0123456789abcdef0'];
export const IDS = ['AROADEV', 'AROAOPS'];
export const ARNS = [
  ...NAMES.map((name) => `arn:aws:iam::${ACCOUNT}:role/${name}`),
  `arn:aws:iam::${ACCOUNT}:role/team/dev`,
  `arn:aws:iam::${ACCOUNT}:user/dev`,
  `arn:aws:iam::${ACCOUNT}:user/team/dev`,
  `arn:aws:sts::${ACCOUNT}:assumed-role/dev/jane`,
  `arn:aws:sts::${ACCOUNT}:federated-user/dev`,
  `arn:aws:iam::${ACCOUNT}:root`,
  'arn:aws:iam::444455556666:role/dev',
  'arn:aws-cn:iam::111122223333:role/dev',
  '',
];
export const TEMPLATES = [
  'dev',
  'dev:{{SessionName}}',
  '{{SessionNameRaw}}',
  '{{SessionName}}:masters',
  'system:{{SessionName}}',
  'system:node:{{EC2PrivateDNSName}}',
  '{{SessionNameRaw}}:{{SessionName}}',
  '{{AccountID}}:{{SessionName}}-{{SessionName}}',
  'system:masters',
  '{{AccountId}}',
];
/** Names that RBAC may have. */
export const SUBJECTS = [
  'dev',
  ...SESSIONS.flatMap((name) => [
    name,
    `dev:${name}`,
    `${name}:masters`,
    `system:${name}`,
    `${name}:${name}`,
  ]),
  'jane@example.com:jane-example.com',
  'system:masters',
  '111122223333:jane-jane',
];

const text = (words: readonly string[]) => fc.constantFrom(...words);
const entry = (field: string) =>
  fc
    .record({
      arn: text(ARNS),
      username: fc.option(fc.oneof({ weight: 9, arbitrary: text(TEMPLATES) }, fc.constant(7)), { freq: 9 }),
      groups: fc.array(text(TEMPLATES), { maxLength: 2 }),
      userId: fc.option(text(IDS), { freq: 1 }),
      isSet: fc.integer({ min: 0, max: 5 }).map((at) => at === 0 && field === 'rolearn'),
    })
    .map(({ arn, username, groups, userId, isSet }) => ({
      ...(isSet ? { sso: { permissionSetName: 'Admin', accountID: ACCOUNT } } : { [field]: arn }),
      ...(username !== null && { username }),
      groups,
      ...(userId !== null && field !== 'arn' && { userid: userId }),
    }));
/** JSON is YAML; the other is none. */
const section = (field: string) =>
  fc.oneof(
    { weight: 12, arbitrary: fc.array(entry(field), { maxLength: 4 }).map((list) => JSON.stringify(list)) },
    fc.constantFrom('', '{', '7'),
  );
export const anyWorld = fc.record({
  data: fc.record(
    {
      mapRoles: section('rolearn'),
      mapUsers: section('userarn'),
      mapAccounts: text(['[]', `["${ACCOUNT}"]`, '["444455556666"]', '{']),
    },
    { requiredKeys: [] },
  ),
  objects: fc.array(entry('arn'), { maxLength: 3 }),
  permissionSets: fc.boolean(),
});
export type World = typeof anyWorld extends fc.Arbitrary<infer Value> ? Value : never;

/** The same as the commands read it. */
export async function toCommand({ data, objects, permissionSets }: World): Promise<Mappings> {
  const items = [
    { kind: 'ConfigMap', raw: { metadata: { name: 'aws-auth', namespace: 'kube-system' }, data } },
    ...objects.map((spec, at) => ({
      kind: 'IAMIdentityMapping',
      raw: { metadata: { name: `m${at}` }, spec },
    })),
  ];
  const api = createSnapshotApi(items, []);
  const sources = [];
  for (const backend of CLUSTER_BACKENDS)
    sources.push(await readClusterSource(backend, api, { permissionSets }));
  return { sources, reservedPrefixes: new Map() };
}

export const anyCaller = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      role: text(NAMES),
      session: text(SESSIONS),
      id: text(IDS),
      path: text(['', 'team/']),
    }),
  },
  fc.record({ arn: text(ARNS.filter((arn) => /:(?:user|root|federated-user)/.test(arn))) }),
);
export type Caller = typeof anyCaller extends fc.Arbitrary<infer Value> ? Value : never;
