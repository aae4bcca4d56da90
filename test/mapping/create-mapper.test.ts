import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CallerIdentity } from '../../src/aws/caller-identity.ts';
import { createKubeApi } from '../../src/kube/api.ts';
import { createDirectAccess } from '../../src/kube/direct.ts';
import { createMapper, type MapperOptions, type RunningMapper } from '../../src/mapping/create-mapper.ts';
import type { MappingEvent } from '../../src/mapping/mapping-events.ts';
import { readMountedMappings } from '../../src/mapping/mounted-file.ts';
import { toSourceNode } from '../../src/mapping/value-nodes.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { event, listOf, refusal } from '../support/kube/answers.ts';
import { type ScriptedServer, type Step, startScriptedServer } from '../support/kube/scripted-server.ts';
import { toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession } from '../support/mapping/identities.ts';
import { until } from '../support/until.ts';
import { createWorkspace } from '../support/workspace.ts';

const workspace = createWorkspace();
const MODES = `${workspace.folder}/modes.json`;
const FILE = `${workspace.folder}/mappings.json`;
const DEV = `arn:aws:iam::${ACCOUNT}:role/Dev`;

let server: ScriptedServer;
let mapper: RunningMapper;
let told: MappingEvent[];
let clock: FakeClock;
const cleanups: (() => unknown)[] = [];

beforeEach(() => {
  told = [];
  clock = createFakeClock();
  for (const path of [MODES, FILE]) rmSync(path, { force: true });
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});
afterAll(() => workspace.remove());

const toRoles = (username: string): readonly object[] => [{ rolearn: DEV, username }];

const OPTIONS: MapperOptions = {
  backends: ['MountedFile'],
  mountedFile: readMountedMappings({ mapRoles: toSourceNode(toRoles('mounted')) }),
  dynamicFile: { path: FILE, strict: false },
  backendModePath: undefined,
  ssoRoleMatch: false,
  reservedPrefixes: new Map(),
  clusterCreatorArn: undefined,
};

async function start(options: Partial<MapperOptions> = {}, script: readonly Step[] = []): Promise<void> {
  server = await startScriptedServer(script);
  cleanups.push(server.close);
  const api = createKubeApi(createDirectAccess(server.url));
  cleanups.push(api.close);
  mapper = createMapper(
    { ...OPTIONS, ...options },
    {
      api,
      clock,
      random: () => 0.5,
      report: (each) => void told.push(each),
      watches: { report: () => () => {}, add: () => {} },
      findNodeName: () => Promise.reject(new Error('no nodes here')),
    },
  );
  cleanups.push(mapper.stop);
  mapper.start();
}

async function map(identity: CallerIdentity = toRoleSession('Dev')): Promise<string> {
  return toWords(await mapper.mapper.map(identity));
}

function toAwsAuth(username: string, version = '5'): object {
  const mapRoles = JSON.stringify(toRoles(username));
  return {
    metadata: { name: 'aws-auth', namespace: 'kube-system', resourceVersion: version },
    data: { mapRoles },
  };
}

const ready = (): Promise<void> => until(() => mapper.pending() === undefined, 'all is read');
const orders = (): string[] =>
  told.flatMap((each) => (each.kind === 'order' ? [each.backends.join(' ')] : []));

describe('the mapper', () => {
  test('asks the backends in their order', async () => {
    await start({ backends: ['EKSConfigMap', 'MountedFile'] }, [listOf([toAwsAuth('cluster')], '10')]);
    expect(await map()).toBe('source-unknown');
    expect(mapper.pending()).toBe('aws-auth was not read yet');
    await ready();
    expect(await map()).toBe('cluster|');
    await until(() => server.openWatches() === 1, 'the watch is open');
    server.send(event('DELETED', toAwsAuth('cluster', '11')));
    await until(() => told.some((each) => each.kind === 'absent'), 'it is gone');
    expect(await map()).toBe('mounted|');
  });

  test('says what is wrong, while what was known serves on', async () => {
    await start({ backends: ['EKSConfigMap'] }, [listOf([toAwsAuth('cluster')], '10')]);
    await ready();
    await until(() => server.openWatches() === 1, 'the watch is open');
    expect(mapper.problem()).toBeUndefined();
    expect(mapper.watched()).toMatchObject([{ scope: { resource: 'configmaps', name: 'aws-auth' } }]);
    server.send(event('MODIFIED', { ...toAwsAuth('x', '6'), data: { mapRoles: 'a', mapUsers: 'b' } }));
    await until(() => mapper.problem() !== undefined, 'it is bad');
    expect(mapper.problem()).toMatch(/^mapRoles.*it is text, not a list.*; and 1 more$/);
    expect(await map()).toBe('cluster|');
    server.send(event('MODIFIED', toAwsAuth('two', '7')));
    await until(() => mapper.problem() === undefined, 'it is good');
    expect(await map()).toBe('two|');
  });

  test('says which right is missing', async () => {
    await start({ backends: ['CRD'] }, [refusal(403, 'no')]);
    await until(() => (mapper.pending() ?? '').includes('missing right'), 'it is refused');
    expect(mapper.pending()).toMatch(/not listed yet: .*missing right: list on iamidentitymappings/);
    expect(await map()).toBe('source-unknown');
  });

  test('of a source that nobody needs asks nothing', async () => {
    await start();
    expect(mapper.pending()).toBeUndefined();
    expect(await map()).toBe('mounted|');
    expect(server.seen).toEqual([]);
  });

  test.each([
    ['DynamicFile', { dynamicFile: undefined }, 'backend mode DynamicFile needs dynamicfilepath'],
  ] as const)('cannot be without a source (%s)', async (name, options, message) => {
    await expect(start({ ...options, backends: [name] })).rejects.toThrow(message);
  });
});

