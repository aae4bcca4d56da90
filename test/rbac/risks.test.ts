import { describe, expect, test } from 'vitest';
import { createDefaults } from '../../src/rbac/defaults/defaults.ts';
import { findRisks } from '../../src/rbac/findings/risk-findings.ts';
import { RISKS } from '../../src/rbac/findings/risks.ts';
import { listFormer } from '../../tools/rbac-defaults.ts';
import { account, group, type RawRule, user } from '../support/rbac/manifests.ts';
import { indexOf } from '../support/rbac/world.ts';

const rule = (group: string, resource: string, ...verbs: string[]): RawRule => ({
  verbs,
  apiGroups: [group],
  resources: resource.split(','),
});
const named = (one: RawRule, ...resourceNames: string[]): RawRule => ({ ...one, resourceNames });
const RBAC = 'rbac.authorization.k8s.io';
const CERTS = 'certificates.k8s.io';
const AUTHN = 'authentication.k8s.io';

interface Scope {
  readonly namespace?: string;
}

/** `code severity` of each finding about somebody who has these rules. */
function grade(rules: readonly RawRule[], { namespace }: Scope = {}): string[] {
  const binding = ['ClusterRole/r', user('jane')] as const;
  const index = indexOf({
    clusterRoles: { r: rules },
    ...(namespace === undefined
      ? { clusterRoleBindings: { b: binding } }
      : { roleBindings: { [`${namespace}/b`]: binding } }),
  });
  return findRisks(index, createDefaults()).map(({ code, severity }) => `${code} ${severity}`);
}

const TEAM = { namespace: 'team-a' };
const SYSTEM = { namespace: 'kube-system' };

