import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type RbacServer,
  type RbacServerOptions,
  type Review,
  startRbacServer,
} from '../../support/access/rbac-server.ts';
import { ANSWERS, ROLE_BINDINGS } from '../../support/access/scene.ts';
import { runTree, toLines } from '../../support/commands/tree.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

let workspace: Workspace;
let server: RbacServer | undefined;

beforeEach(() => {
  workspace = createWorkspace();
});
afterEach(async () => {
  await server?.close();
  await workspace.remove();
});

const JANE = { username: 'jane', groups: ['dev', 'system:authenticated'] };
const yes = () => ({ allowed: true, reason: 'RBAC: allowed' });
const no = () => ({ allowed: false });

async function run(words: readonly string[], options: Partial<RbacServerOptions> = {}, input = '') {
  server = await startRbacServer({ answers: ANSWERS, user: JANE, review: yes, ...options });
  const kubeconfig = workspace.write('kubeconfig', server.kubeconfig);
  const outcome = await runTree([...words, '--kubeconfig', kubeconfig], { input });
  return {
    ...outcome,
    json: outcome.stdout.startsWith('{\n') ? JSON.parse(outcome.stdout) : undefined,
    server,
  };
}

const codesOf = ({ json }: Awaited<ReturnType<typeof run>>): string[] =>
  json.caveats.map(({ code }: { readonly code: string }) => code);

