import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import {
  ensureCertificate,
  ensureClientCertificate,
  renewCertificate,
} from '../../../src/commands/authenticator/serving/certificate.ts';
import { prepareServing } from '../../../src/commands/authenticator/serving/prepare.ts';
import { createRenewal } from '../../../src/commands/authenticator/serving/renewal.ts';
import type { ServingSettings } from '../../../src/commands/authenticator/serving/settings.ts';
import { openStateFolder } from '../../../src/commands/authenticator/serving/state-folder.ts';
import { createAuthority } from '../../support/certificates.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { createRecordingLog } from '../../support/recording-log.ts';
import { until } from '../../support/until.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 2, 1);
const NAMES = ['localhost', '127.0.0.1', '::1'];

let workspace: Workspace;
let stateDir: string;

beforeEach(() => {
  workspace = createWorkspace();
  stateDir = join(workspace.folder, 'deep', 'state');
});
afterEach(() => workspace.remove());

const at = (name: string): string => join(stateDir, name);
const readState = (name: string): string => readFileSync(at(name), 'utf8');
const readLeaf = (): X509Certificate => new X509Certificate(readState('cert.pem'));
const hashAll = (): Record<string, string> =>
  Object.fromEntries(
    readdirSync(stateDir)
      .toSorted()
      .map((name) => [name, createHash('sha256').update(readState(name)).digest('hex')]),
  );

async function ensure(now = NOW, names = NAMES) {
  return await ensureCertificate(await openStateFolder(stateDir), names, now);
}

/** A pair as the Go program leaves one: its certificate is its own authority. */
async function leaveForeignPair(): Promise<string> {
  await openStateFolder(stateDir);
  const { certificate, key } = createAuthority('theirs').issue({ names: ['127.0.0.1'] });
  writeFileSync(at('cert.pem'), certificate);
  writeFileSync(at('key.pem'), key);
  return certificate;
}

describe('the first start', () => {
  test('makes an authority for a hundred years and a certificate under it, for their owner alone', async () => {
    const { kind, made, authority } = await ensure();
    expect([kind, made]).toEqual(['renewed', ['authority', 'certificate']]);
    const parent = new X509Certificate(authority);
    expect(parent.validToDate.getTime() - NOW).toBeGreaterThan(99 * 365 * DAY);
    expect(parent.ca).toBe(true);
    const leaf = readLeaf();
    expect([leaf.checkIssued(parent), leaf.verify(parent.publicKey), leaf.ca]).toEqual([true, true, false]);
    expect(leaf.subject).toBe('CN=aws-iam-authenticator');
    expect(NAMES.map((name) => leaf.checkHost(name) ?? leaf.checkIP(name))).toEqual(NAMES);
    expect(leaf.checkIP('127.0.0.2')).toBeUndefined();
    const files = ['ca-key.pem', 'ca.pem', 'cert.pem', 'key.pem'];
    expect(readdirSync(stateDir).toSorted()).toEqual(files);
    for (const name of files) expect([name, statSync(at(name)).mode & 0o777]).toEqual([name, 0o600]);
    expect(statSync(stateDir).mode & 0o777).toBe(0o700);
  });

  test('of several at once leaves one authority, which all go by', async () => {
    const all = await Promise.all([ensure(), ensure(), ensure(), ensure()]);
    expect(new Set(all.map(({ authority }) => authority)).size).toBe(1);
    expect(readLeaf().verify(new X509Certificate(readState('ca.pem')).publicKey)).toBe(true);
  });

  test.each(['cert.pem', 'key.pem'])('completes what is left of a pair: %s alone', async (left) => {
    await ensure();
    const authority = readState('ca.pem');
    rmSync(at(left === 'cert.pem' ? 'key.pem' : 'cert.pem'));
    expect((await ensure()).made).toEqual(['certificate']);
    expect(readState('ca.pem')).toBe(authority);
    expect(readLeaf().checkPrivateKey(createPrivateKey(readState('key.pem')))).toBe(true);
  });

  test('does not go on where the key of the authority is lost and there is no certificate', async () => {
    await ensure();
    for (const name of ['ca-key.pem', 'cert.pem']) rmSync(at(name));
    await expect(ensure()).rejects.toThrow(/ca\.pem is there without .*ca-key\.pem: bring that back/);
  });

  test('says which folder cannot be written', async () => {
    stateDir = join(workspace.write('file', ''), 'state');
    await expect(openStateFolder(stateDir)).rejects.toThrow(/file\/state.*--state-dir$/);
  });
});

