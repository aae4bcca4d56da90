import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readInClusterAccess } from '../../src/kube/in-cluster.ts';

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
