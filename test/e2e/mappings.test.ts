import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { createSystemClock } from '../../src/base/clock.ts';
import { createKubeApi } from '../../src/kube/api.ts';
import { loadKubeconfigAccess } from '../../src/kube/kubeconfig.ts';
import { createMapper, type RunningMapper } from '../../src/mapping/create-mapper.ts';
import type { BackendName } from '../../src/mapping/mapper.ts';
import type { MappingEvent } from '../../src/mapping/mapping-events.ts';
import { readMountedMappings } from '../../src/mapping/mounted-file.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { eventually } from '../support/e2e/eventually.ts';
import { IDENTITY_MAPPINGS, toIdentityMapping } from '../support/e2e/identity-mappings.ts';
import type { KubeObject } from '../support/e2e/objects.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';
import { toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession } from '../support/mapping/identities.ts';

const USER = 'iam-bridge';
const DEV = `arn:aws:iam::${ACCOUNT}:role/Dev`;
/** ms that a change may take to be what is decided by */
const SOON = { timeout: 2_000, interval: 20 };

describeOnCluster('mappings of a real cluster', () => {
  let cluster: Cluster;
  let mapper: RunningMapper;
  let told: MappingEvent[];
  const cleanups: (() => unknown)[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ users: [USER] });
    const role = readManifests().find(({ kind }) => kind === 'ClusterRole');
    if (role === undefined) throw new Error('docs/mappings.md has no ClusterRole');
    await cluster.client.create(role);
    await cluster.client.create(toBinding(role));
    await cluster.client.create(IDENTITY_MAPPINGS);
    await eventually(() => cluster.client.list(toIdentityMapping('', {})));
  });
  afterAll(() => cluster?.stop());
  beforeEach(() => showLogsOnFailure(cluster));
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
  });

  async function start(...backends: BackendName[]): Promise<void> {
    const access = await loadKubeconfigAccess({ path: cluster.findKubeconfig(USER) });
    const api = createKubeApi(access);
    told = [];
    mapper = createMapper(
      {
        backends,
        mountedFile: readMountedMappings({}),
        dynamicFile: undefined,
        backendModePath: undefined,
        ssoRoleMatch: false,
        reservedPrefixes: new Map(),
        clusterCreatorArn: undefined,
      },
      {
        api,
        clock: createSystemClock(),
        random: Math.random,
        report: (event) => void told.push(event),
        watches: { report: () => () => {}, add: () => {} },
        findNodeName: () => Promise.reject(new Error('there are no nodes')),
      },
    );
    cleanups.push(api.close, () => mapper.stop());
    mapper.start();
    await eventually(() => expect(mapper.pending()).toBeUndefined());
  }

  async function mayWriteStatus(): Promise<unknown> {
    const resource = {
      group: 'iamauthenticator.k8s.aws',
      resource: 'iamidentitymappings',
      subresource: 'status',
    };
    const { object } = await cluster.client.create<KubeObject>({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      metadata: {},
      spec: { user: USER, resourceAttributes: { ...resource, verb: 'update' } },
    });
    const { status } = object;
    return typeof status === 'object' && status !== null && 'allowed' in status && status.allowed;
  }

  async function map(role = 'Dev'): Promise<string> {
    return toWords(await mapper.mapper.map(toRoleSession(role)));
  }

  /** The change is what is decided by within two seconds. */
  async function expectSoon(words: string, role?: string): Promise<void> {
    await eventually(async () => expect(await map(role)).toBe(words), SOON);
  }

  describe('aws-auth', () => {
    const toAwsAuth = (mapRoles: string): KubeObject => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'aws-auth', namespace: 'kube-system' },
      data: { mapRoles },
    });
    const roles = (username: unknown): string => JSON.stringify([{ rolearn: DEV, username }]);

    it('counts within two seconds as it comes, changes, breaks and goes', async () => {
      await start('EKSConfigMap');
      expect(await map()).toBe('unmapped');
      await cluster.client.apply(toAwsAuth(roles('one')));
      await expectSoon('one|');
      await cluster.client.apply(toAwsAuth(roles('two')));
      await expectSoon('two|');
      await cluster.client.apply(toAwsAuth('- rolearn: [broken'));
      await eventually(() => expect(mapper.problem()).toContain('it is not YAML'), SOON);
      expect(await map()).toBe('two|');
      await cluster.client.apply(toAwsAuth(roles(7)));
      await expectSoon('bad-entry');
      await cluster.client.delete(toAwsAuth(''));
      await expectSoon('unmapped');
    });

    it('counts after the API server was away, also what was deleted meanwhile', async () => {
      await cluster.client.apply(toAwsAuth(roles('one')));
      await start('EKSConfigMap');
      expect(await map()).toBe('one|');
      const twin = await cluster.startTwin();
      await cluster.killApiServer();
      await twin.delete(toAwsAuth(''));
      expect(await map()).toBe('one|');
      await cluster.startApiServer();
      await eventually(async () => expect(await map()).toBe('unmapped'), { timeout: 60_000 });
    });

    it('is read as docs/mappings.md shows it', async () => {
      const example = readManifests().find(({ kind }) => kind === 'ConfigMap');
      if (example === undefined) throw new Error('docs/mappings.md has no ConfigMap');
      await cluster.client.apply(example);
      await start('EKSConfigMap');
      expect(mapper.problem()).toBeUndefined();
      const deployer = toRoleSession('Deployer', { roleId: 'AROAEXAMPLEDEPLOYER' });
      expect(toWords(await mapper.mapper.map(deployer))).toBe('deployer:jane|deployers');
      expect(await map()).toBe(`${DEV}|`);
      await cluster.client.delete(example);
    });
  });

  describe('an IAMIdentityMapping', () => {
    it('counts within two seconds as it comes, changes and goes, and has its status written', async () => {
      await start('CRD');
      expect(await map()).toBe('unmapped');
      await cluster.client.create(toIdentityMapping('dev', { arn: DEV, username: 'one', groups: ['a'] }));
      await expectSoon('one|a');
      const readStatus = async () => (await cluster.client.get(toIdentityMapping('dev', {})))['status'];
      await eventually(async () =>
        expect(await readStatus()).toEqual({ canonicalARN: DEV.toLowerCase(), userID: '' }),
      );
      await cluster.client.merge(
        toIdentityMapping('dev', { username: 'two', arn: DEV.replace('Dev', 'Ops') }),
      );
      await expectSoon('two|a', 'Ops');
      expect(await map()).toBe('unmapped');
      await eventually(async () =>
        expect(await readStatus()).toMatchObject({ canonicalARN: DEV.replace('Dev', 'Ops').toLowerCase() }),
      );
      await cluster.client.delete(toIdentityMapping('dev', {}));
      await expectSoon('unmapped', 'Ops');
      expect(told.some(({ kind }) => kind === 'status-not-written')).toBe(false);
    });

    it('counts without the right to write its status, which is told once', async () => {
      await cluster.client.merge({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'iam-bridge-mappings' },
        rules: [
          {
            apiGroups: ['iamauthenticator.k8s.aws'],
            resources: ['iamidentitymappings'],
            verbs: ['list', 'watch'],
          },
        ],
      });
      // The API server takes a moment to know of it.
      await eventually(async () => expect(await mayWriteStatus()).toBe(false));
      await start('CRD');
      await cluster.client.create(toIdentityMapping('dev', { arn: DEV, username: 'dev' }));
      await expectSoon('dev|');
      await eventually(() =>
        expect(told.filter(({ kind }) => kind === 'status-not-written')).toHaveLength(1),
      );
    });
  });
});

/** The examples that people copy. */
function readManifests(): readonly KubeObject[] {
  const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'mappings.md'), 'utf8');
  return Array.from(page.matchAll(/^```yaml\n(.*?)^```$/gms), ([, text = '']) => parseAllDocuments(text))
    .flat()
    .map((document) => document.toJS() as KubeObject);
}

function toBinding({ metadata: { name = '' } }: KubeObject): KubeObject {
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup, kind: 'ClusterRole', name },
    subjects: [{ apiGroup, kind: 'User', name: USER }],
  };
}
