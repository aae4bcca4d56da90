import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { createCatalogue } from '../../src/access/resources/catalogue.ts';
import { toKnownResources } from '../../src/access/resources/known-resources.ts';
import { type RbacIndex, toRequestName } from '../../src/rbac/bindings-index.ts';
import { decide } from '../../src/rbac/decide.ts';
import { findRbacFindings } from '../../src/rbac/findings.ts';
import { type Identity, impersonated, serviceAccountIdentity } from '../../src/rbac/identity.ts';
import type { PolicyRule, Subject } from '../../src/rbac/objects.ts';
import type { Question } from '../../src/rbac/question.ts';
import { listRights } from '../../src/rbac/rights.ts';
import { suggestGrant } from '../../src/rbac/suggest.ts';
import { whoCan } from '../../src/rbac/who-can.ts';
import { awaitRbac, createAndAwait } from '../support/e2e/await-rbac.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import {
  askServer,
  hasNamedGrant,
  indexObjects,
  inParallel,
  listRbac,
  removeAll,
} from '../support/e2e/rbac-server.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { anyCluster, anyIdentity, anyQuestion, NAMESPACES } from '../support/rbac/arbitrary.ts';
import { account, group, type Manifest, toDocuments, user } from '../support/rbac/manifests.ts';
import { getPods, pods, RESOURCE_ROWS, URL_ROWS } from '../support/rbac/matching-rows.ts';

const SEEDS = Array.from({ length: 5 }, (_, place) => Number(process.env['RBAC_SEED'] ?? 1) + place);
const QUESTIONS = 1_100;

type Asked = readonly [Identity, Question];