describe('a later start', () => {
  test('changes nothing while the certificate is good', async () => {
    await ensure();
    const before = hashAll();
    expect((await ensure(NOW + 59 * DAY)).made).toEqual([]);
    expect(hashAll()).toEqual(before);
  });

  test.each([
    ['a month before its end', NOW + 61 * DAY, NAMES],
    ['long after its end', NOW + 20 * 365 * DAY, NAMES],
    ['for another name', NOW, [...NAMES, 'fe80::7']],
    ['for a clock that was ahead', NOW - 30 * DAY, NAMES],
  ])('makes the next one %s, under the same authority and key', async (_, now, names) => {
    await ensure();
    const { 'cert.pem': cert, ...others } = hashAll();
    expect((await ensure(now, names)).made).toEqual(['certificate']);
    const { 'cert.pem': next, ...same } = hashAll();
    expect([next === cert, same]).toEqual([false, others]);
    const leaf = readLeaf();
    expect(leaf.verify(new X509Certificate(readState('ca.pem')).publicKey)).toBe(true);
    expect(leaf.validFromDate.getTime()).toBeLessThanOrEqual(now);
    expect(leaf.validToDate.getTime()).toBeGreaterThan(now + 80 * DAY);
  });

  test('serves a certificate whose authority has no key here as it is', async () => {
    await ensure();
    rmSync(at('ca-key.pem'));
    const before = hashAll();
    expect((await ensure(NOW + 80 * DAY)).kind).toBe('sealed');
    expect(hashAll()).toEqual(before);
  });

  test('never touches a pair of somebody else, whatever its names, also beside our authority', async () => {
    const theirs = await leaveForeignPair();
    const before = hashAll();
    for (const now of [NOW, NOW + 1_000 * 365 * DAY]) {
      const { kind, authority } = await ensure(now, ['other.example']);
      expect([kind, authority.trim()]).toEqual(['foreign', theirs.trim()]);
    }
    expect(hashAll()).toEqual(before);
    const cert = readState('cert.pem');
    const key = readState('key.pem');
    for (const name of ['cert.pem', 'key.pem']) rmSync(at(name));
    await ensure();
    writeFileSync(at('cert.pem'), cert);
    writeFileSync(at('key.pem'), key);
    const beside = hashAll();
    expect((await ensure(NOW + 80 * DAY)).kind).toBe('foreign');
    expect(hashAll()).toEqual(beside);
  });

  test('of ours without its authority is served, told at start, and again where it should be renewed', async () => {
    await ensure();
    const authority = ['ca.pem', 'ca-key.pem'].map((name) => [name, readState(name)] as const);
    for (const [name] of authority) rmSync(at(name));
    const before = hashAll();
    expect((await ensure()).kind).toBe('orphaned');
    expect(hashAll()).toEqual(before);
    const renewed = async (): Promise<boolean> =>
      await renewCertificate(await openStateFolder(stateDir), NAMES, NOW + 80 * DAY);
    await expect(renewed()).rejects.toThrow(
      `${at('cert.pem')} ends within 90 days, and without ${at('ca.pem')} and ${at('ca-key.pem')} there is no next one: copy these two of init as well`,
    );
    for (const [name, text] of authority) writeFileSync(at(name), text);
    expect(await renewed()).toBe(true);
  });

  test('names a file that holds no certificate', async () => {
    await ensure();
    writeFileSync(at('ca.pem'), 'nothing');
    await expect(ensure()).rejects.toThrow(/ca\.pem holds no certificate .*: bring it back, or move it away/);
  });
});

describe('renewal', () => {
  test('never makes an authority, nor a pair that is gone', async () => {
    await ensure();
    const folder = await openStateFolder(stateDir);
    expect(await renewCertificate(folder, NAMES, NOW + 10 * DAY)).toBe(false);
    expect(await renewCertificate(folder, NAMES, NOW + 61 * DAY)).toBe(true);
    for (const name of readdirSync(stateDir)) rmSync(at(name));
    await expect(renewCertificate(folder, NAMES, NOW)).rejects.toThrow(/is gone: bring it back/);
    expect(readdirSync(stateDir)).toEqual([]);
  });

  test('comes in time, says so, and is degraded while it cannot', async () => {
    const clock = createFakeClock();
    const log = createRecordingLog();
    await ensure(clock.now());
    const settings: ServingSettings = {
      stateDir,
      kubeconfigPath: '',
      pregenerated: false,
      url: '',
      names: NAMES,
    };
    const { part, check } = createRenewal(settings, { clock, log });
    await part.start();
    const first = readState('cert.pem');
    clock.advance(59 * DAY);
    await until(() => clock.sleepers().length === 1, 'it sleeps again');
    expect(readState('cert.pem')).toBe(first);
    clock.advance(2 * DAY);
    await until(() => readState('cert.pem') !== first && clock.sleepers().length === 1, 'it is renewed');
    expect(check.degraded?.()).toBeUndefined();
    rmSync(at('key.pem'));
    clock.advance(DAY);
    await until(() => check.degraded?.() !== undefined, 'it is degraded');
    expect(check.degraded?.()).toContain('is gone: bring it back');
    await part.stop();
  });
});