const CASES: readonly (readonly [string, RawRule[], Scope, string[]])[] = [
  ['everything', [rule('*', '*', '*')], {}, ['cluster-admin critical']],
  ['aws-auth', [rule('', 'configmaps', 'update')], SYSTEM, ['writes-aws-auth critical']],
  ['ConfigMaps of all namespaces', [rule('', 'configmaps', 'create')], {}, ['writes-aws-auth critical']],
  [
    'aws-auth by its name',
    [named(rule('', 'configmaps', 'patch'), 'aws-auth')],
    SYSTEM,
    ['writes-aws-auth critical'],
  ],
  ['another ConfigMap there', [named(rule('', 'configmaps', 'patch'), 'coredns')], SYSTEM, []],
  [
    'creation of aws-auth by its name, which never matches',
    [named(rule('', 'configmaps', 'create'), 'aws-auth')],
    SYSTEM,
    [],
  ],
  ['ConfigMaps elsewhere', [rule('', 'configmaps', 'update')], TEAM, []],
  [
    'IAMIdentityMappings',
    [rule('iamauthenticator.k8s.aws', 'iamidentitymappings/status', 'patch')],
    {},
    ['writes-aws-auth critical'],
  ],
  ['impersonation of users', [rule('', 'users', 'impersonate')], {}, ['impersonates critical']],
  ['impersonation of one user', [named(rule('', 'users', 'impersonate'), 'bot')], {}, ['impersonates high']],
  [
    'impersonation of system:masters',
    [named(rule('', 'groups', 'impersonate'), 'system:masters')],
    {},
    ['impersonates critical'],
  ],
  ['impersonation of users, where it counts for nothing', [rule('', 'users', 'impersonate')], TEAM, []],
  ['impersonation of accounts', [rule('', 'serviceaccounts', 'impersonate')], TEAM, ['impersonates high']],
  [
    'constrained impersonation',
    [rule(AUTHN, 'users', 'impersonate:user-info'), rule('', 'secrets', 'impersonate-on:user-info:list')],
    {},
    ['impersonates critical'],
  ],
  ['half of constrained impersonation', [rule(AUTHN, 'users', 'impersonate:user-info')], {}, []],
  ['escalate', [rule(RBAC, 'roles', 'escalate')], TEAM, ['escalates critical']],
  [
    'escalate on ClusterRoles, where it counts for nothing',
    [rule(RBAC, 'clusterroles', 'escalate')],
    TEAM,
    [],
  ],
  ['bind', [rule(RBAC, 'clusterroles', 'bind')], TEAM, ['binds critical']],
  ['bind of one role', [named(rule(RBAC, 'clusterroles', 'bind'), 'view')], TEAM, ['binds high']],
  [
    'certificates',
    [
      rule(CERTS, 'certificatesigningrequests', 'create'),
      rule(CERTS, 'certificatesigningrequests/approval', 'update'),
      rule(CERTS, 'signers', 'approve'),
    ],
    {},
    ['approves-certificates critical'],
  ],
  [
    'certificates of every signer of Kubernetes',
    [
      rule(CERTS, 'certificatesigningrequests', 'create'),
      rule(CERTS, 'certificatesigningrequests/approval', 'update'),
      named(rule(CERTS, 'signers', 'approve'), 'kubernetes.io/*'),
    ],
    {},
    ['approves-certificates critical'],
  ],
  [
    'certificates of another signer',
    [
      rule(CERTS, 'certificatesigningrequests', 'create'),
      rule(CERTS, 'certificatesigningrequests/approval', 'update'),
      named(rule(CERTS, 'signers', 'approve'), 'example.com/x'),
    ],
    {},
    [],
  ],
  ['Secrets, by watch alone', [rule('', 'secrets', 'watch')], TEAM, ['reads-secrets high']],
  ['Secrets of kube-system', [rule('', 'secrets', 'get')], SYSTEM, ['reads-secrets critical']],
  ['all Secrets', [rule('', '*', 'list')], {}, ['reads-secrets critical']],
  ['one Secret', [named(rule('', 'secrets', 'get'), 'db')], TEAM, ['reads-secrets medium']],
  ['tokens', [rule('', 'serviceaccounts/token', 'create')], TEAM, ['mints-tokens high']],
  [
    'tokens of one account',
    [named(rule('', 'serviceaccounts/token', 'create'), 'ci')],
    TEAM,
    ['mints-tokens medium'],
  ],
  [
    'tokens by Secrets',
    [rule('', 'secrets', 'create', 'get')],
    TEAM,
    ['reads-secrets high', 'mints-tokens high'],
  ],
  ['Secrets that may only be created', [rule('', 'secrets', 'create')], TEAM, []],
  ['pods', [rule('', 'pods', 'create')], TEAM, ['runs-pods high']],
  ['Deployments of apps', [rule('apps', 'deployments', 'patch')], TEAM, ['runs-pods high']],
  ['CronJobs of batch', [rule('batch', 'cronjobs', 'update')], TEAM, ['runs-pods high']],
  ['Deployments of no group that is served', [rule('extensions', 'deployments', 'create')], TEAM, []],
  ['exec', [rule('', 'pods/exec', 'create')], TEAM, ['enters-pods high']],
  ['exec by get', [rule('', 'pods/exec', 'get')], TEAM, ['enters-pods high']],
  ['ephemeral containers', [rule('', 'pods/ephemeralcontainers', 'patch')], TEAM, ['enters-pods high']],
  ['port forwarding', [rule('', 'pods/portforward', 'create')], TEAM, ['enters-pods medium']],
  ['kubelets', [rule('', 'nodes/proxy', 'get')], {}, ['node-proxy high']],
  ['kubelets, where it counts for nothing', [rule('', 'nodes/proxy', 'get')], TEAM, []],
  [
    'admission',
    [rule('admissionregistration.k8s.io', 'validatingadmissionpolicybindings', 'patch')],
    {},
    ['writes-admission critical'],
  ],
  ['APIServices', [rule('apiregistration.k8s.io', 'apiservices', 'create')], {}, ['writes-apiservices high']],
  ['annotations of accounts', [rule('', 'serviceaccounts', 'patch')], TEAM, ['annotates-accounts high']],
  [
    'labels of a namespace by a RoleBinding in it',
    [rule('', 'namespaces', 'patch')],
    TEAM,
    ['labels-namespaces medium'],
  ],
  ['labels of all namespaces', [rule('', 'namespaces', 'update')], {}, ['labels-namespaces high']],
  ['volumes', [rule('', 'persistentvolumes', 'create')], {}, ['writes-volumes medium']],
  ['nodes', [rule('', 'nodes', 'delete')], {}, ['deletes-nodes-or-pods medium']],
  ['eviction alone', [rule('', 'pods/eviction', 'create')], {}, []],
  [
    'eviction and cordon',
    [rule('', 'pods/eviction', 'create'), rule('', 'nodes', 'patch')],
    {},
    ['deletes-nodes-or-pods medium'],
  ],
  ['load balancers', [rule('', 'services/status', 'patch')], TEAM, ['lb-status medium']],
  ['nothing of it', [rule('', 'pods,services,configmaps', 'get', 'list', 'watch')], {}, []],
];