describeOnCluster('RBAC beside a real API server', () => {
  let cluster: Cluster;
  /** What the API server made by itself. */
  let own: readonly Manifest[];

  beforeAll(async () => {
    cluster = await startCluster({ controllerManager: true });
    for (const name of NAMESPACES)
      await cluster.client.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await awaitAggregation();
    own = await listRbac(cluster.client);
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));
  afterEach(() => clear());

  /** The aggregation controller applies what it computes, and so makes a role anew that goes away meanwhile. */
  async function clear(): Promise<void> {
    const kept = new Set(own.map(toName));
    await eventually(
      async () => {
        const left = (await listRbac(cluster.client)).filter((object) => !kept.has(toName(object)));
        await removeAll(cluster.client, left);
        expect(left).toEqual([]);
      },
      { timeout: 60_000, interval: 500 },
    );
  }

  async function awaitAggregation(): Promise<void> {
    await eventually(
      async () =>
        expect(listFindings(indexObjects(await listRbac(cluster.client)), 'aggregation-differs')).toEqual([]),
      { timeout: 60_000, interval: 200 },
    );
    await awaitRbac(cluster.client);
  }

  /** Every way in which ours differs from the server's answer, the smallest question first. */
  async function compare(index: RbacIndex, asked: readonly Asked[]): Promise<string[]> {
    const found = await inParallel(asked, async ([who, question]) => {
      const theirs = await askServer(cluster.client, who, question);
      const ours = decide(index, who, question);
      const problem = judge(ours, theirs, who);
      return problem === undefined ? [] : [`${problem}: ${JSON.stringify([who, question, theirs, ours])}`];
    });
    return found.flat().toSorted((one, other) => one.length - other.length);
  }

  // Other clusters than each time by RBAC_SEED=100, say.
  it.each(SEEDS)(
    `says the same to ${QUESTIONS} questions about a random cluster, and tells the grant that the server names: RBAC_SEED=%i`,
    async (seed) => {
      const [world = []] = fc.sample(anyCluster(8, `s${seed}`), { seed, numRuns: 1 });
      const asked = fc.sample(fc.tuple(anyIdentity(), anyQuestion()), { seed, numRuns: QUESTIONS });
      await createAndAwait(cluster.client, world);
      await awaitAggregation();
      const stored = indexObjects(await listRbac(cluster.client));
      expect(await compare(stored, asked)).toEqual([]);
      // Manifests know no more than was written: aggregated roles are computed.
      const written = indexObjects([...own, ...world]);
      const differing = asked.filter(
        ([who, question]) => decide(written, who, question).allowed !== decide(stored, who, question).allowed,
      );
      expect(differing).toEqual([]);
      const granted = asked.filter(([who, question]) => decide(stored, who, question).allowed);
      expect(granted.length).toBeGreaterThan(QUESTIONS * 0.1);
      await compareRules(stored, asked.slice(0, 40));
      await compareWhoCan(stored, asked.slice(0, 20));
    },
  );

  /** `--list` beside SelfSubjectRulesReview, whose URLs of RoleBindings have no effect. */
  async function compareRules(index: RbacIndex, asked: readonly Asked[]): Promise<void> {
    const people = asked.flatMap(([{ user: name, groups }]) =>
      name === undefined || groups.includes('system:unauthenticated') ? [] : [{ user: name, groups }],
    );
    expect(people.length).toBeGreaterThan(5);
    for (const who of people.slice(0, 8)) {
      const theirs = await reviewRules(who, 'team-a');
      const ours = listRights(index, who, { namespace: 'team-a' }).rights.map(({ rule }) => toKey(rule));
      expect(new Set(ours).size).toBe(ours.length);
      expect(ours.filter((key) => !theirs.has(key))).toEqual([]);
      const idle = [...theirs].filter((key) => !ours.includes(key));
      expect(idle.filter((key) => !key.includes('nonResourceURLs'))).toEqual([]);
    }
  }

  async function reviewRules(
    { user: name, groups }: Identity,
    namespace: string,
  ): Promise<ReadonlySet<string>> {
    const review = {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectRulesReview',
      spec: { namespace },
    };
    const words = ['create', '--raw', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', '-f', '-'];
    const as = [`--as=${name}`, ...groups.map((one) => `--as-group=${one}`)];
    const { code, stdout, stderr } = await cluster.kubectl([...words, ...as], JSON.stringify(review));
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { resourceRules, nonResourceRules } = JSON.parse(stdout).status as Record<string, PolicyRule[]>;
    return new Set([...(resourceRules ?? []), ...(nonResourceRules ?? [])].map(toKey));
  }

  /** Everybody who is told can, and of all others who are bound nobody. An account may be bound by its user name as well. */
  async function compareWhoCan(index: RbacIndex, asked: readonly Asked[]): Promise<void> {
    const everybody = new Set(index.bindings.flatMap(({ binding }) => binding.subjects).map(toRequester));
    for (const [, question] of asked) {
      const able = whoCan(index, question).subjects.filter(({ names }) => names === undefined);
      const told = new Set(able.map(({ subject }) => toRequester(subject)));
      const theirs = await inParallel([...everybody], async (requester) => {
        const [kind, name = ''] = requester.split(/ (.*)/s);
        const who = kind === 'Group' ? { groups: [name] } : { user: name, groups: [] };
        return (await askServer(cluster.client, who, question)).allowed ? [requester] : [];
      });
      const known = [...everybody].filter((requester) => told.has(requester));
      expect({ question, able: theirs.flat() }).toEqual({ question, able: known });
    }
  }

  it('matches rules as the server does, row by row', async () => {
    const rules: [PolicyRule, Question, boolean][] = [
      ...RESOURCE_ROWS.map(([, rule, question, expected]): [PolicyRule, Question, boolean] => [
        { ...getPods, ...rule },
        { ...pods, ...question },
        expected,
      ]),
      ...URL_ROWS.map(([url, path, expected]): [PolicyRule, Question, boolean] => [
        { verbs: ['get'], nonResourceURLs: [url] },
        { verb: 'get', path },
        expected,
      ]),
    ];
    const objects = toDocuments({
      clusterRoles: Object.fromEntries(rules.map(([rule], row) => [`row-${row}`, [rule as never]])),
      clusterRoleBindings: Object.fromEntries(
        rules.map((_, row) => [`row-${row}`, [`ClusterRole/row-${row}`, user(`row-${row}`)]]),
      ),
    });
    await createAndAwait(cluster.client, objects);
    const index = indexObjects(await listRbac(cluster.client));
    const asked = rules.map(([, question], row): Asked => [{ user: `row-${row}`, groups: [] }, question]);
    expect(await compare(index, asked)).toEqual([]);
    expect(asked.map(([who, question]) => decide(index, who, question).allowed)).toEqual(
      rules.map(([, , expected]) => expected),
    );
  });

  it('resolves as the server does: who is meant, where, and what is missing', async () => {
    const reader = [
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'namespaces'] },
      { verbs: ['get'], nonResourceURLs: ['/row'] },
    ];
    const resources = reader.slice(0, 1);
    const objects = toDocuments({
      clusterRoles: { 'row reader:x': reader },
      roles: { 'team-b/row-elsewhere': resources },
      clusterRoleBindings: {
        'row-empty': ['ClusterRole/row reader:x'],
        'row-all': ['ClusterRole/row reader:x', group('row-Ops')],
      },
      roleBindings: {
        'team-a/row-dev': ['ClusterRole/row reader:x', group('row-dev'), user('row a:b'), account('row-ci')],
        'team-a/row-by-name': ['ClusterRole/row reader:x', user('system:serviceaccount:team-b:row-ci')],
        'team-a/row-gone': ['Role/row-elsewhere', user('row-jane')],
      },
    });
    await createAndAwait(cluster.client, objects);
    const index = indexObjects(await listRbac(cluster.client));
    const inA = { ...pods, namespace: 'team-a' };
    const expected: readonly (readonly [Identity, Question, boolean])[] = [
      [impersonated('row a:b'), inA, true],
      [impersonated('x', ['row-dev']), inA, true],
      [impersonated('x', ['row-Dev']), inA, false],
      [impersonated('x', ['row-dev']), { ...pods, namespace: 'team-b' }, false],
      [impersonated('x', ['row-dev']), pods, false],
      [impersonated('x', ['row-Ops']), pods, true],
      [impersonated('x', ['row-ops']), pods, false],
      [impersonated(undefined, ['row-dev']), inA, true],
      [serviceAccountIdentity('team-a', 'row-ci'), inA, true],
      [impersonated('system:serviceaccount:team-a:row-ci', ['x']), inA, true],
      [serviceAccountIdentity('team-b', 'row-ci'), inA, true],
      [serviceAccountIdentity('kube-system', 'row-ci'), inA, false],
      [impersonated('x', ['row-dev']), { verb: 'get', path: '/row' }, false],
      [impersonated('x', ['row-Ops']), { verb: 'get', path: '/row' }, true],
      [impersonated('row-jane'), inA, false],
      [
        impersonated('x', ['row-dev']),
        { verb: 'get', group: '', resource: 'namespaces', name: 'team-a', namespace: 'team-a' },
        true,
      ],
      [
        impersonated('x', ['row-dev']),
        { verb: 'get', group: '', resource: 'namespaces', name: 'team-a' },
        false,
      ],
      [impersonated('x', ['system:masters']), { verb: 'delete', group: '', resource: 'nodes' }, true],
      [impersonated('system:anonymous'), { verb: 'get', path: '/version' }, true],
      [impersonated('system:anonymous'), { verb: 'get', path: '/metrics' }, false],
    ];
    const asked = expected.map(([who, question]): Asked => [who, question]);
    expect(await compare(index, asked)).toEqual([]);
    expect(asked.map(([who, question]) => decide(index, who, question).allowed)).toEqual(
      expected.map(([, , allowed]) => allowed),
    );
  });

  it('adds up aggregated roles as the controller does: chains, and every operator of a selector', async () => {
    const tiers = { core: { tier: 'core' }, edge: { tier: 'edge' }, none: {} };
    const parts = Object.entries(tiers).map(([name, labels]) =>
      clusterRole(`row-${name}`, { part: 'yes', ...labels }, { rules: [getOf(name)] }),
    );
    const collect = (...matchExpressions: readonly object[]) => ({
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { part: 'yes' }, matchExpressions }] },
    });
    const all = [
      ...parts,
      clusterRole('row-in', {}, collect({ key: 'tier', operator: 'In', values: ['core', 'x'] })),
      clusterRole('row-not-in', {}, collect({ key: 'tier', operator: 'NotIn', values: ['core'] })),
      clusterRole('row-exists', {}, collect({ key: 'tier', operator: 'Exists' })),
      clusterRole('row-absent', { chain: '1' }, collect({ key: 'tier', operator: 'DoesNotExist' })),
      ...['1', '2'].map((link) =>
        clusterRole(
          `row-chain-${link}`,
          { chain: `${Number(link) + 1}` },
          {
            aggregationRule: { clusterRoleSelectors: [{ matchLabels: { chain: link } }] },
            rules: [getOf('overwritten')],
          },
        ),
      ),
    ];
    const collectors = ['in', 'not-in', 'exists', 'absent', 'chain-1', 'chain-2'];
    const bindings = toDocuments({
      clusterRoleBindings: Object.fromEntries(
        collectors.map((name) => [`row-${name}`, [`ClusterRole/row-${name}`, user(`row-${name}`)]]),
      ),
    });
    await createAndAwait(cluster.client, [...all, ...bindings]);
    await awaitAggregation();
    const asked = collectors.flatMap((name) =>
      [...Object.keys(tiers), 'overwritten'].map(
        (resource): Asked => [impersonated(`row-${name}`), { verb: 'get', group: '', resource }],
      ),
    );
    for (const objects of [await listRbac(cluster.client), [...own, ...all, ...bindings]]) {
      const index = indexObjects(objects);
      expect(await compare(index, asked)).toEqual([]);
      const gets = collectors.map((name) => [
        name,
        ...asked.flatMap(([who, question]) =>
          who.user === `row-${name}` && decide(index, who, question).allowed && 'resource' in question
            ? [question.resource]
            : [],
        ),
      ]);
      expect(gets).toEqual([
        ['in', 'core'],
        ['not-in', 'edge', 'none'],
        ['exists', 'core', 'edge'],
        ['absent', 'none'],
        ['chain-1', 'none'],
        ['chain-2', 'none'],
      ]);
    }
  });

  it('takes the one name of a field selector for the name, as kubectl shows', async () => {
    const rules = [{ verbs: ['list'], apiGroups: [''], resources: ['pods'], resourceNames: ['web'] }];
    await createAndAwait(
      cluster.client,
      toDocuments({
        roles: { 'team-a/row-one': rules },
        roleBindings: { 'team-a/row-one': ['Role/row-one', user('row-one')] },
      }),
    );
    const index = indexObjects(await listRbac(cluster.client));
    const question = { ...pods, verb: 'list', namespace: 'team-a' };
    for (const [words, asked] of [
      [[], question],
      [['--field-selector=metadata.name=web'], { ...question, name: 'web' }],
      [['--field-selector=metadata.name=other'], { ...question, name: 'other' }],
    ] as const) {
      const { code } = await cluster.kubectl(['get', 'pods', '-n', 'team-a', '--as=row-one', ...words]);
      expect([words, code === 0]).toEqual([words, decide(index, impersonated('row-one'), asked).allowed]);
    }
  });

  it('makes of --as and --as-group whom the API server makes of them', async () => {
    // Strangers may not ask who they are.
    const asker = {
      'row-asker': ['ClusterRole/system:basic-user', group('system:unauthenticated')],
    } as const;
    await createAndAwait(cluster.client, toDocuments({ clusterRoleBindings: asker }));
    const ci = 'system:serviceaccount:team-a:ci';
    for (const [as, groups] of [
      ['jane', []],
      ['jane', ['dev', 'system:authenticated']],
      ['jane', ['system:unauthenticated']],
      [ci, []],
      [ci, ['dev']],
      ['system:serviceaccount:team-a', []],
      ['system:serviceaccount:Team:ci', []],
      // Without a group the API server adds system:nodes, or not, by what the caller has impersonated before (1.36).
      ['system:node:n1', ['system:nodes']],
      ['system:node:N1', []],
      ['system:anonymous', []],
      ['system:anonymous', ['dev']],
      ['x', ['system:masters']],
    ] as const) {
      const words = [`--as=${as}`, ...groups.map((one) => `--as-group=${one}`)];
      const { code, stdout, stderr } = await cluster.kubectl(['auth', 'whoami', '-o', 'json', ...words]);
      expect({ as, code, stderr }).toEqual({ as, code: 0, stderr: '' });
      const { username, groups: theirs } = JSON.parse(stdout).status.userInfo;
      expect({ user: username, groups: theirs }).toEqual(impersonated(as, groups));
    }
  });

  it('knows the verbs of constrained impersonation as any other verb', async () => {
    const rules = [
      { verbs: ['impersonate:user-info'], apiGroups: ['authentication.k8s.io'], resources: ['users'] },
      { verbs: ['impersonate-on:user-info:list'], apiGroups: [''], resources: ['pods'] },
    ];
    await createAndAwait(
      cluster.client,
      toDocuments({
        clusterRoles: { 'row-impersonator': rules },
        clusterRoleBindings: { 'row-impersonator': ['ClusterRole/row-impersonator', user('row-stage')] },
      }),
    );
    const index = indexObjects(await listRbac(cluster.client));
    const users = { group: 'authentication.k8s.io', resource: 'users', name: 'jane' };
    const expected: readonly (readonly [Question, boolean])[] = [
      [{ verb: 'impersonate:user-info', ...users }, true],
      [{ verb: 'impersonate', ...users, group: '' }, false],
      [{ ...pods, verb: 'impersonate-on:user-info:list' }, true],
      [{ ...pods, verb: 'impersonate-on:user-info:get' }, false],
      [{ ...pods, verb: 'list' }, false],
    ];
    const asked = expected.map(([question]): Asked => [impersonated('row-stage'), question]);
    expect(await compare(index, asked)).toEqual([]);
    expect(asked.map(([who, question]) => decide(index, who, question).allowed)).toEqual(
      expected.map(([, allowed]) => allowed),
    );
  });

  it('lets masters do everything where no binding does', async () => {
    const admin = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'cluster-admin' },
    };
    await cluster.client.delete(admin);
    await awaitRbac(cluster.client);
    const index = indexObjects(await listRbac(cluster.client));
    const who = impersonated('x', ['system:masters']);
    const question = { verb: 'delete', group: '', resource: 'nodes' };
    expect(await askServer(cluster.client, who, question)).toEqual({ allowed: true, reason: '' });
    expect(decide(index, who, question)).toMatchObject({
      allowed: true,
      because: [{ builtin: 'system:masters' }],
    });
    const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
    await cluster.client.create({
      ...admin,
      roleRef,
      subjects: [{ ...roleRef, kind: 'Group', name: 'system:masters' }].map(({ apiGroup, kind, name }) => ({
        apiGroup,
        kind,
        name,
      })),
    });
  });

  it('suggests what the server then allows', async () => {
    const index = indexObjects(await listRbac(cluster.client));
    for (const [who, question] of [
      [impersonated('suggested'), { ...pods, namespace: 'team-a', name: 'web' }],
      [
        serviceAccountIdentity('team-b', 'suggested'),
        {
          verb: 'create',
          group: '',
          resource: 'pods',
          subresource: 'exec',
          name: 'web',
          namespace: 'team-a',
        },
      ],
      [impersonated(undefined, ['suggested']), { verb: 'get', path: '/suggested' }],
    ] as const) {
      const suggestion = suggestGrant(index, who, question);
      if (suggestion.kind !== 'objects') throw new Error(suggestion.reason);
      expect(await askServer(cluster.client, who, question)).toMatchObject({ allowed: false });
      await createAndAwait(cluster.client, [suggestion.role, suggestion.binding]);
      expect(await askServer(cluster.client, who, question)).toMatchObject({ allowed: true });
    }
  });

  it('finds no risk in what a new API server has by itself', () => {
    const known = findRbacFindings(indexObjects(own), {
      resources: toKnownResources(createCatalogue(undefined)),
    });
    expect(known).toEqual([]);
  });

  it('sees that the aggregation controller is away', async () => {
    const view = own.find(
      ({ kind, metadata }) => kind === 'ClusterRole' && (metadata as Manifest)['name'] === 'view',
    );
    const stale = { ...view, rules: [] };
    const others = own.filter((object) => object !== view);
    expect(listFindings(indexObjects([...others, stale]), 'aggregation-differs')).toEqual([
      'ClusterRole edit',
      'ClusterRole view',
    ]);
  });
});

