import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SCENE } from '../../support/access/scene.ts';
import { runTree, toLines } from '../../support/commands/tree.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

let workspace: Workspace;
let snapshot: string;

beforeAll(() => {
  workspace = createWorkspace();
  snapshot = workspace.write('cluster.yaml', SCENE);
});
afterAll(() => workspace.remove());

const ROLE = 'arn:aws:iam::111122223333:role';

async function can(words: readonly string[], input = '') {
  const outcome = await runTree(['can', ...words, '--snapshot', snapshot], { input });
  return { ...outcome, json: outcome.stdout.startsWith('{\n') ? JSON.parse(outcome.stdout) : undefined };
}

describe('a question of a snapshot', () => {
  test.each<[string, string[], number]>([
    ['by a group', ['list', 'pods', '-n', 'shop', '--as', 'jane', '--as-group', 'dev'], 0],
    ['by a group that nobody is named in', ['list', 'pods', '-n', 'shop', '--as-group', 'dev'], 0],
    ['by an account', ['get', 'pods/log', '-n', 'shop', '--sa', 'shop:ci'], 0],
    ['by a principal', ['get', 'po', '-n', 'shop', '--arn', `${ROLE}/dev`], 0],
    ['by a session', ['get', 'po', '-n', 'shop', '--arn', `${ROLE}/ops`, '--session', 'jane'], 0],
    ['in another namespace', ['list', 'pods', '-n', 'other', '--as-group', 'dev'], 1],
    ['across all namespaces', ['list', 'pods', '-A', '--as-group', 'dev'], 1],
    ['without a namespace, which is cluster-wide', ['list', 'pods', '--as-group', 'dev'], 1],
    [
      'of a path by a RoleBinding, which gives none',
      ['get', '/metrics', '-n', 'shop', '--as-group', 'dev'],
      1,
    ],
    ['by a principal that nobody knows', ['get', 'po', '-n', 'shop', '--arn', `${ROLE}/nobody`], 1],
    ['by everybody who may everything', ['delete', 'nodes', '--as', 'x', '--as-group', 'system:masters'], 0],
  ])('%s has its exit code', async (_, words, code) => {
    const quiet = await can([...words, '-q']);
    expect(quiet).toMatchObject({ code, stdout: '', stderr: '' });
    const text = await can(words);
    expect(text.code).toBe(code);
    expect(text.stdout).toMatch(code === 0 ? /^yes\n/ : /^no\n/);
    expect((await can([...words, '-o', 'json'])).json.allowed).toBe(code === 0);
  });

  test('is answered with every grant, and how it was understood', async () => {
    const { json } = await can(['get', 'po/log/web', '-n', 'shop', '--arn', `${ROLE}/dev`, '-o', 'json']);
    expect(json).toEqual({
      allowed: true,
      because: [
        {
          binding: { kind: 'RoleBinding', namespace: 'shop', name: 'readers' },
          role: { kind: 'ClusterRole', name: 'pod-reader' },
          subject: { kind: 'Group', name: 'dev' },
          rule: {
            ...{ index: 0, verbs: ['get', 'list', 'watch'], apiGroups: [''] },
            resources: ['pods', 'pods/log'],
          },
        },
      ],
      caveats: [],
      question: {
        ...{ verb: 'get', group: '', resource: 'pods', subresource: 'log', name: 'web', namespace: 'shop' },
        ...{ user: 'dev', groups: ['dev', 'system:authenticated'] },
      },
      principal: {
        arn: 'arn:aws:sts::111122223333:assumed-role/dev/*',
        canonicalArn: `${ROLE}/dev`,
        account: '111122223333',
      },
      mapping: {
        outcome: 'mapped',
        by: {
          ...{ source: 'aws-auth of the snapshot', backend: 'EKSConfigMap', entry: 'mapRoles[0]', line: 1 },
          arn: `${ROLE}/dev`,
        },
        ...{ username: 'dev', groups: ['dev'], others: [] },
      },
      source: snapshot,
    });
  });

  test('of a role without a session is answered for the sessions that RBAC names', async () => {
    const words = ['get', 'po', '-n', 'shop', '--arn', `${ROLE}/ops`];
    expect((await can([...words, '-o', 'json'])).json).toMatchObject({
      allowed: false,
      question: { user: 'ops:*' },
      sessions: [{ session: 'jane', user: 'ops:jane', allowed: true }],
    });
    const { code, stdout } = await can(words);
    expect(code).toBe(1);
    expect(stdout).toContain('yes for sessions named jane');
  });

  test('says which entries are near where there is no mapping', async () => {
    const { code, stdout } = await can(['get', 'po', '--arn', `${ROLE}/old`]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/unmapped: .*the nearest are\n.*mapRoles\[2\], line 6 .*\(path\)/);
  });

  test('names what it does not know, with the nearest name', async () => {
    const { code, json } = await can(['lst', 'podz', '--as', 'jane', '-o', 'json']);
    expect(code).toBe(1);
    expect(json.caveats).toEqual([
      { code: 'unknown-resource', message: expect.stringMatching(/did you mean pods\?$/) },
      { code: 'unknown-verb', message: expect.stringMatching(/did you mean list\?$/) },
    ]);
  });

  test('tells of a role that is missing where the answer is no', async () => {
    const { stdout } = await can(['get', 'po', '-n', 'shop', '--as', 'bob']);
    expect(stdout).toMatch(
      /caveat .*dangling gives Role shop\/gone, which is not there \(missing-role\)\n {2}→ /,
    );
  });

  test('has YAML, too', async () => {
    const { stdout } = await can(['get', 'po', '--as', 'j\u202ene\u0007', '-o', 'yaml']);
    expect(stdout).toContain('allowed: false\n');
    expect(stdout).toContain('user: "j\\u202ene\\a"\n');
  });

  test('shows what a terminal would obey escaped', async () => {
    const { stdout } = await can(['get', 'po', '--as', 'j\u202ene\u0007\u001b[31m', '-n', 'shop']);
    expect(stdout).toContain('j\\u202ene\\u0007\\u001b[31m');
    expect(stdout).toMatch(/^[\n -~←→–✔✘]*$/);
  });

  test('uses the mappings of a file instead', async () => {
    const mapping = workspace.write(
      'aws-auth.yaml',
      `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: aws-auth, namespace: kube-system}\ndata:\n  mapUsers: |\n    - userarn: arn:aws:iam::111122223333:user/bob\n      groups: [dev]\n`,
    );
    const words = ['get', 'po', '-n', 'shop', '--arn', 'arn:aws:iam::111122223333:user/bob'];
    expect((await can([...words, '-q'])).code).toBe(1);
    expect((await can([...words, '-q', '--mapping', mapping])).code).toBe(0);
  });
});

