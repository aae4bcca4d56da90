import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKubeApi } from '../../src/kube/api.ts';
import { loadKubeconfigAccess } from '../../src/kube/kubeconfig.ts';
import { toRequestOptions } from '../../src/kube/request.ts';
import { createAuthority } from '../support/certificates.ts';
import { type Answer, type ScriptedServer, startScriptedServer } from '../support/kube/scripted-server.ts';

const ok: Answer = { kind: 'whole', status: 200, body: '{}' };

interface Parts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
  readonly currentContext?: string;
}

let folder: string;
let path: string;
const servers: ScriptedServer[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'iam-bridge-kubeconfig-'));
  path = join(folder, 'config');
});

afterEach(async () => {
  await rm(folder, { recursive: true });
  for (const server of servers.splice(0)) await server.close();
});

/** JSON is YAML, too. */
async function writeKubeconfig(parts: Parts): Promise<void> {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': parts.currentContext ?? 'here',
    clusters: [{ name: 'one', cluster: { server: 'https://api.example:6443', ...parts.cluster } }],
    users: [
      { name: 'other', user: { token: 'not mine' } },
      { name: 'me', user: { ...parts.user } },
    ],
    contexts: [{ name: 'here', context: { cluster: 'one', user: 'me', ...parts.context } }],
  };
  await writeFile(path, JSON.stringify(config));
}

async function startServer(...script: Answer[]): Promise<ScriptedServer> {
  const server = await startScriptedServer(script);
  servers.push(server);
  return server;
}

/** An exec plugin that counts its runs in a file and answers with what the expression yields. */
function toPlugin(status: string): object {
  const script = [
    "const fs = require('node:fs');",
    `const file = ${JSON.stringify(join(folder, 'runs'))};`,
    "fs.appendFileSync(file, 'x');",
    "const run = fs.readFileSync(file, 'utf8').length;",
    'const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);',
    `console.log(JSON.stringify({ kind: 'ExecCredential', apiVersion: info.apiVersion, status: ${status} }));`,
  ].join('\n');
  return {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: process.execPath,
    args: ['-e', script],
    env: [{ name: 'COLOUR', value: 'green' }],
  };
}

async function countRuns(): Promise<number> {
  return readFile(join(folder, 'runs'), 'utf8').then(
    (text) => text.length,
    () => 0,
  );
}

