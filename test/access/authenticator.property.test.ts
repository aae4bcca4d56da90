import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasHole, toNamePattern, toSession } from '../../src/access/holes.ts';
import { fillHoles, type NamePattern } from '../../src/access/name-pattern.ts';
import { readPrincipal } from '../../src/access/principal.ts';
import { type Resolution, resolvePrincipal } from '../../src/access/resolve.ts';
import { toCallerIdentity } from '../../src/aws/caller-identity.ts';
import { createSnapshotApi } from '../../src/commands/access/snapshot-api.ts';
import { createAwsAuthReader } from '../../src/mapping/aws-auth.ts';
import type { Backend } from '../../src/mapping/backend.ts';
import { decideMapping } from '../../src/mapping/chain.ts';
import { CLUSTER_BACKENDS, readClusterSource } from '../../src/mapping/cluster-source.ts';
import { createIdentityMappingStore, readIdentityMapping } from '../../src/mapping/identity-mappings.ts';
import type { MappingDecision } from '../../src/mapping/mapper.ts';
import { createSectionStore } from '../../src/mapping/section-store.ts';

/** Few of each, so that entries and principals meet; among them whatever is nearly another. */
const ACCOUNT = '111122223333';
const NAMES = ['dev', 'Dev', 'ops', 'AWSReservedSSO_Admin_0123456789abcdef'];
const SESSIONS = ['jane', 'jane@example.com', 'jane-example.com', 'system', 'i-0123456789abcdef0'];
const IDS = ['AROADEV', 'AROAOPS'];
const ARNS = [
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
const TEMPLATES = [
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
const SUBJECTS = [
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
const anyWorld = fc.record({
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
type World = typeof anyWorld extends fc.Arbitrary<infer Value> ? Value : never;

/** The backends of the server, as its watches fill them. */
function toServer({ data, objects, permissionSets }: World): readonly Backend[] {
  const rules = { by: 'typed', permissionSets } as const;
  const awsAuth = createSectionStore({ backend: 'EKSConfigMap', rules, report: () => {} });
  awsAuth.take(createAwsAuthReader()(data));
  const store = createIdentityMappingStore(() => {});
  store.listing();
  objects.forEach((spec, at) => {
    const name = `m${at}`;
    store.set({ metadata: { name, resourceVersion: '1' }, entry: readIdentityMapping(name, { spec }) });
  });
  store.listed();
  return [
    { name: 'EKSConfigMap', find: awsAuth.find },
    { name: 'CRD', find: store.find },
  ];
}

/** The same as the commands read it. */
async function toCommand({ data, objects, permissionSets }: World) {
  const items = [
    { kind: 'ConfigMap', raw: { metadata: { name: 'aws-auth', namespace: 'kube-system' }, data } },
    ...objects.map((spec, at) => ({
      kind: 'IAMIdentityMapping',
      raw: { metadata: { name: `m${at}` }, spec },
    })),
  ];
  const api = createSnapshotApi(items, []);
  const sources = [];
  for (const backend of CLUSTER_BACKENDS) sources.push(await readClusterSource(backend, api, permissionSets));
  return { sources, reservedPrefixes: new Map() };
}

const anyCaller = fc.oneof(
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
type Caller = typeof anyCaller extends fc.Arbitrary<infer Value> ? Value : never;

async function askServer(world: World, caller: Caller): Promise<MappingDecision> {
  const told =
    'arn' in caller
      ? { account: ACCOUNT, arn: caller.arn, userId: 'AIDADEV' }
      : {
          account: ACCOUNT,
          arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${caller.role}/${caller.session}`,
          userId: `${caller.id}:${caller.session}`,
        };
  const identity = toCallerIdentity(told);
  if ('problem' in identity) throw new Error(identity.problem);
  const findNodeName = async (): Promise<string> => 'ip-10-0-0-1.ec2.internal';
  return await decideMapping(toServer(world), identity, { reservedPrefixes: new Map(), findNodeName });
}

async function askCommand(world: World, caller: Caller, session?: string): Promise<Resolution> {
  const words =
    'arn' in caller
      ? { arn: caller.arn, userId: 'AIDADEV' }
      : { arn: `arn:aws:iam::${ACCOUNT}:role/${caller.path}${caller.role}`, session, userId: caller.id };
  const reading = readPrincipal(words);
  if (reading.kind === 'problem') throw new Error(reading.problem);
  return await resolvePrincipal(reading.principal, await toCommand(world));
}

const RUNS = { numRuns: 120 };

test('whoever a mapping makes of a principal, the authenticator makes, too, by the same entry', async () => {
  await fc.assert(
    fc.asyncProperty(anyWorld, anyCaller, async (world, caller) => {
      const server = await askServer(world, caller);
      const command = await askCommand(world, caller, 'arn' in caller ? undefined : caller.session);
      expect(command.kind).toBe(server.kind);
      if (server.kind === 'failed' && command.kind === 'failed') {
        expect([command.code, command.message]).toEqual([server.code, server.message]);
      }
      if (server.kind !== 'mapped' || command.kind !== 'mapped') return;
      expect([command.by.backend, command.by.entry]).toEqual([server.origin.backend, server.origin.entry]);
      const names = ({ username, groups }: typeof server.user) => [username, ...groups];
      names(command.user).forEach((name, at) => {
        // EC2 alone knows the name of a node.
        const real = names(server.user)[at] ?? '';
        if (hasHole(name)) expect(fillHoles(toNamePattern('User', name), real)).toBeDefined();
        else expect(name).toBe(real);
      });
    }),
    RUNS,
  );
});

type Ask = (session: string) => Promise<MappingDecision>;

/** @param patterns what the names can become, the username before the groups */
async function expectEveryName(patterns: readonly NamePattern[], ask: Ask): Promise<void> {
  for (const session of SESSIONS) {
    const server = await ask(session);
    if (server.kind !== 'mapped') continue;
    const names = [server.user.username, ...server.user.groups];
    const unforeseen = names.filter((name, at) => {
      const pattern = patterns[at];
      return pattern === undefined || fillHoles(pattern, name) === undefined;
    });
    expect(unforeseen).toEqual([]);
  }
}

async function expectNoOtherName(pattern: NamePattern, at: number, ask: Ask): Promise<void> {
  for (const subject of SUBJECTS) {
    const session = toSession(fillHoles(pattern, subject) ?? {}) ?? '';
    const server = SESSIONS.includes(session) ? await ask(session) : undefined;
    if (server?.kind === 'mapped') expect([server.user.username, ...server.user.groups][at]).toBe(subject);
  }
}

test('a name that is open is each name that a session has, and none that no session has', async () => {
  await fc.assert(
    fc.asyncProperty(anyWorld, anyCaller, async (world, caller) => {
      if ('arn' in caller) return;
      const open = await askCommand(world, caller);
      const ask: Ask = (session) => askServer(world, { ...caller, session });
      const { username, groups } = open.kind === 'mapped' ? open.user : { username: '', groups: [] };
      const patterns =
        open.kind === 'mapped' ? [username, ...groups].map((name) => toNamePattern('User', name)) : [];
      await expectEveryName(patterns, ask);
      for (const [at, pattern] of patterns.entries()) await expectNoOtherName(pattern, at, ask);
    }),
    RUNS,
  );
});