describe('a no', () => {
  test('names the grants that fail in one field only', async () => {
    const words = ['delete', 'pods', '-n', 'shop', '--sa', 'shop:ci'];
    const { json } = await can([...words, '-o', 'json']);
    expect(json.near).toMatchObject([{ field: 'verb', binding: { name: 'readers' }, rule: { index: 0 } }]);
    expect((await can(words)).stdout).toContain(
      '~ get, list, watch, but you asked delete: RoleBinding shop/readers',
    );
  });

  test('comes with the least role and binding, which make it a yes', async () => {
    const words = ['delete', 'pods/web', '-n', 'shop', '--sa', 'shop:ci'];
    const { code, stdout } = await can([...words, '--suggest']);
    expect(code).toBe(1);
    const manifests = stdout.slice(stdout.indexOf('apiVersion'));
    const mended = workspace.write('mended.yaml', `${SCENE}---\n${manifests}`);
    expect((await runTree(['can', ...words, '-q', '--snapshot', mended])).code).toBe(0);
    const wider = ['can', 'delete', 'pods', '-n', 'shop', '--sa', 'shop:ci', '-q', '--snapshot', mended];
    expect((await runTree(wider)).code).toBe(1);
    const { json } = await can([...words, '--suggest', '-o', 'json']);
    expect(json.suggestion).toMatchObject({ kind: 'objects', role: { kind: 'Role' } });
  });

  test('suggests nothing for a name that is open', async () => {
    const { stdout } = await can(['delete', 'pods', '-n', 'shop', '--arn', `${ROLE}/ops`, '--suggest']);
    expect(stdout).toContain('# nothing is suggested: the name of the session is open: give --session');
    expect(stdout).not.toContain('kind: Role');
  });
});

