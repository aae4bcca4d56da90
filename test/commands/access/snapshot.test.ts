import { readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseDocuments } from '../../../src/rbac/read/documents.ts';
import { readObjects } from '../../../src/rbac/read/objects.ts';
import { compareRefs } from '../../../src/rbac/refs.ts';
import { SCENE } from '../../support/access/scene.ts';
import { runTree } from '../../support/commands/tree.ts';
import { anyWorld } from '../../support/rbac/arbitrary.ts';
import type { Manifest } from '../../support/rbac/manifests.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

let workspace: Workspace;
let manifests: string;

beforeAll(() => {
  workspace = createWorkspace();
  manifests = workspace.write('cluster.yaml', SCENE);
});
afterAll(() => workspace.remove());

describe('a snapshot', () => {
  test('of manifests is the same again, and answers the same', async () => {
    const first = join(workspace.folder, 'first.json');
    expect(await runTree(['snapshot', '--snapshot', manifests, '-o', first])).toMatchObject({
      code: 0,
      stdout: '',
    });
    const second = await runTree(['snapshot', '--snapshot', first]);
    expect(second.stdout).toBe(readFileSync(first, 'utf8'));
    for (const identity of [
      ['--sa', 'shop:ci'],
      ['--as', 'bob'],
      ['--arn', 'arn:aws:iam::111122223333:role/ops', '--session', 'jane'],
      ['--arn', 'arn:aws:iam::111122223333:role/old'],
    ]) {
      const ask = async (file: string) => {
        const words = ['can', 'get', 'pods', '-n', 'shop', ...identity, '-o', 'json', '--snapshot', file];
        const { code, stdout } = await runTree(words);
        return { code, ...JSON.parse(stdout), source: undefined };
      };
      expect(await ask(first)).toEqual(await ask(manifests));
    }
  });

  test('of any manifests is the same again, and leaves out what they leave out', async () => {
    const flaws: readonly ((object: Manifest) => Manifest)[] = [
      (object) => object,
      (object) => ({ ...object, apiVersion: 'rbac.authorization.k8s.io/v1beta1' }),
      (object) => ({ ...object, rules: 7, subjects: 7 }),
      (object) => ({
        ...object,
        metadata: { ...Object(object['metadata']), labels: ['x'] },
        kind: 'ClusterRole',
      }),
      (object) => ({ ...object, metadata: { ...Object(object['metadata']), name: 7 } }),
      (object) => ({ ...object, aggregationRule: {}, kind: 'ClusterRole' }),
    ];
    const flawed = fc
      .tuple(anyWorld(), fc.infiniteStream(fc.nat({ max: 20 })))
      .map(([world, picks]) => world.map((object) => flaws[picks.next().value ?? 0]?.(object) ?? object));
    await fc.assert(
      fc.asyncProperty(flawed, async (world) => {
        fc.pre(world.length > 0);
        const text = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: world });
        const first = await runTree(['snapshot', '--snapshot', '-'], { input: text });
        const second = await runTree(['snapshot', '--snapshot', '-'], { input: first.stdout });
        expect(second).toEqual(first);
        const read = async (input: string) => {
          const { objects, problems } = readObjects(await parseDocuments(input));
          return {
            ...objects,
            roles: objects.roles.toSorted(compareRefs),
            bindings: objects.bindings.toSorted(compareRefs),
            problems: problems.map(({ problem }) => problem).toSorted(),
          };
        };
        expect(await read(first.stdout)).toEqual(await read(text));
      }),
      { numRuns: 60 },
    );
  });

  test('does not depend on the order of what it is made of', async () => {
    const documents = SCENE.split('---\n');
    const turned = workspace.write('turned.yaml', documents.toReversed().join('\n---\n'));
    const [one, other] = [
      await runTree(['snapshot', '--snapshot', manifests]),
      await runTree(['snapshot', '--snapshot', turned]),
    ];
    expect(other.stdout).toBe(one.stdout);
  });

  test('has no Secret, no other ConfigMap and no other annotation', async () => {
    const secret = `---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\ndata: {a: aGlkZGVu}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: other, namespace: kube-system}\ndata: {mapRoles: hidden}\n`;
    const { stdout } = await runTree([
      'snapshot',
      '--snapshot',
      workspace.write('more.yaml', SCENE + secret),
    ]);
    expect(stdout).not.toMatch(/hidden|aGlkZGVu|Secret/);
    expect(stdout).toContain('arn:aws:iam::111122223333:role/ci');
  });

  test('is read from standard input', async () => {
    const words = ['can', 'get', 'po', '-n', 'shop', '--sa', 'shop:ci', '-q', '--snapshot', '-'];
    expect((await runTree(words, { input: SCENE })).code).toBe(0);
  });
});

describe('a file that is no snapshot', () => {
  test.each<[string, string, RegExp]>([
    [
      'holds no RBAC',
      'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n',
      /holds no RBAC: write one by iam-bridge snapshot/,
    ],
    ['is empty', '', /it is empty/],
    ['is no YAML', 'a: [', /neither JSON nor YAML/],
    ['has aliases that stand for too much', bomb(), /aliases stand for too much/],
    ['has a member twice', '{"kind":"List","kind":"List","items":[]}', /is there twice/],
  ])('since it %s is refused in a sentence', async (_, text, problem) => {
    const words = ['can', 'get', 'po', '--as', 'x', '--snapshot', workspace.write('bad', text)];
    const { code, stdout, stderr } = await runTree(words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(problem);
  });

  test('or is longer than 100 MB, is not read to its end', async () => {
    const long = workspace.write('long.json', '{');
    truncateSync(long, 100_000_001);
    const { code, stderr } = await runTree(['rules', '--as', 'x', '--snapshot', long]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringContaining('is longer than 100000000 bytes: is it the right file?'),
    ]);
  });

  test('or is not there, is named', async () => {
    const { code, stderr } = await runTree(['whoami', '--as', 'x', '--snapshot', '/nowhere.json']);
    expect([code, stderr]).toEqual([2, 'iam-bridge whoami: --snapshot: there is no file /nowhere.json\n']);
  });
});

function bomb(): string {
  const levels = Array.from({ length: 9 }, (_, index) => {
    const alias = index === 0 ? 'x' : `*a${index - 1}`;
    return `a${index}: &a${index} [${Array(9).fill(alias).join(', ')}]`;
  });
  return `kind: List\n${levels.join('\n')}\nitems: *a8\n`;
}