describe('can, of a cluster', () => {
  test('asks about oneself by SelfSubjectAccessReview, in the namespace of the context', async () => {
    const outcome = await run(['can', 'list', 'pods', '-o', 'json']);
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining('plain http') });
    expect(outcome.json).toMatchObject({
      allowed: true,
      because: [{ binding: { name: 'readers' } }],
      caveats: [],
      question: { namespace: 'shop', user: 'jane' },
      server: { allowed: true, reason: 'RBAC: allowed' },
    });
    expect(outcome.server.reviews.map(({ kind }) => kind)).toEqual(['SelfSubjectAccessReview']);
  });

  test('asks about others with all of their groups', async () => {
    const outcome = await run([
      'can',
      'list',
      'pods',
      '--as',
      'x',
      '--as-group',
      'dev',
      '--context',
      'other',
    ]);
    expect(outcome.server.reviews).toEqual([
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec: expect.objectContaining({ user: 'x', groups: ['dev', 'system:authenticated'] }),
      },
    ]);
    expect(outcome.server.reviews[0]?.spec['resourceAttributes']).toMatchObject({ namespace: 'other' });
  });

  test('takes the word of the server, and says that another authorizer has decided', async () => {
    const allowed = await run(['can', 'delete', 'pods', '-o', 'json']);
    expect([allowed.code, codesOf(allowed)]).toEqual([0, ['other-authorizer']]);
    await allowed.server.close();
    const denied = await run(['can', 'list', 'pods', '-o', 'json'], {
      review: () => ({ allowed: false, reason: 'policy 7' }),
    });
    expect([denied.code, codesOf(denied)]).toEqual([1, ['other-authorizer']]);
    expect(denied.json.caveats[0].message).toBe(
      'the API server denies what RBAC allows, with the reason: policy 7',
    );
    expect(denied.json.because).toHaveLength(1);
  });

  test('goes by RBAC where reviews are forbidden', async () => {
    const outcome = await run(['can', 'list', 'pods', '--as', 'x', '--as-group', 'dev', '-o', 'json'], {
      review: () => 403,
    });
    expect([outcome.code, codesOf(outcome), outcome.json.server]).toEqual([0, ['server-unasked'], undefined]);
    expect(outcome.json.caveats[0].message).toMatch(
      /only RBAC is known: missing right: .*subjectaccessreviews/,
    );
  });

  test('goes by the server where RBAC may not be listed, and names the missing right', async () => {
    const answers = {
      ...ANSWERS,
      [ROLE_BINDINGS]: 403,
      '/apis/rbac.authorization.k8s.io/v1/namespaces/shop/rolebindings': 403,
    };
    const outcome = await run(['can', 'list', 'pods', '-o', 'json'], { answers });
    expect([outcome.code, codesOf(outcome)]).toEqual([0, ['no-evidence']]);
    expect(outcome.json.caveats[0].message).toContain(
      'missing right: list rolebindings.rbac.authorization.k8s.io in all namespaces',
    );
  });

  test('needs no more of RBAC than the namespace of the question', async () => {
    const outcome = await run(['can', 'list', 'pods', '-o', 'json'], {
      answers: { ...ANSWERS, [ROLE_BINDINGS]: 403 },
    });
    expect([outcome.code, codesOf(outcome)]).toEqual([0, []]);
  });

  test('says that it cannot tell where neither may be asked, and never no', async () => {
    const answers = { ...ANSWERS, '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings': 403 };
    const outcome = await run(['can', 'delete', 'pods', '--as', 'x'], { answers, review: () => 403 });
    expect([outcome.code, outcome.stdout]).toEqual([3, '']);
    expect(outcome.stderr).toMatch(
      /this cannot be answered; .*list clusterrolebindings.*create on subjectaccessreviews/,
    );
  });

  test('asks the server alone where it does not say who one is', async () => {
    const outcome = await run(['can', 'list', 'pods', '-o', 'json'], { user: 404 });
    expect([outcome.code, codesOf(outcome)]).toEqual([0, ['no-evidence']]);
  });

  test('refuses groups without a user, as the API server does', async () => {
    const outcome = await run(['can', 'list', 'pods', '--as-group', 'dev']);
    expect(outcome.code).toBe(2);
    expect(outcome.stderr).toContain('--as-group needs --as with a cluster');
    expect(outcome.server.requests).toEqual([]);
  });

  test('never lists a Secret, and writes nothing but reviews', async () => {
    const { server: asked } = await run([
      'can',
      'get',
      'secrets',
      '--arn',
      'arn:aws:iam::111122223333:role/dev',
    ]);
    expect(asked.requests.filter((each) => each.includes('secret'))).toEqual([]);
    for (const each of asked.requests)
      expect(each).toMatch(/^GET |^POST \/apis\/auth[a-z]+\.k8s\.io\/v1\/[a-z]+reviews$/);
  });

  test('lists what the server tells of oneself where RBAC may not be read, each rule once', async () => {
    const rule = { verbs: ['get'], apiGroups: [''], resources: ['pods'] };
    const review = ({ kind }: Review) => ({
      ...(kind === 'SelfSubjectRulesReview' && { resourceRules: [rule, rule], nonResourceRules: null }),
      ...{ incomplete: true, evaluationError: 'webhook authorizer does not support user rule resolution' },
    });
    const answers = { ...ANSWERS, '/apis/rbac.authorization.k8s.io/v1/clusterroles': 403 };
    const outcome = await run(['can', '--list', '-o', 'json'], { answers, review });
    expect([outcome.code, outcome.json.rules]).toEqual([0, [rule]]);
    expect(codesOf(outcome)).toEqual(['no-evidence', 'other-authorizer']);
    expect(outcome.server.reviews).toMatchObject([{ spec: { namespace: 'shop' } }]);
  });

  test('fails with 3 where the cluster cannot be asked', async () => {
    const outcome = await run(['can', 'list', 'pods'], { answers: { ...ANSWERS, [ROLE_BINDINGS]: 500 } });
    expect([outcome.code, outcome.stdout]).toEqual([3, '']);
    expect(outcome.stderr).toContain('the API server answered 500');
  });

  test('verifies a batch line by line', async () => {
    const line = (verb: string): string =>
      `${JSON.stringify({ verb, resource: 'pods', namespace: 'shop', user: 'x' })}\n`;
    const review = ({ spec }: Review) => (JSON.stringify(spec).includes('"watch"') ? yes() : no());
    const outcome = await run(['can', '--batch', '-', '--verify'], { review }, line('watch') + line('get'));
    const answers = toLines(outcome.stdout).map((each) => JSON.parse(each));
    expect(answers.map(({ allowed, caveats }) => [allowed, caveats[0]?.code])).toEqual([
      [true, 'other-authorizer'],
      [false, undefined],
    ]);
    expect(outcome.server.reviews).toHaveLength(2);
  });

  test('asks no server in a batch unless told', async () => {
    const line = JSON.stringify({ verb: 'get', resource: 'pods', namespace: 'shop', groups: ['dev'] });
    const outcome = await run(['can', '--batch', '-'], {}, line);
    expect(JSON.parse(outcome.stdout).allowed).toBe(true);
    expect(outcome.server.reviews).toEqual([]);
  });
});

describe('roles that may not be listed', () => {
  const answers = { ...ANSWERS, '/apis/rbac.authorization.k8s.io/v1/clusterroles': 403 };

  test.each<[string, string[]]>([
    ['can', ['can', 'delete', 'pods', '-o', 'json']],
    ['can --list', ['can', '--list', '-o', 'json']],
    ['whoami', ['whoami', '-o', 'json']],
    ['rules', ['rules', '-o', 'json']],
    ['lookup', ['lookup', 'dev', '-o', 'json']],
  ])('are not said to be missing by %s', async (_, words) => {
    const { stdout, stderr } = await run(words, { answers });
    expect(stdout + stderr).toMatch(/no-evidence/);
    expect(stdout + stderr).not.toMatch(/missing-role|dangling/);
  });
});

