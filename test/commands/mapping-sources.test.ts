import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { decideByMappings, type LoadedMappings, loadMappings } from '../../src/commands/mapping-sources.ts';
import { createKubeApi, type KubeApi } from '../../src/kube/api.ts';
import { createDirectAccess } from '../../src/kube/direct.ts';
import { listOf, refusal } from '../support/kube/answers.ts';
import { type Answer, type ScriptedServer, startScriptedServer } from '../support/kube/scripted-server.ts';
import { toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession } from '../support/mapping/identities.ts';
import { createWorkspace, type Workspace } from '../support/workspace.ts';

const DEV = `arn:aws:iam::${ACCOUNT}:role/Dev`;
const AWS_AUTH = '/api/v1/namespaces/kube-system/configmaps/aws-auth';
const OBJECTS = '/apis/iamauthenticator.k8s.aws/v1alpha1/iamidentitymappings';
const FORBIDDEN = refusal(403, 'forbidden: User "eve" cannot');

let workspace: Workspace;
let server: ScriptedServer | undefined;

beforeAll(() => {
  workspace = createWorkspace();
});
afterEach(async () => {
  await server?.close();
  server = undefined;
});
afterAll(() => workspace.remove());

const toRoles = (username: string): string => `- {rolearn: "${DEV}", username: ${username}}`;

const toObject = (username: string, name = username): object => ({
  apiVersion: 'iamauthenticator.k8s.aws/v1alpha1',
  kind: 'IAMIdentityMapping',
  metadata: { name },
  spec: { arn: DEV, username },
});

const toAwsAuth = (username: string): object => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'aws-auth', namespace: 'kube-system' },
  data: { mapRoles: toRoles(username) },
});

const ok = (object: object): Answer => ({ kind: 'whole', status: 200, body: JSON.stringify(object) });

/** Loads from a cluster that answers so. */
async function load(
  names: readonly string[],
  { awsAuth = refusal(404, ''), objects = refusal(404, '') }: { awsAuth?: Answer; objects?: Answer } = {},
): Promise<LoadedMappings> {
  const answer = ({ path }: { readonly path: string }): Answer =>
    path === AWS_AUTH ? awsAuth : path === OBJECTS ? objects : refusal(500, '');
  server = await startScriptedServer([answer, answer, answer]);
  let api: KubeApi | undefined;
  const { url } = server;
  try {
    return await loadMappings({ names, ssoRoleMatch: false }, async () => {
      expect(api).toBeUndefined();
      api = createKubeApi(createDirectAccess(url));
      return api;
    });
  } finally {
    api?.close();
  }
}

const decide = async (loaded: LoadedMappings): Promise<string> =>
  toWords(await decideByMappings(toRoleSession('Dev'), loaded));

describe('mappings of a cluster', () => {
  const both = { awsAuth: ok(toAwsAuth('by-map')), objects: listOf([toObject('by-object')], '7') };

  test.each([
    ['cluster', ['cluster'], 'by-map|'],
    ['a backend', ['CRD'], 'by-object|'],
    ['both in another order', ['CRD', 'EKSConfigMap'], 'by-object|'],
  ])('are asked in the order that was given: %s', async (_, names, words) => {
    const loaded = await load(names, both);
    expect([await decide(loaded), loaded.notes]).toEqual([words, []]);
    expect(server?.seen.length).toBe(names[0] === 'CRD' && names.length === 1 ? 1 : 2);
  });

  test('are read in pages', async () => {
    server = await startScriptedServer([
      listOf([toObject('z-first')], '7', 'more'),
      listOf([toObject('a-first')], '7'),
    ]);
    const api = createKubeApi(createDirectAccess(server.url));
    const loaded = await loadMappings({ names: ['CRD'], ssoRoleMatch: false }, async () => api);
    api.close();
    expect(await decide(loaded)).toBe('a-first|');
    expect(loaded.sources[0]?.entries.map(({ label }) => label)).toEqual([
      'IAMIdentityMapping z-first',
      'IAMIdentityMapping a-first',
    ]);
  });

  test('that are not there are told, and whoever is in the others is found', async () => {
    const loaded = await load(['cluster'], { objects: both.objects });
    expect(await decide(loaded)).toBe('by-object|');
    expect(loaded.notes).toEqual(['aws-auth of the cluster: there is none']);
    const none = await load(['cluster']);
    expect(await decide(none)).toBe('unmapped');
    expect(none.notes.at(-1)).toBe(
      'IAMIdentityMappings of the cluster: the cluster does not serve that kind',
    );
  });

  test('that may not be read are unknown, not empty', async () => {
    const hidden = await load(['cluster'], { ...both, awsAuth: FORBIDDEN });
    expect(await decide(hidden)).toBe('source-unknown');
    expect(hidden.notes).toEqual([
      expect.stringMatching(
        /^aws-auth of the cluster: .*missing right: get on configmaps named aws-auth in the namespace kube-system/,
      ),
    ]);
    const later = await load(['cluster'], { ...both, objects: FORBIDDEN });
    expect(await decide(later)).toBe('by-map|');
    expect(later.notes).toEqual([expect.stringContaining('missing right: list on iamidentitymappings')]);
  });

  test.each([
    ['a failure', { awsAuth: refusal(503, 'later') }, /get aws-auth: the API server answered 503: later/],
    ['a credential that is not accepted', { awsAuth: refusal(401, '') }, /answered 401/],
    ['what is no ConfigMap', { awsAuth: ok({ items: [] }) }, /the answer is no ConfigMap/],
    ['what is no list', { awsAuth: both.awsAuth, objects: ok({}) }, /the answer is no Kubernetes list/],
  ])('%s fails', async (_, answers, problem) => {
    await expect(load(['cluster'], answers)).rejects.toThrow(problem);
  });
});