describe('can --list', () => {
  test('has each rule once, without URLs that have no effect', async () => {
    const { code, json } = await can(['--list', '-n', 'shop', '--sa', 'shop:ci', '-o', 'json']);
    expect(code).toBe(0);
    expect(json).toEqual({
      rules: [{ verbs: ['get', 'list', 'watch'], apiGroups: [''], resources: ['pods', 'pods/log'] }],
      caveats: [],
      identity: expect.objectContaining({ user: 'system:serviceaccount:shop:ci' }),
      source: snapshot,
    });
    expect((await can(['--list', '-n', 'shop', '--sa', 'shop:ci'])).stdout).toContain(
      'get, list, watch of pods, pods/log',
    );
  });

  test('is 1 where nothing is allowed, and where the mappings make nobody of the principal', async () => {
    const none = await can(['--list', '-A', '--sa', 'shop:ci']);
    expect([none.code, none.stdout]).toEqual([
      1,
      expect.stringMatching(/ cluster-wide\n {2}no rules of RBAC\nsource +.*cluster\.yaml\n$/),
    ]);
    const { code, stderr } = await can(['--list', '--arn', `${ROLE}/old`]);
    expect([code, stderr]).toEqual([1, expect.stringContaining('make nobody of the principal')]);
  });
});

describe('a snapshot of EKS', () => {
  test('says of a principal that access entries are not seen', async () => {
    const eks = workspace.write(
      'eks.yaml',
      `${SCENE}---\n${SCENE.split('---')[0]}`.replace('{name: pod-reader}', '{name: "eks:node-manager"}'),
    );
    const outcome = await runTree([
      'can',
      'get',
      'po',
      '-n',
      'shop',
      '--arn',
      `${ROLE}/dev`,
      '--snapshot',
      eks,
      '-o',
      'json',
    ]);
    const codes = JSON.parse(outcome.stdout).caveats.map(({ code }: { code: string }) => code);
    expect(codes).toContain('access-entries-unseen');
  });
});

describe('a batch', () => {
  test('says no of a principal whom the mappings make nobody of, as a single question does', async () => {
    const line = '{"id": 1, "verb": "list", "resource": "pods", "namespace": "shop"}\n';
    for (const who of ['nobody', 'team/dev-2']) {
      const single = await can(['list', 'pods', '-n', 'shop', '--arn', `${ROLE}/${who}`, '-o', 'json']);
      const { code, stdout, stderr } = await can(['--batch', '-', '--arn', `${ROLE}/${who}`], line + line);
      const answer = { id: 1, allowed: false, because: [], caveats: single.json.caveats };
      expect([code, toLines(stdout).map((each) => JSON.parse(each))]).toEqual([0, [answer, answer]]);
      expect(toLines(stderr)).toEqual([expect.stringContaining('the mappings make nobody of the principal')]);
    }
  });

  test('of an EKS cluster says what it cannot see of an ARN, mapped or not', async () => {
    const eks = workspace.write('eks.yaml', SCENE.replace('name: pod-reader}', 'name: "eks:pod-reader"}'));
    const line = '{"verb": "list", "resource": "pods", "namespace": "shop"}';
    for (const who of ['dev', 'nobody']) {
      const words = ['--arn', `${ROLE}/${who}`, '--snapshot', eks];
      const batch = await runTree(['can', '--batch', '-', ...words], { input: line });
      const single = await runTree(['can', 'list', 'pods', '-n', 'shop', '-o', 'json', ...words]);
      const unseen = { code: 'access-entries-unseen' };
      expect(JSON.parse(batch.stdout).caveats).toContainEqual(expect.objectContaining(unseen));
      expect(JSON.parse(single.stdout).caveats).toContainEqual(expect.objectContaining(unseen));
    }
  });

  const QUESTIONS = [
    { id: 1, verb: 'get', resource: 'pods', namespace: 'shop', user: 'x', groups: ['dev'] },
    {
      id: { any: 'thing' },
      verb: 'get',
      resource: 'pods',
      user: 'system:serviceaccount:shop:ci',
      namespace: 'shop',
    },
    { verb: 'get', resource: 'po', namespace: 'shop', groups: ['dev'] },
    { verb: 'get', path: '/metrics', user: 'x', groups: ['system:masters'] },
  ];

  test('is answered line by line, in order, to the letter', async () => {
    const input = QUESTIONS.map((each) => `${JSON.stringify(each)}\n`).join('\n');
    const { code, stdout } = await can(['--batch', '-'], input);
    const answers = toLines(stdout).map((line) => JSON.parse(line));
    expect(code).toBe(0);
    expect(answers.map(({ id, allowed }) => [id, allowed])).toEqual([
      [1, true],
      [{ any: 'thing' }, true],
      [undefined, false],
      [undefined, true],
    ]);
    expect(answers[0].because).toHaveLength(1);
    expect(answers[3].because).toEqual([{ builtin: 'system:masters' }]);
  });

  test.each([
    ['{"verb":"get"}', 'resource is missing'],
    ['{"resource":"pods"}', 'verb is missing'],
    [
      '{"verb":"get","resource":"pods","grups":[]}',
      '"grups" is no member of such a question: did you mean groups?',
    ],
    ['{"verb":"get","path":"/x","namespace":"a"}', '"namespace" is no member of such a question: take '],
    ['{"verb":"get","resource":["pods"]}', 'resource is no text'],
    ['{"verb":"get","resource":"pods","groups":"dev"}', 'groups is no list of texts'],
    ['{"verb":"get","resource":"pods","user":"a","user":"b"}', 'is there twice'],
    ['{"verb":"get","resource":"pods"}', 'user is missing'],
    ['[]', 'it is no object'],
    ['pods?', 'it is not JSON'],
  ])('answers %s in its place by what is wrong', async (line, error) => {
    const good = JSON.stringify(QUESTIONS[0]);
    const { code, stdout } = await can(['--batch', '-'], `${good}\n${line}\n${good}`);
    expect(code).toBe(2);
    const answers = toLines(stdout).map((each) => JSON.parse(each));
    expect(answers).toHaveLength(3);
    expect(answers[1].error).toContain(error);
    expect(answers[1]).not.toHaveProperty('allowed');
    expect(answers[2].allowed).toBe(true);
  });

  test('is about whom the command line names where a line does not say', async () => {
    const line = '{"verb":"get","resource":"pods","namespace":"shop"}';
    const { code, stdout } = await can(['--batch', '-', '--sa', 'shop:ci'], line);
    expect([code, JSON.parse(stdout).allowed]).toEqual([0, true]);
  });
});