describe('a right that is more than it says', () => {
  test.each(CASES)('%s', (_, rules, scope, expected) => {
    expect(grade(rules, scope)).toEqual(expected);
  });

  test('is in a case above, whichever it is', () => {
    const found = new Set(CASES.flatMap(([, , , grades]) => grades.map((grade) => grade.split(' ')[0])));
    expect(Object.keys(RISKS).filter((code) => !found.has(code))).toEqual([]);
  });

  test('says who, where, by which binding, and what comes of it', () => {
    const index = indexOf({
      clusterRoles: { reader: [rule('', 'secrets', 'get')] },
      roleBindings: {
        'team-a/dev': ['ClusterRole/reader', group('dev')],
        'team-b/dev': ['ClusterRole/reader', group('dev')],
        'kube-system/dev': ['ClusterRole/reader', group('dev')],
      },
    });
    const [first, second, ...others] = findRisks(index, createDefaults());
    expect(others).toEqual([]);
    expect([first, second]).toMatchObject([
      {
        severity: 'critical',
        where: 'Group dev',
        what: expect.stringContaining('in kube-system (RoleBinding kube-system/dev → ClusterRole reader)'),
      },
      {
        severity: 'high',
        where: 'Group dev',
        what: expect.stringContaining(
          'in team-a, team-b (RoleBinding team-a/dev → ClusterRole reader, RoleBinding team-b/dev',
        ),
      },
    ]);
  });

  test('everything, but of some objects only, hides nothing beside it', () => {
    expect(grade([named(rule('*', '*', '*'), 'one'), rule('', 'secrets', 'get')])).toEqual(
      expect.arrayContaining(['cluster-admin high', 'reads-secrets critical']),
    );
  });

  test('a namespace that has more of it than the cluster is told beside it', () => {
    const index = indexOf({
      clusterRoles: { one: [named(rule('', 'secrets', 'get'), 'db')], all: [rule('', 'secrets', 'get')] },
      clusterRoleBindings: { one: ['ClusterRole/one', user('jane')] },
      roleBindings: { 'team-a/all': ['ClusterRole/all', user('jane')] },
    });
    expect(
      findRisks(index, createDefaults()).map(({ severity, what }) => [severity, what.slice(0, 90)]),
    ).toEqual([
      ['high', expect.stringContaining('for some objects only, cluster-wide')],
      ['high', expect.stringContaining('in team-a')],
    ]);
  });

  test('rights of several bindings of one subject count together', () => {
    const index = indexOf({
      clusterRoles: { one: [rule('', 'nodes', 'patch')], two: [rule('', 'pods/eviction', 'create')] },
      clusterRoleBindings: { one: ['ClusterRole/one', user('jane')] },
      roleBindings: { 'team-a/two': ['ClusterRole/two', user('jane')] },
    });
    expect(findRisks(index, createDefaults())).toMatchObject([{ code: 'deletes-nodes-or-pods' }]);
  });
});