describe('mappings of files', () => {
  const write = (name: string, ...objects: object[]): string =>
    workspace.write(name, objects.map((each) => JSON.stringify(each)).join('\n---\n'));
  const config = (text: string): string => workspace.write('server.yaml', text);

  test('may be several manifests in one, and lists', async () => {
    const list = { kind: 'List', items: [{ kind: 'Secret' }, toObject('by-object')] };
    const loaded = await load([write('both.yaml', list, toAwsAuth('by-map'))]);
    expect(loaded.sources.map(({ backend }) => backend.name)).toEqual(['EKSConfigMap', 'CRD']);
    expect(await decide(loaded)).toBe('by-map|');
  });

  test('go before a cluster where they stand before it', async () => {
    const path = config(`server:\n  mapRoles: [{rolearn: "${DEV}", username: by-file}]\n`);
    expect(await decide(await load([path, 'cluster'], { awsAuth: ok(toAwsAuth('by-map')) }))).toBe(
      'by-file|',
    );
    expect(await decide(await load(['cluster', path], { awsAuth: ok(toAwsAuth('by-map')) }))).toBe('by-map|');
  });

  test('of a server that asks in another order say so', async () => {
    const path = config(
      `server:\n  backendMode: [EKSConfigMap, MountedFile]\n  mapRoles: [{rolearn: "${DEV}", username: by-file}]\n`,
    );
    const { notes } = await load([path]);
    expect(notes).toEqual([expect.stringContaining('ask EKSConfigMap, MountedFile, and here MountedFile')]);
    expect((await load(['EKSConfigMap', path], { awsAuth: ok(toAwsAuth('x')) })).notes).toEqual([]);
  });

  test('keep the prefixes that the server reserves', async () => {
    const path = config(
      'server:\n  reservedPrefixConfig: [{backendmode: EKSConfigMap, usernamePrefixReserveList: ["by-"]}]\n',
    );
    const loaded = await load(['EKSConfigMap', path], { awsAuth: ok(toAwsAuth('by-map')) });
    expect(await decide(loaded)).toBe('reserved-username');
    expect(loaded.notes).toEqual([`${path}: it has no mappings of its own`]);
  });

  test('may be a dynamic file, which is no configuration without mappings', async () => {
    const text = JSON.stringify({ mapRoles: [{ rolearn: DEV, username: 'by-file', groups: ['dev'] }] });
    const path = workspace.write('dynamic.json', text);
    const loaded = await load([path]);
    expect([await decide(loaded), loaded.sources[0]?.backend.name]).toEqual(['by-file|dev', 'DynamicFile']);
    expect(loaded.notes).toEqual([expect.stringMatching(/dynamic\.json: taken for a dynamic file/)]);
    const yaml = workspace.write('dynamic.yaml', `mapRoles: [{rolearn: "${DEV}"}]\n`);
    await expect(load([yaml])).rejects.toThrow(
      /mapRoles, mapUsers and mapAccounts on top are those of a dynamic file, and it is not JSON.*below server/,
    );
  });

  test('tell what is left out, with its place', async () => {
    const data = { mapRoles: `- {rolearn: "${DEV}", username: 7}`, mapUsers: '{' };
    const { notes } = await load([write('bad.yaml', { ...toAwsAuth(''), data })]);
    expect(notes).toEqual([
      expect.stringMatching(/bad\.yaml: mapUsers: it is not YAML/),
      expect.stringMatching(/bad\.yaml: mapRoles\[0\] \(line 1, column 3\): username is a number/),
    ]);
  });

  test.each([
    [
      'another kind',
      () => write('pod.yaml', { kind: 'Pod' }),
      /neither aws-auth .* nor an IAMIdentityMapping/,
    ],
    [
      'a ConfigMap of that name elsewhere',
      () => write('other.yaml', { kind: 'ConfigMap', metadata: { name: 'aws-auth', namespace: 'shop' } }),
      /neither aws-auth/,
    ],
    ['aws-auth twice', () => write('two.yaml', toAwsAuth('a'), toAwsAuth('b')), /more than once/],
    ['no YAML', () => workspace.write('broken.yaml', '{'), /^--mapping: .*broken\.yaml: /],
    ['no file', () => '/nowhere.yaml', /^--mapping: there is no file \/nowhere\.yaml$/],
    [
      'nearly the cluster',
      () => 'clusterr',
      /^--mapping: there is no file clusterr: did you mean cluster\?$/,
    ],
  ])('%s is a mistake', async (_, toPath, problem) => {
    await expect(load([toPath()])).rejects.toThrow(problem);
  });

  test('named twice, and two configurations, are mistakes', async () => {
    await expect(load(['cluster', 'CRD'])).rejects.toThrow('CRD is there twice');
    const two = [config('server: {}\n'), workspace.write('other-server.yaml', 'server: {}\n')];
    await expect(load(two)).rejects.toThrow('two configurations');
  });
});
