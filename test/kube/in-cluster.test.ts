import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { toAccessAt } from '../../src/kube/access.ts';
import { createKubeApi } from '../../src/kube/api.ts';
import { readInClusterAccess } from '../../src/kube/in-cluster.ts';
import { loadKubeconfigAccess } from '../../src/kube/kubeconfig.ts';
import { createAuthority } from '../support/certificates.ts';
import { type Answer, type ScriptedServer, startScriptedServer } from '../support/kube/scripted-server.ts';

const address = { host: '10.0.0.1', port: '443' };

describe('access as the pod itself', () => {
  let root: string;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'iam-bridge-pod-'));
    await writeFile(join(root, 'token'), 'first\n');
    await writeFile(join(root, 'ca.crt'), 'the CA\n');
    await writeFile(join(root, 'namespace'), 'shop');
  });

  afterEach(() => rm(root, { recursive: true }));

  test('comes from the three mounted files', async () => {
    const access = await readInClusterAccess({ ...address, root });
    expect(access).toMatchObject({
      server: 'https://10.0.0.1:443',
      ca: 'the CA',
      namespace: 'shop',
      notes: [],
    });
    expect(await access.authorization()).toBe('Bearer first');
  });

  test('brackets an IPv6 host', async () => {
    const access = await readInClusterAccess({ host: 'fd00::1', port: '443', root });
    expect(access.server).toBe('https://[fd00::1]:443');
  });

  test('reads the token again after a minute, not before', async () => {
    let now = 0;
    const access = await readInClusterAccess({ ...address, root, now: () => now });
    await writeFile(join(root, 'token'), 'second');
    now = 59_999;
    expect(await access.authorization()).toBe('Bearer first');
    now = 60_000;
    expect(await access.authorization()).toBe('Bearer second');
  });

  test('reads the token again once it was refused', async () => {
    const access = await readInClusterAccess({ ...address, root, now: () => 0 });
    await writeFile(join(root, 'token'), 'second');
    access.refused?.();
    expect(await access.authorization()).toBe('Bearer second');
  });

  test.each(['', 'two words', 'line\nbreak'])('keeps the token while the file holds %j', async (broken) => {
    let now = 0;
    const access = await readInClusterAccess({ ...address, root, now: () => now });
    await writeFile(join(root, 'token'), broken);
    now = 60_000;
    expect(await access.authorization()).toBe('Bearer first');
    await writeFile(join(root, 'token'), 'second');
    now = 120_000;
    expect(await access.authorization()).toBe('Bearer second');
  });

  test('reads what is rotated again also after the clock was set back', async () => {
    let now = 24 * 3_600_000;
    const access = await readInClusterAccess({ ...address, root, now: () => now });
    await writeFile(join(root, 'token'), 'second');
    now = 0;
    expect(await access.authorization()).toBe('Bearer second');
    await writeFile(join(root, 'token'), 'third');
    now = 60_000;
    expect(await access.authorization()).toBe('Bearer third');
  });

  test('reads the authorities again after a minute, or once a certificate was not trusted', async () => {
    const [older, newer, newest] = ['older', 'newer', 'newest'].map(
      (name) => createAuthority(name).certificate,
    );
    const write = (text = ''): Promise<void> => writeFile(join(root, 'ca.crt'), text);
    await write(older);
    let now = 0;
    const access = await readInClusterAccess({ ...address, root, now: () => now });
    const read = async (): Promise<string | undefined> => {
      await access.authorization();
      return access.ca;
    };
    await write(newer);
    now = 59_999;
    expect(await read()).toBe(older?.trim());
    now = 60_000;
    expect(await read()).toBe(newer?.trim());
    await write(newest);
    access.refused?.();
    expect(await read()).toBe(newest?.trim());
    // Half a file, or none, leaves what was there: nothing else is trusted in its place.
    for (const broken of ['', 'x', `${older}${newer?.slice(0, 200)}`, newer?.slice(0, 200)]) {
      await write(broken);
      now += 60_000;
      expect(await read()).toBe(newest?.trim());
    }
    await rm(join(root, 'ca.crt'));
    now += 60_000;
    expect(await read()).toBe(newest?.trim());
    await write(`${older}${newer}`);
    now += 60_000;
    expect(await read()).toBe(`${older}${newer}`.trim());
  });

  test('at another address goes on reading what is rotated', async () => {
    const [older, newer] = [createAuthority('older').certificate, createAuthority('newer').certificate];
    await writeFile(join(root, 'ca.crt'), older);
    const access = await readInClusterAccess({ ...address, root, now: () => 0 });
    const elsewhere = toAccessAt(access, {
      server: 'https://10.9.9.9',
      serverName: 'kubernetes.default.svc',
    });
    await writeFile(join(root, 'ca.crt'), newer);
    elsewhere.refused?.();
    await elsewhere.authorization();
    expect([elsewhere.server, elsewhere.ca]).toEqual(['https://10.9.9.9', newer.trim()]);
  });

  test.each(['in a cluster', 'by a kubeconfig'])('%s outlives the rotation of the authority', async (way) => {
    const [older, newer] = [createAuthority('older'), createAuthority('newer')];
    const serve = async (authority: typeof older, port = 0): Promise<ScriptedServer> => {
      const { certificate, key } = authority.issue({ names: ['127.0.0.1'] });
      const ok: Answer = { kind: 'whole', status: 200, body: '{}' };
      return await startScriptedServer([ok, ok], { port, tls: { cert: certificate, key } });
    };
    const ca = join(root, 'ca.crt');
    await writeFile(ca, older.certificate);
    const first = await serve(older);
    let now = 0;
    const access =
      way === 'in a cluster'
        ? await readInClusterAccess({ host: '127.0.0.1', port: String(first.port), root, now: () => now })
        : await loadKubeconfigAccess({ path: await writeKubeconfig(first.url, ca), now: () => now });
    const api = createKubeApi(access);
    expect((await api.get('/a')).status).toBe(200);
    await first.close();
    await writeFile(ca, newer.certificate);
    const second = await serve(newer, first.port);
    // The first attempt shows that the authority is another one; the next is made with it.
    now += 10_000;
    await expect(api.get('/b')).rejects.toThrow(/certificate/);
    expect((await api.get('/c')).status).toBe(200);
    expect(second.seen.map(({ path }) => path)).toEqual(['/c']);
    api.close();
    await second.close();
  });

  async function writeKubeconfig(server: string, ca: string): Promise<string> {
    const path = join(root, 'kubeconfig');
    const config = {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority': ca } }],
      users: [{ name: 'u', user: { token: 'mine' } }],
      contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'c',
    };
    await writeFile(path, JSON.stringify(config));
    return path;
  }

  test('does without a namespace, and without a CA says what it trusts', async () => {
    await rm(join(root, 'ca.crt'));
    await rm(join(root, 'namespace'));
    const access = await readInClusterAccess({ ...address, root });
    expect(access.ca).toBeUndefined();
    expect(access.namespace).toBeUndefined();
    expect(access.notes).toEqual([
      `${join(root, 'ca.crt')} is missing: https://10.0.0.1:443 is checked against the public roots`,
    ]);
  });

  test('needs a token, and says where it should be', async () => {
    await rm(join(root, 'token'));
    await expect(readInClusterAccess({ ...address, root })).rejects.toThrow(
      /^cannot read .*token: ENOENT.*; does the pod set automountServiceAccountToken: false\?$/,
    );
  });

  test('does not repeat a token that is none', async () => {
    await writeFile(join(root, 'token'), 'not one token');
    const failure = await readInClusterAccess({ ...address, root }).catch(String);
    expect(failure).toContain('token: expected one token, 13 characters found');
    expect(failure).not.toContain('not one');
  });

  test.each([
    { host: undefined, port: '443' },
    { host: '10.0.0.1', port: undefined },
    { host: '', port: '' },
  ])('is refused outside a cluster: %j', async (outside) => {
    await expect(readInClusterAccess({ ...outside, root })).rejects.toThrow(
      /^not in a cluster: .*--kubeconfig or --kube-api$/,
    );
  });

  test.each([
    { host: '10.0.0.1', port: 'https', problem: 'KUBERNETES_SERVICE_PORT: expected a port number' },
    { host: '10.0.0.1', port: '99999', problem: 'KUBERNETES_SERVICE_HOST' },
    { host: 'a b', port: '443', problem: 'KUBERNETES_SERVICE_HOST: expected a host name or an IP address' },
    { host: 'a/b', port: '443', problem: 'KUBERNETES_SERVICE_HOST: expected a host name or an IP address' },
  ])('needs an address: $host $port', async ({ problem, ...at }) => {
    await expect(readInClusterAccess({ ...at, root })).rejects.toThrow(problem);
  });
});