describe('mappings that may not be read', () => {
  const path = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
  const answers = { ...ANSWERS, [path]: 403 };
  const dev = ['--arn', 'arn:aws:iam::111122223333:role/dev'];

  test.each<[string, string[]]>([
    ['can', ['can', 'list', 'pods']],
    ['can --list', ['can', '--list']],
    ['whoami', ['whoami']],
    ['rules', ['rules']],
    ['lookup', ['lookup']],
    ['matrix', ['matrix']],
  ])('are 3 for %s, and no word that nobody is mapped', async (_, words) => {
    const { code, stdout, stderr } = await run([...words, ...dev], { answers });
    expect([code, stdout + stderr]).toEqual([3, expect.stringContaining('the mappings are not known')]);
    expect(stdout + stderr).not.toMatch(/unmapped|make nobody|^no$/m);
  });
});

describe('whoami, of a cluster', () => {
  const AWS_AUTH = {
    metadata: { name: 'aws-auth', namespace: 'kube-system' },
    data: { mapRoles: '- rolearn: arn:aws:iam::111122223333:role/dev\n  username: jane\n  groups: [dev]\n' },
  };
  const answers = { ...ANSWERS, '/api/v1/namespaces/kube-system/configmaps/aws-auth': AWS_AUTH };
  const extra = {
    arn: ['arn:aws:sts::111122223333:assumed-role/dev/s1'],
    canonicalArn: ['arn:aws:iam::111122223333:role/dev'],
  };

  test('tells where each group comes from, by what the authenticator has told the server', async () => {
    const outcome = await run(['whoami', '-o', 'json'], { answers, user: { ...JANE, uid: '7', extra } });
    expect(outcome.code).toBe(0);
    expect(outcome.json).toMatchObject({
      user: 'jane',
      uid: '7',
      groups: [
        { name: 'dev', origin: { kind: 'mapping', entry: 'mapRoles[0]', line: 1 } },
        { name: 'system:authenticated', origin: { kind: 'api-server' } },
      ],
      extra,
      principal: { session: 's1' },
      mapping: { outcome: 'mapped' },
      rights: { clusterRoleBindings: 0, roleBindings: 1, rules: 1 },
      caveats: [],
    });
  });

  test('does not say that a mapping gives what comes from elsewhere', async () => {
    const user = { ...JANE, username: 'another', extra };
    const { json } = await run(['whoami', '-o', 'json'], { answers, user });
    expect(json.groups[0].origin).toEqual({ kind: 'authenticator' });
  });

  test('knows certificates and accounts', async () => {
    const certificate = {
      username: 'kate',
      groups: ['ops', 'system:authenticated'],
      extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=00'] },
    };
    const { json, server: first } = await run(['whoami', '-o', 'json'], { user: certificate });
    expect(json.groups[0]).toEqual({ name: 'ops', origin: { kind: 'certificate' } });
    await first.close();
    const account = {
      username: 'system:serviceaccount:shop:ci',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'],
    };
    const second = await run(['whoami'], { user: account });
    expect(second.stdout).toMatch(/system:serviceaccounts:shop +← the ServiceAccount's namespace\n/);
    expect(second.stdout).toMatch(/system:authenticated +← the API server itself/);
  });

  test('of a principal that is mapped to nobody is 1, and of unreadable mappings 3', async () => {
    const words = ['whoami', '--arn', 'arn:aws:iam::111122223333:role/Dex', '-o', 'json'];
    const unmapped = await run(words, { answers });
    expect([unmapped.code, unmapped.json.user]).toEqual([1, null]);
    expect(unmapped.json.mapping.others).toMatchObject([{ reason: 'name', entry: 'mapRoles[0]' }]);
    await unmapped.server.close();
    const path = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
    const unknown = await run(words, { answers: { ...ANSWERS, [path]: 403 } });
    expect([unknown.code, unknown.json.mapping.code]).toEqual([3, 'source-unknown']);
  });

  test('says that a server gives what a mapping names as well', async () => {
    const data = { mapRoles: AWS_AUTH.data.mapRoles.replace('[dev]', '[dev, "system:authenticated"]') };
    const path = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
    const words = ['whoami', '--arn', 'arn:aws:iam::111122223333:role/dev', '-o', 'json'];
    const { json } = await run(words, { answers: { ...ANSWERS, [path]: { ...AWS_AUTH, data } } });
    expect(json.groups).toMatchObject([
      { name: 'dev', origin: { kind: 'mapping' } },
      { name: 'system:authenticated', origin: { kind: 'api-server' } },
    ]);
  });

  test('says so where the server does not', async () => {
    const outcome = await run(['whoami'], { user: 403 });
    expect([outcome.code, outcome.stdout]).toEqual([3, '']);
    expect(outcome.stderr).toContain('does not say whom it takes you for');
  });

  test('knows EKS by its version', async () => {
    const eks = { ...answers, '/version': { gitVersion: 'v1.34.1-eks-113cf36' } };
    const outcome = await run(['whoami', '--arn', 'arn:aws:iam::111122223333:role/dev', '-o', 'json'], {
      answers: eks,
    });
    expect(codesOf(outcome)).toEqual(['access-entries-unseen']);
  });
});

describe('snapshot, of a cluster', () => {
  test('has what answers need, and says which rights were missing', async () => {
    const answers = {
      ...ANSWERS,
      '/api/v1/serviceaccounts': [
        {
          metadata: {
            name: 'ci',
            namespace: 'shop',
            annotations: { 'eks.amazonaws.com/role-arn': 'x', secret: 'y' },
          },
        },
      ],
      '/api/v1/namespaces/kube-system/configmaps/aws-auth': 403,
    };
    const { code, stdout, stderr, server: asked } = await run(['snapshot'], { answers });
    expect(code).toBe(0);
    expect(stderr).toContain('missing right: get configmaps named aws-auth in kube-system');
    const { items } = JSON.parse(stdout);
    expect(items.map(({ kind }: { kind: string }) => kind)).toEqual([
      'ClusterFacts',
      'ClusterRole',
      'RoleBinding',
      'ServiceAccount',
    ]);
    expect(items[0]).toMatchObject({
      version: 'v1.36.3',
      missing: ['get configmaps named aws-auth in kube-system'],
    });
    expect(items[3].metadata).toEqual({
      ...{ name: 'ci', namespace: 'shop' },
      annotations: { 'eks.amazonaws.com/role-arn': 'x' },
    });
    expect(asked.requests.filter((each) => !each.startsWith('GET '))).toEqual([]);
  });

  test('answers what it knows: RBAC is whole without mappings and names of accounts', async () => {
    const answers = {
      ...ANSWERS,
      '/api/v1/serviceaccounts': 403,
      '/api/v1/namespaces/kube-system/configmaps/aws-auth': 403,
    };
    const { stdout } = await run(['snapshot'], { answers });
    const snapshot = workspace.write('partly.json', stdout);
    const asked = ['--as', 'x', '--snapshot', snapshot];
    const no = await runTree(['can', 'list', 'pods', '-n', 'shop', ...asked]);
    expect([no.code, no.stdout]).toEqual([1, expect.not.stringContaining('no-evidence')]);
    const lookup = await runTree(['lookup', 'nobody', '--snapshot', snapshot]);
    expect([lookup.code, lookup.stderr]).toEqual([
      1,
      expect.stringContaining('list serviceaccounts in all namespaces: which of them exist is not known'),
    ]);
  });

  test('makes of what was not seen no nothing', async () => {
    const answers = {
      ...ANSWERS,
      [ROLE_BINDINGS]: 403,
      '/api/v1/namespaces/kube-system/configmaps/aws-auth': 403,
    };
    const { stdout } = await run(['snapshot'], { answers });
    const snapshot = workspace.write('snapshot.json', stdout);
    const asked = ['can', 'list', 'pods', '-n', 'shop', '--snapshot', snapshot];
    const unseen = await runTree([...asked, '--as', 'x']);
    expect([unseen.code, unseen.stderr]).toEqual([
      3,
      expect.stringContaining('missing right: list rolebindings'),
    ]);
    const unmapped = await runTree([...asked, '--arn', 'arn:aws:iam::111122223333:role/dev']);
    expect(unmapped.code).toBe(3);
  });
});

describe('--cluster-context', () => {
  test('is --context', async () => {
    const { json } = await run(['can', 'list', 'pods', '-o', 'json', '--cluster-context', 'other']);
    expect(json.question.namespace).toBe('other');
    const both = await run(['can', 'list', 'pods', '--context', 'x', '--cluster-context', 'other']);
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('name two') });
  });
});