describe('the webhook kubeconfig', () => {
  let settings: ServingSettings;
  beforeEach(() => {
    mkdirSync(join(workspace.folder, 'etc'));
    settings = {
      stateDir,
      kubeconfigPath: join(workspace.folder, 'etc', 'kubeconfig.yaml'),
      pregenerated: false,
      url: 'https://[::1]:21362/authenticate',
      names: NAMES,
    };
  });

  const readConfig = () => parse(readFileSync(settings.kubeconfigPath, 'utf8'));

  test('names the authority and the address, and nobody', async () => {
    const log = createRecordingLog();
    await prepareServing(settings, log, NOW);
    expect(readConfig()).toEqual({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name: 'aws-iam-authenticator',
          cluster: {
            'certificate-authority-data': Buffer.from(readState('ca.pem')).toString('base64'),
            server: 'https://[::1]:21362/authenticate',
          },
        },
      ],
      users: [{ name: 'apiserver', user: {} }],
      contexts: [{ name: 'webhook', context: { cluster: 'aws-iam-authenticator', user: 'apiserver' } }],
      'current-context': 'webhook',
    });
    expect(statSync(settings.kubeconfigPath).mode & 0o777).toBe(0o600);
    expect(log.lines.map(({ message }) => message)).toEqual([
      'certificate made',
      'webhook kubeconfig written',
    ]);
  });

  test('stays the same to the letter when the certificate is renewed', async () => {
    await prepareServing(settings, createRecordingLog(), NOW);
    const before = readFileSync(settings.kubeconfigPath, 'utf8');
    const log = createRecordingLog();
    await prepareServing(settings, log, NOW + 400 * DAY);
    expect(readFileSync(settings.kubeconfigPath, 'utf8')).toBe(before);
    expect(log.lines.map(({ message }) => message)).toEqual(['certificate made']);
  });

  test('of the Go program, with its pair, counts as the same', async () => {
    const theirs = await leaveForeignPair();
    const authority = Buffer.from(new X509Certificate(theirs).toString()).toString('base64');
    workspace.write(
      'etc/kubeconfig.yaml',
      `clusters:\n  - name: x\n    cluster:\n      certificate-authority-data: ${authority}\n      server: ${settings.url}\n`,
    );
    const log = createRecordingLog();
    await prepareServing(settings, log, NOW);
    expect(log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test('that was another one is told as a restart of the API server', async () => {
    workspace.write('etc/kubeconfig.yaml', 'clusters: []');
    const log = createRecordingLog();
    await prepareServing(settings, log, NOW);
    expect(log.lines.at(-1)).toMatchObject({ level: 'warn', message: expect.stringMatching(/restart it$/) });
  });

  test('is written also where the authority was left behind by who copied two files of init, and that is told', async () => {
    await ensure();
    for (const name of ['ca.pem', 'ca-key.pem']) rmSync(at(name));
    const log = createRecordingLog();
    await prepareServing(settings, log, NOW);
    expect(log.lines[0]).toMatchObject({
      level: 'warn',
      message: expect.stringMatching(/cert\.pem ends within 90 days, .*: copy these two of init as well$/),
    });
  });

  test('that is pregenerated stays, and is warned of where it does not fit', async () => {
    const path = workspace.write('etc/kubeconfig.yaml', 'clusters: []');
    const log = createRecordingLog();
    await prepareServing({ ...settings, pregenerated: true }, log, NOW);
    expect(readFileSync(path, 'utf8')).toBe('clusters: []');
    expect(log.lines.at(-1)).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('run init again'),
    });
  });

  test('keeps the client certificate that was made once', async () => {
    await ensure();
    const folder = await openStateFolder(stateDir);
    const { cert } = await ensureClientCertificate(folder, 'kube-apiserver', NOW);
    expect((await ensureClientCertificate(folder, 'kube-apiserver', NOW + 9 * DAY)).cert).toBe(cert);
    await prepareServing(settings, createRecordingLog(), NOW);
    expect(readConfig().users[0].user).toEqual({
      'client-certificate-data': Buffer.from(cert).toString('base64'),
      'client-key-data': Buffer.from(readState('client-key.pem')).toString('base64'),
    });
    const leaf = new X509Certificate(cert);
    expect([leaf.subject, leaf.verify(new X509Certificate(readState('ca.pem')).publicKey)]).toEqual([
      'CN=kube-apiserver',
      true,
    ]);
  });

  test('has no client certificate beside a pair of somebody else', async () => {
    await leaveForeignPair();
    const folder = await openStateFolder(stateDir);
    await expect(ensureClientCertificate(folder, 'x', NOW)).rejects.toThrow(/there is no .*ca-key\.pem/);
  });
});