describe('a kubeconfig', () => {
  test('gives address, trust, name and namespace of its current context', async () => {
    await writeKubeconfig({
      cluster: {
        server: 'https://api.example:6443/',
        'certificate-authority-data': Buffer.from('the CA').toString('base64'),
        'tls-server-name': 'kube.test',
      },
      user: { token: 'mine' },
      context: { namespace: 'shop' },
    });
    const access = await loadKubeconfigAccess({ path });
    expect(access).toMatchObject({
      server: 'https://api.example:6443',
      ca: 'the CA',
      serverName: 'kube.test',
      skipTlsVerify: false,
      namespace: 'shop',
      notes: [],
    });
    expect(await access.authorization()).toBe('Bearer mine');
    expect(access.clientCertificate).toBeUndefined();
  });

  test('may leave the user out', async () => {
    await writeKubeconfig({ context: { user: '' } });
    const access = await loadKubeconfigAccess({ path });
    expect(await access.authorization()).toBeUndefined();
  });

  test('may turn verification off, which is said', async () => {
    await writeKubeconfig({ cluster: { 'insecure-skip-tls-verify': true } });
    const access = await loadKubeconfigAccess({ path });
    expect(access.skipTlsVerify).toBe(true);
    expect(access.notes).toEqual([expect.stringContaining('is not verified')]);
  });

  test('may use a password', async () => {
    await writeKubeconfig({ user: { username: 'me', password: 'pass' } });
    const access = await loadKubeconfigAccess({ path });
    expect(await access.authorization()).toBe(`Basic ${Buffer.from('me:pass').toString('base64')}`);
  });

  test('takes another address, with the same credentials', async () => {
    await writeKubeconfig({ user: { token: 'mine' } });
    const access = await loadKubeconfigAccess({ path, server: 'https://other.example' });
    expect(access).toMatchObject({ server: 'https://other.example', skipTlsVerify: false });
    expect(await access.authorization()).toBe('Bearer mine');
  });

  test('names files relative to itself', async () => {
    await mkdir(join(folder, 'pki'));
    await writeFile(join(folder, 'pki', 'ca.crt'), 'the CA');
    await writeFile(join(folder, 'pki', 'me.crt'), 'my certificate');
    await writeFile(join(folder, 'pki', 'me.key'), 'my key');
    await writeKubeconfig({
      cluster: { 'certificate-authority': 'pki/ca.crt' },
      user: { 'client-certificate': 'pki/me.crt', 'client-key': 'pki/me.key' },
    });
    const access = await loadKubeconfigAccess({ path });
    expect(access.ca).toBe('the CA');
    expect(access.clientCertificate).toEqual({ cert: 'my certificate', key: 'my key' });
  });

  test.each<[string, Parts, string]>([
    [
      'no current context',
      { currentContext: '' },
      'no current-context; set one by kubectl config use-context',
    ],
    [
      'an unknown context',
      { currentContext: 'away' },
      'the current-context "away" is not among its contexts',
    ],
    ['an unknown cluster', { context: { cluster: 'two' } }, 'cluster "two" of the context is missing'],
    ['an unknown user', { context: { user: 'you' } }, 'user "you" of the context is missing'],
    ['a proxy', { cluster: { 'proxy-url': 'socks5://p' } }, 'proxy-url of cluster "one" is not supported'],
    [
      'impersonation',
      { user: { as: 'root' } },
      'user "me" impersonates another (as:), which is not supported',
    ],
    ['a bad address', { cluster: { server: 'ftp://a' } }, 'server: not the address of an API server'],
    [
      'half a pair',
      { user: { 'client-certificate-data': 'YQ==' } },
      'user "me" has one of client certificate and key',
    ],
    ['a missing CA', { cluster: { 'certificate-authority': 'gone.crt' } }, 'certificate-authority: ENOENT'],
    ['a missing key', { user: { 'client-key': 'gone.key' } }, 'credentials of user "me": ENOENT'],
  ])('with %s is refused by name', async (_, parts, problem) => {
    await writeKubeconfig(parts);
    const failure = await loadKubeconfigAccess({ path }).catch(String);
    expect(failure).toContain(`kubeconfig ${path}: ${problem}`);
  });

  test.each([
    ['is missing', undefined, 'ENOENT'],
    ['is no YAML', 'users:\n- {user: {token: s3cr3t}\n  x', 'not YAML: '],
    ['is something else', '[]', 'no current-context'],
    ['is empty', '', 'not '],
    ['is a word', 'word', 'no current-context'],
    ['has clusters of another kind', '{"clusters":[null]}', 'not a kubeconfig'],
  ])('that %s is refused by name, without a word of it', async (_, text, problem) => {
    if (text !== undefined) await writeFile(path, text);
    const failure = await loadKubeconfigAccess({ path }).catch(String);
    expect(failure).toContain(`kubeconfig ${path}: ${problem}`);
    expect(failure).not.toContain('s3cr3t');
  });
});

describe('a token file of a kubeconfig', () => {
  test('is read beside it, trimmed, and again once refused', async () => {
    let now = 0;
    await writeFile(join(folder, 'token'), 'first\n');
    await writeKubeconfig({ user: { token: 'written down', tokenFile: 'token' } });
    const access = await loadKubeconfigAccess({ path, now: () => now });
    expect(await access.authorization()).toBe('Bearer first');
    await writeFile(join(folder, 'token'), 'second\n');
    access.refused?.();
    expect(await access.authorization()).toBe('Bearer first');
    now = 10_000;
    expect(await access.authorization()).toBe('Bearer second');
  });
});