describe('the backend mode file', () => {
  const options: Partial<MapperOptions> = { backendModePath: MODES };
  const write = (backendMode: unknown): void =>
    writeFileSync(MODES, JSON.stringify({ backendMode, Version: '1' }));
  /** Lets seconds pass, with a look at the files in each. */
  const pass = (condition: () => boolean, what: string): Promise<void> =>
    until(() => {
      clock.advance(1_000);
      return condition();
    }, what);
  const order = (names: string): Promise<void> =>
    pass(() => orders().at(-1) === names, `the order is ${names}`);

  beforeEach(() => writeFileSync(FILE, JSON.stringify({ mapRoles: toRoles('dynamic') })));

  test('decides from the start, and nobody is told anything before it was read', async () => {
    write('DynamicFile MountedFile');
    await start(options);
    expect(await map()).toBe('source-unknown');
    expect(mapper.pending()).toBe('the backend mode file was not read yet');
    await ready();
    expect(await map()).toBe('dynamic|');
    expect(orders()).toEqual(['DynamicFile MountedFile']);
  });

  test('may be missing, come, change and go', async () => {
    await start(options);
    await ready();
    expect(await map()).toBe('mounted|');
    write('DynamicFile');
    await order('DynamicFile');
    await ready();
    expect(await map()).toBe('dynamic|');
    write('File  DynamicFile');
    await order('MountedFile DynamicFile');
    expect(await map()).toBe('mounted|');
    write('DynamicFile MountedFile');
    await order('DynamicFile MountedFile');
    expect(await map()).toBe('dynamic|');
    rmSync(MODES);
    await order('MountedFile');
    expect(await map()).toBe('mounted|');
  });

  test('takes backends away with all that they said', async () => {
    write('EKSConfigMap MountedFile');
    await start(options, [listOf([toAwsAuth('cluster')], '10')]);
    await ready();
    expect(await map()).toBe('cluster|');
    write('MountedFile');
    await order('MountedFile');
    expect(await map()).toBe('mounted|');
    await until(() => server.openWatches() === 0, 'its watch has ended');
  });

  test.each([
    ['Vault', 'backend mode "Vault" is unknown'],
    ['', 'no backend mode is given'],
    ['CRD CRD', 'a backend mode is given twice'],
    [['CRD'], 'backendMode is no text'],
    [undefined, 'backendMode is no text'],
  ])('that says %j changes nothing', async (modes, problem) => {
    write('DynamicFile');
    await start(options);
    await ready();
    write(modes);
    await pass(() => told.some((each) => each.kind === 'file-refused'), 'it is refused');
    expect(told.at(-1)).toMatchObject({
      file: 'dynamic_backend_mode',
      problem: expect.stringContaining(problem),
    });
    expect(mapper.problem()).toContain(problem);
    expect(await map()).toBe('dynamic|');
  });

  test('cannot ask for a backend that has no source', async () => {
    write('DynamicFile');
    await start({ ...options, dynamicFile: undefined });
    await ready();
    expect(told).toContainEqual({
      kind: 'file-refused',
      file: 'dynamic_backend_mode',
      problem: 'backend mode DynamicFile needs dynamicfilepath',
    });
    expect(await map()).toBe('mounted|');
  });
});

describe('the principal that made the cluster', () => {
  const creator = { clusterCreatorArn: `arn:aws:sts::${ACCOUNT}:assumed-role/DEV/x` };
  const mountedFile = readMountedMappings({});
  const admin = 'kubernetes-admin|system:masters';

  test('is its administrator, where a setting names it', async () => {
    await start({ ...creator, mountedFile });
    expect(await map()).toBe(admin);
    expect(await map(toRoleSession('Ops'))).toBe('unmapped');
    expect(await mapper.mapper.map(toRoleSession('Dev'))).toMatchObject({
      origin: { backend: 'ClusterCreator' },
    });
  });

  test('is nobody where none names it', async () => {
    await start({ mountedFile });
    expect(await map()).toBe('unmapped');
  });

  test('gives way to an entry of its own', async () => {
    await start(creator);
    expect(await map()).toBe('mounted|');
  });

  test('gets in while mappings cannot be read', async () => {
    await start({ ...creator, backends: ['EKSConfigMap'] });
    expect(await map()).toBe(admin);
    expect(await map(toRoleSession('Ops'))).toBe('source-unknown');
  });

  test('does not get past an entry of its own that cannot be used', async () => {
    const bad = { ...toAwsAuth(''), data: { mapRoles: JSON.stringify([{ rolearn: DEV, username: 7 }]) } };
    await start({ ...creator, backends: ['EKSConfigMap'] }, [listOf([bad], '10')]);
    await ready();
    expect(await map()).toBe('bad-entry');
  });
});