function judge(
  ours: ReturnType<typeof decide>,
  theirs: { allowed: boolean; reason: string },
  who: Identity,
): string | undefined {
  if (ours.allowed !== theirs.allowed) return 'another answer';
  if (theirs.allowed) {
    const isMaster = who.groups.includes('system:masters');
    return (isMaster ? theirs.reason === '' : hasNamedGrant(ours, theirs.reason))
      ? undefined
      : 'another grant';
  }
  const isMissing = ours.caveats.some(({ code }) => code === 'missing-role');
  return isMissing === / not found/.test(theirs.reason) ? undefined : 'a role is missing for one only';
}

function listFindings(index: RbacIndex, wanted: string): string[] {
  const found = findRbacFindings(index, { resources: toKnownResources(createCatalogue(undefined)) });
  return found.filter(({ code }) => code === wanted).map(({ where }) => where);
}

/** Lists of a rule, absent and empty being the same. */
function toKey(rule: PolicyRule): string {
  const filled = Object.entries(rule).filter(([, list]) => Array.isArray(list) && list.length > 0);
  return JSON.stringify(filled.sort(([left], [right]) => (left < right ? -1 : 1)));
}

/** `Group dev`, `User jane`: accounts by their user names. */
function toRequester(subject: Subject): string {
  return `${subject.kind === 'Group' ? 'Group' : 'User'} ${toRequestName(subject)}`;
}

function toName({ kind, metadata }: Manifest): string {
  const { namespace, name } = metadata as Manifest;
  return JSON.stringify([kind, namespace, name]);
}

function getOf(resource: string): PolicyRule {
  return { verbs: ['get'], apiGroups: [''], resources: [resource] };
}

function clusterRole(name: string, labels: Readonly<Record<string, string>>, rest: object): Manifest {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name, labels },
    ...rest,
  };
}