test('a kubeconfig and its files are read again also after the clock was set back', async () => {
  const [older, newer] = [createAuthority('older').certificate, createAuthority('newer').certificate];
  const ca = join(folder, 'ca.crt');
  await writeFile(ca, older);
  await writeKubeconfig({ cluster: { 'certificate-authority': ca }, user: { token: 'first' } });
  let now = 24 * 3_600_000;
  const access = await loadKubeconfigAccess({ path, now: () => now });
  await writeFile(ca, newer);
  now = 0;
  await access.authorization();
  expect(access.ca?.trim()).toBe(newer.trim());
  await writeKubeconfig({ cluster: { 'certificate-authority': ca }, user: { token: 'second' } });
  access.refused?.();
  now = 10_000;
  expect(await access.authorization()).toBe('Bearer second');
});

describe('an exec plugin of a kubeconfig', () => {
  test('is started at the first request, with what kubectl tells it, and not again while its token is good', async () => {
    const server = await startServer(ok, ok);
    const status = "{ token: [run, process.env.COLOUR, info.spec.interactive].join('-') }";
    await writeKubeconfig({ cluster: { server: server.url }, user: { exec: toPlugin(status) } });
    const access = await loadKubeconfigAccess({ path });
    expect(await countRuns()).toBe(0);
    const api = createKubeApi(access);
    await Promise.all([api.get('/a'), api.get('/b')]);
    api.close();
    const sent = server.seen.map(({ headers }) => headers.authorization);
    expect(sent).toEqual(['Bearer 1-green-false', 'Bearer 1-green-false']);
    expect(await countRuns()).toBe(1);
  });

  test('is started again once its token has expired', async () => {
    const expired = "{ token: 't' + run, expirationTimestamp: '2020-01-01T00:00:00Z' }";
    await writeKubeconfig({ user: { exec: toPlugin(expired) } });
    const access = await loadKubeconfigAccess({ path });
    expect(await access.authorization()).toBe('Bearer t1');
    expect(await access.authorization()).toBe('Bearer t2');
  });

  test('is started again once its token was refused, but not for each refusal', async () => {
    let now = 0;
    await writeKubeconfig({ user: { exec: toPlugin("{ token: 't' + run }") } });
    const access = await loadKubeconfigAccess({ path, now: () => now });
    expect(await access.authorization()).toBe('Bearer t1');
    access.refused?.();
    now = 9_999;
    expect(await access.authorization()).toBe('Bearer t1');
    now = 10_000;
    expect(await access.authorization()).toBe('Bearer t2');
    access.refused?.();
    expect(await access.authorization()).toBe('Bearer t2');
  });

  test('may yield a client certificate', async () => {
    await writeKubeconfig({
      user: { exec: toPlugin("{ clientCertificateData: 'cert ' + run, clientKeyData: 'key' }") },
    });
    const options = await toRequestOptions(await loadKubeconfigAccess({ path }), '/', 'a/b');
    expect(options).toMatchObject({ cert: 'cert 1', key: 'key' });
  });

  test('is found beside the kubeconfig where its command is relative', async () => {
    const script = '#!/bin/sh\necho \'{"status":{"token":"beside"}}\'\n';
    await writeFile(join(folder, 'plugin.sh'), script, { mode: 0o755 });
    await writeKubeconfig({ user: { exec: { command: './plugin.sh' } } });
    const access = await loadKubeconfigAccess({ path });
    expect(await access.authorization()).toBe('Bearer beside');
  });

  test.each([
    [
      'is not there',
      { command: '/nowhere/plugin' },
      'exec plugin "/nowhere/plugin": spawn /nowhere/plugin ENOENT',
    ],
    [
      'fails',
      { command: process.execPath, args: ['-e', 'console.error("no\\nluck"); process.exit(1)'] },
      `exec plugin "${process.execPath}": no luck`,
    ],
    ['says nothing', { command: process.execPath, args: ['-e', ''] }, `exec plugin "${process.execPath}": `],
  ])('that %s is an error of the request, not of the start', async (_, exec, problem) => {
    await writeKubeconfig({ user: { exec } });
    const access = await loadKubeconfigAccess({ path });
    await expect(access.authorization()).rejects.toThrow(`kubeconfig ${path}: ${problem}`);
  });
});

