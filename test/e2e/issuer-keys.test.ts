import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PublicJwk } from '../../src/issuer/documents.ts';
import { runTree } from '../support/commands/tree.ts';
import { type Cluster, startCluster } from '../support/e2e/cluster.ts';
import { toNamespace, toServiceAccount } from '../support/e2e/fixtures.ts';
import { describeOnCluster, showLogsOnFailure } from '../support/e2e/suite.ts';

const ISSUER = 'https://issuer.iam-bridge.test';

describeOnCluster('keys of a real API server', () => {
  let cluster: Cluster;
  let folder: string;
  let signingKid: string;

  const toPath = (name: string) => join(folder, name);

  async function generate(type: string, name: string): Promise<string> {
    const files = ['--out', toPath(`${name}.key`), '--public', toPath(`${name}.pub`)];
    const { code, stdout, stderr } = await runTree([
      'keys',
      'generate',
      '--type',
      type,
      ...files,
      '-o',
      'json',
    ]);
    expect([code, stderr]).toEqual([0, '']);
    return JSON.parse(stdout).kid;
  }

  async function readRaw(path: string): Promise<string> {
    const { code, stdout, stderr } = await cluster.kubectl(['get', '--raw', path]);
    expect([code, stderr]).toEqual([0, '']);
    return stdout;
  }

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'iam-bridge-issuer-keys-'));
    await generate('rsa', 'old');
    signingKid = await generate('p256', 'new');
    cluster = await startCluster({
      apiServerFlags: [
        // One as it is made for signing, and one public half: the API server reads both.
        `--service-account-key-file=${toPath('old.pub')}`,
        `--service-account-key-file=${toPath('new.key')}`,
        `--service-account-signing-key-file=${toPath('new.key')}`,
      ],
    });
  });

  afterAll(async () => {
    await cluster?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  beforeEach(() => showLogsOnFailure(cluster));

  it('are served as `keys jwks` renders their files, byte for byte', async () => {
    const served = await readRaw('/openid/v1/jwks');
    for (const name of ['old.pub', 'old.key', 'new.pub', 'new.key']) {
      const { stdout } = await runTree(['keys', 'jwks', '--from', toPath(name), '-o', 'json']);
      const [, entry = 'none'] = /^\{"keys":\[(.*)\]\}$/.exec(stdout) ?? [];
      expect(served).toContain(entry);
    }
    expect(Object.keys(JSON.parse(served))).toEqual(['keys']);
  });

  describe('published from the cluster', () => {
    beforeAll(async () => {
      const words = ['publish', '--to', toPath('public'), '--issuer', ISSUER, '--from', 'cluster'];
      const { code, stderr } = await runTree([...words, '--kubeconfig', cluster.kubeconfig]);
      expect([code, stderr]).toEqual([0, expect.stringContaining('issuer drift')]);
    });

    const readPublished = (name: string) => readFileSync(join(folder, 'public', name), 'utf8');

    it('are all that it accepts, with its own discovery document byte for byte', async () => {
      expect(readPublished('.well-known/openid-configuration')).toBe(
        await readRaw('/.well-known/openid-configuration'),
      );
      const served: PublicJwk[] = JSON.parse(await readRaw('/openid/v1/jwks')).keys;
      const published: PublicJwk[] = JSON.parse(readPublished('openid/v1/jwks')).keys;
      expect(published).toHaveLength(3);
      expect(new Set(published)).toEqual(new Set(served));
    });

    it('have the one that signs tokens, under the id that tokens carry', async () => {
      await cluster.client.create(toNamespace('tokens'));
      await cluster.client.create(toServiceAccount('tokens', 'web'));
      const words = ['create', 'token', 'web', '--namespace=tokens', '--audience=sts.amazonaws.com'];
      const { stdout } = await cluster.kubectl(words);
      const header = JSON.parse(Buffer.from(stdout.split('.')[0] ?? '', 'base64url').toString());
      expect(header).toEqual({ alg: 'ES256', kid: signingKid });
      expect(readPublished('openid/v1/jwks')).toContain(signingKid);
    });

    it('need nothing more a second time', async () => {
      const words = [
        'publish',
        '--to',
        toPath('public'),
        '--issuer',
        ISSUER,
        '--from',
        'cluster',
        '--dry-run',
      ];
      const { code, stdout } = await runTree([...words, '--kubeconfig', cluster.kubeconfig]);
      expect([code, stdout]).toEqual([0, expect.stringContaining('nothing to write')]);
    });
  });
});