describe('a command line that is no question', () => {
  test.each<[string, string[], RegExp]>([
    ['nothing', [], /the question is missing: give VERB RESOURCE/],
    ['two identities', ['get', 'po', '--as', 'x', '--sa', 'a:b'], /--as and --sa are two identities/],
    ['no identity', ['get', 'po'], /a snapshot does not know who you are/],
    ['no account', ['get', 'po', '--sa', 'ci'], /--sa is no ServiceAccount: give NAMESPACE:NAME/],
    ['no ARN', ['get', 'po', '--arn', 'dev'], /--arn: "dev" is no ARN of IAM/],
    ['a session of nobody', ['get', 'po', '--as', 'x', '--session', 'y'], /--session is of an IAM principal/],
    ['two places', ['get', 'po', '--as', 'x', '-n', 'a', '-A'], /-n and -A are two places/],
    [
      'a place that is none',
      ['get', 'po', '--as', 'x', '-n', 'Shop'],
      /-n is "Shop", which no namespace can be called/,
    ],
    ['too much', ['get', 'pods/a/b/c', '--as', 'x'], /is none of RESOURCE, RESOURCE\/NAME/],
    ['quiet data', ['get', 'po', '--as', 'x', '-q', '-o', 'json'], /-q and -o contradict each other/],
    ['a cluster beside', ['get', 'po', '--as', 'x', '--context', 'y'], /--snapshot asks no cluster/],
    ['verify', ['get', 'po', '--as', 'x', '--verify'], /--verify is for --batch/],
    ['a batch that is not there', ['--batch', '/nowhere'], /--batch: there is no file \/nowhere/],
    ['a batch and a question', ['get', 'po', '--batch', 'x'], /leave the verb out/],
    ['a quiet batch', ['--batch', 'x', '-q'], /leave --list, --suggest and -q out/],
    ['a batch somewhere', ['--batch', 'x', '-n', 'shop'], /takes its lines to the letter: say in them where/],
    ['a list of one thing', ['--list', '--name', 'x', '--as', 'y'], /asks about no single thing: leave verb/],
  ])('%s is refused in a sentence', async (_, words, problem) => {
    const { code, stdout, stderr } = await can(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(problem);
    expect(stderr).toMatch(/^iam-bridge can: /);
  });
});