describe('everyone', () => {
  test.each([
    [group('system:authenticated'), 'critical'],
    [group('system:unauthenticated'), 'critical'],
    [user('system:anonymous'), 'critical'],
    [group('system:serviceaccounts'), 'high'],
    [group('system:serviceaccounts:team-b'), 'high'],
  ])('%o is everybody of a kind', (subject, severity) => {
    const index = indexOf({
      clusterRoles: { r: [rule('', 'secrets', 'get')] },
      roleBindings: { 'team-a/b': ['ClusterRole/r', subject] },
    });
    expect(findRisks(index, createDefaults())).toMatchObject([
      { code: 'everyone', severity },
      { code: 'reads-secrets' },
    ]);
  });

  test('cluster-admin for the accounts of a namespace is critical', () => {
    const index = indexOf({
      clusterRoles: { all: [rule('*', '*', '*')] },
      clusterRoleBindings: { b: ['ClusterRole/all', group('system:serviceaccounts:team-b')] },
    });
    expect(findRisks(index, createDefaults())).toMatchObject([
      { code: 'everyone', severity: 'critical' },
      { code: 'cluster-admin', severity: 'critical' },
    ]);
  });

  test('is nobody where nothing is risky, and no group that is called alike', () => {
    const index = indexOf({
      clusterRoles: { r: [rule('', 'secrets', 'get')], harmless: [rule('', 'pods', 'get')] },
      roleBindings: {
        'team-a/a': ['ClusterRole/harmless', group('system:authenticated')],
        'team-a/b': ['ClusterRole/r', group('system:serviceaccountsx'), account('ci')],
      },
    });
    expect(findRisks(index, createDefaults()).map(({ code }) => code)).toEqual([
      'reads-secrets',
      'reads-secrets',
    ]);
  });
});

describe('what an API server grants by itself', () => {
  const job = [rule('batch', 'jobs', 'get')];
  const name = 'system:controller:job-controller';
  const withRules = (rules: RawRule[], ...subjects: ReturnType<typeof user>[]) =>
    findRisks(
      indexOf({
        clusterRoles: { [name]: rules },
        clusterRoleBindings: { [name]: [`ClusterRole/${name}`, ...subjects] },
      }),
      createDefaults(),
    ).map(({ code, where }) => `${code} ${where}`);
  const own = account('job-controller', 'kube-system');
  const pods = rule('', 'pods', 'create', 'delete', 'list', 'patch', 'watch');

  test('is left out, to the letter', () => {
    expect(withRules([...job, pods], own)).toEqual([]);
  });

  test('also what an earlier one has made, and an upgrade leaves', () => {
    const former = rule('', 'secrets', 'get');
    const bind = (controller: string) =>
      findRisks(
        indexOf({
          clusterRoles: { [`system:controller:${controller}`]: [former] },
          clusterRoleBindings: {
            [`system:controller:${controller}`]: [
              `ClusterRole/system:controller:${controller}`,
              account(controller, 'kube-system'),
            ],
          },
        }),
        createDefaults(),
      );
    expect(bind('persistent-volume-binder')).toEqual([]);
    expect(bind('pod-garbage-collector')).toMatchObject([{ code: 'reads-secrets' }]);
  });

  test('of which the table keeps what a newer API server makes no more', () => {
    const rows = ['ClusterRole a; get "" x', 'ClusterRole a; get "" y; get "" z', 'ClusterRole b; get "" x'];
    expect(listFormer(['ClusterRole a; get "" z', 'ClusterRole c; get "" x'], rows)).toEqual([
      'ClusterRole a; get "" x; get "" y',
      'ClusterRole b; get "" x',
    ]);
  });

  test('and told where somebody has added a subject, a rule, or another role of that name', () => {
    expect(withRules([pods], own, user('mallory'))).toEqual(['runs-pods User mallory']);
    expect(withRules([pods, rule('', 'secrets', 'get')], own)).toEqual([
      'reads-secrets ServiceAccount kube-system/job-controller',
    ]);
  });
});
