import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  decideByMappings,
  type LoadedMappings,
  loadMappings,
} from '../../../src/commands/mapping-sources.ts';
import { loadKubeconfig } from '../../../src/kube/kubeconfig-file.ts';
import { findEntryFlaws } from '../../../src/mapping/findings.ts';
import { readLine, readSettings } from '../../support/commands/authenticator.ts';
import { KEYS_ENV, readUrl, runCommand } from '../../support/commands/token.ts';
import { toWords } from '../../support/mapping/decide.ts';
import { toRoleSession, toUser } from '../../support/mapping/identities.ts';

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'examples', 'authenticator');
const pathOf = (name: string): string => join(FOLDER, name);
const page = readFileSync(join(FOLDER, '..', '..', 'docs', 'authenticator.md'), 'utf8');

describe('examples/authenticator', () => {
  test('has a configuration that the server takes, and finds nothing odd in', () => {
    const { remarks, mapping, room } = readSettings([`--config=${pathOf('config.yaml')}`, '--strict-config']);
    expect(remarks).toEqual([]);
    expect(mapping.backends).toEqual(['MountedFile', 'EKSConfigMap', 'CRD']);
    expect(room.clusterId).toBe('my-cluster');
    expect(readLine([`--config=${pathOf('config.yaml')}`]).kind).toBe('settings');
  });

  describe('has mappings', () => {
    let loaded: LoadedMappings;
    beforeAll(async () => {
      const names = ['config.yaml', 'aws-auth.yaml', 'iam-identity-mapping.yaml'].map(pathOf);
      loaded = await loadMappings({ names, ssoRoleMatch: false }, () =>
        Promise.reject(new Error('no cluster is asked')),
      );
    });

    test('in the order of the configuration, of which nothing is left out', () => {
      expect(loaded.notes).toEqual([]);
      const entries = loaded.sources.flatMap((source) => source.entries);
      expect(entries).toHaveLength(5);
      expect(
        entries.flatMap<unknown>((entry) => (entry.kind === 'good' ? findEntryFlaws(entry) : [entry])),
      ).toEqual([]);
    });

    test.each([
      ['an administrator', toRoleSession('ClusterAdmins'), 'admin:jane|system:masters'],
      [
        'a node, whose name EC2 tells',
        toRoleSession('Nodes', { session: 'i-0123456789abcdef0' }),
        'node-name-unknown',
      ],
      [
        'a role with a path',
        toRoleSession('Deployer', { roleId: 'AROAEXAMPLEDEPLOYER' }),
        'deployer:jane|deployers',
      ],
      ['its namesake', toRoleSession('Deployer'), 'unmapped'],
      ['a user', toUser('bob'), 'bob|viewers'],
      ['an auditor', toRoleSession('Auditors'), 'auditor:jane|auditors'],
      ['somebody else', toRoleSession('Others'), 'unmapped'],
    ])('for %s', async (_, identity, words) => {
      expect(toWords(await decideByMappings(identity, loaded))).toBe(words);
    });
  });

  test('has a kubeconfig whose command makes a token for that cluster', async () => {
    const path = pathOf('kubeconfig.yaml');
    const { user, server } = await loadKubeconfig({ path });
    expect(server).toBe('https://cluster.example:6443');
    const { command, args = [], apiVersion } = user?.exec ?? {};
    expect([command, args[0]]).toEqual(['iam-bridge', 'get-token']);
    const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: true, cluster: { server } } };
    const env = { ...KEYS_ENV, KUBERNETES_EXEC_INFO: JSON.stringify(info) };
    const { code, stdout, stderr } = await runCommand('get-token', args.slice(1), { env });
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({ apiVersion, kind: 'ExecCredential' });
    expect(readUrl(stdout).host).toBe('sts.eu-west-1.amazonaws.com');
    const { clusterID } = parse(readFileSync(pathOf('config.yaml'), 'utf8'));
    expect(args).toContain(clusterID);
  });

  test.each(['config.yaml', 'aws-auth.yaml', 'iam-identity-mapping.yaml', 'kubeconfig.yaml'])(
    'is what docs/authenticator.md refers to: %s',
    (name) => {
      expect(page).toContain(`(../examples/authenticator/${name})`);
    },
  );
});