describe('a client certificate of a kubeconfig', () => {
  test('is shown to the server', async () => {
    const authority = createAuthority('test authority');
    const serving = authority.issue({ names: ['127.0.0.1'] });
    const mine = authority.issue({ names: ['me'] });
    const server = await startScriptedServer([ok], {
      tls: { cert: serving.certificate, key: serving.key, ca: authority.certificate, requestCert: true },
    });
    servers.push(server);
    const encode = (text: string): string => Buffer.from(text).toString('base64');
    await writeKubeconfig({
      cluster: { server: server.url, 'certificate-authority-data': encode(authority.certificate) },
      user: { 'client-certificate-data': encode(mine.certificate), 'client-key-data': encode(mine.key) },
    });
    const api = createKubeApi(await loadKubeconfigAccess({ path }));
    await api.get('/a');
    api.close();
    expect(server.seen[0]?.client).toBe('me');
  });
});

describe('a certificate-authority file of a kubeconfig', () => {
  test('is read again after a minute, and half a file leaves what was there', async () => {
    const [older, newer] = [createAuthority('older').certificate, createAuthority('newer').certificate];
    const ca = join(folder, 'ca.crt');
    await writeFile(ca, older);
    await writeKubeconfig({ cluster: { 'certificate-authority': ca }, user: { token: 'mine' } });
    let now = 0;
    const access = await loadKubeconfigAccess({ path, now: () => now });
    const read = async (): Promise<string | undefined> => {
      await access.authorization();
      return access.ca?.trim();
    };
    await writeFile(ca, newer);
    now = 59_999;
    expect(await read()).toBe(older.trim());
    now = 60_000;
    expect(await read()).toBe(newer.trim());
    await writeFile(ca, older.slice(0, 100));
    now = 120_000;
    expect(await read()).toBe(newer.trim());
  });
});

describe('plain http in a kubeconfig', () => {
  // client-node itself turns such a cluster down.
  test('is loaded, and within this machine the token is sent', async () => {
    const server = await startServer(ok);
    await writeKubeconfig({ cluster: { server: server.url }, user: { token: 'mine' } });
    const access = await loadKubeconfigAccess({ path });
    const api = createKubeApi(access);
    await api.get('/a');
    api.close();
    expect(server.seen[0]?.headers.authorization).toBe('Bearer mine');
    expect(access).toMatchObject({
      skipTlsVerify: false,
      notes: [expect.stringContaining('credentials are sent unencrypted')],
    });
  });

  test('may come from --kube-api, and leaves verification of https alone', async () => {
    const server = await startServer(ok);
    await writeKubeconfig({ user: { token: 'mine' } });
    const access = await loadKubeconfigAccess({ path, server: server.url });
    const api = createKubeApi(access);
    await api.get('/a');
    api.close();
    expect(server.seen).toHaveLength(1);
    expect((await loadKubeconfigAccess({ path })).skipTlsVerify).toBe(false);
  });

  test('to another machine carries nothing, starts no plugin and says so', async () => {
    await writeKubeconfig({
      cluster: { server: 'http://api.example' },
      user: { exec: toPlugin("{ token: 't' }"), 'client-certificate': 'gone.crt', 'client-key': 'gone.key' },
    });
    const access = await loadKubeconfigAccess({ path });
    const options = await toRequestOptions(access, '/a', 'a/b');
    expect(options.headers).toEqual({ accept: 'a/b', 'user-agent': 'iam-bridge' });
    expect(await countRuns()).toBe(0);
    expect(access.notes).toEqual([
      'http://api.example is plain http: no credential is sent to it; redirects are not followed',
    ]);
  });
});
