import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type CertificateEvent,
  createFileCertificate,
  describeInvalidity,
  type FileCertificate,
} from '../../src/http/certificate.ts';
import type { TlsSettings } from '../../src/http/server.ts';
import type { KeyPair } from '../support/certificates.ts';
import { call, openRaw } from '../support/http/client.ts';
import { cleanUp, type Door, issuePair, onCleanUp, openDoor } from '../support/http/door.ts';
import { createTlsFolder, type TlsFolder } from '../support/tls-folder.ts';
import { until } from '../support/until.ts';

const DAY = 86_400_000;
const LOOK = 10;

let folder: string;
let events: CertificateEvent[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-tls-'));
  events = [];
});

afterEach(async () => {
  await cleanUp();
  rmSync(folder, { recursive: true, force: true });
});

interface Rig {
  readonly door: Door;
  readonly files: TlsFolder;
  readonly source: FileCertificate;
}

async function openRig(
  pair: KeyPair,
  tls: TlsSettings = { minVersion: 'TLSv1.2', ciphers: [] },
): Promise<Rig> {
  const files = createTlsFolder(join(folder, 'tls'), pair);
  const source = await watch(files.certificatePath, files.keyPath);
  return { door: await openDoor({ certificate: source, tls }), files, source };
}

async function watch(certPath: string, keyPath: string): Promise<FileCertificate> {
  const source = await createFileCertificate({
    certPath,
    keyPath,
    interval: LOOK,
    report: (event) => void events.push(event),
  });
  onCleanUp(source.stop);
  return source;
}

/** The fingerprint of what a new connection gets. */
async function readServed(door: Door, options: ConnectionOptions = {}): Promise<string> {
  const { socket } = await openRaw(door, options);
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  return createHash('sha256').update(raw).digest('hex');
}

function fingerprint({ certificate }: KeyPair): string {
  return createHash('sha256').update(new X509Certificate(certificate).raw).digest('hex');
}

function countEvents(kind: CertificateEvent['kind']): number {
  return events.filter((event) => event.kind === kind).length;
}

describe('a new pair', () => {
  test('put there by the swap of a symlink is served to new connections; old ones live on', async () => {
    const [first, second] = [issuePair(), issuePair()];
    const { door, files } = await openRig(first);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onCleanUp(() => agent.destroy());
    const before = await call(door, { agent });
    expect(await readServed(door)).toBe(fingerprint(first));
    files.swap(second);
    await until(() => countEvents('reloaded') === 1, 'the new pair is taken');
    expect(await readServed(door)).toBe(fingerprint(second));
    const after = await call(door, { agent });
    expect([after.status, after.localPort]).toEqual([200, before.localPort]);
    expect(countEvents('refused')).toBe(0);
  });

  test('written over the old one, file by file, is served once both are there', async () => {
    const [first, second] = [issuePair(), issuePair()];
    const { door, files } = await openRig(first);
    await files.overwrite(second, async () => {
      await until(() => countEvents('refused') === 1, 'the half-written pair is refused');
      expect(await readServed(door)).toBe(fingerprint(first));
    });
    await until(() => countEvents('reloaded') === 1, 'the new pair is taken');
    expect(await readServed(door)).toBe(fingerprint(second));
  });

  test('keeps the TLS settings of the server', async () => {
    const { door, files } = await openRig(issuePair(), { minVersion: 'TLSv1.3', ciphers: [] });
    files.swap(issuePair());
    await until(() => countEvents('reloaded') === 1, 'the new pair is taken');
    await expect(openRaw(door, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
    expect(await readServed(door)).toBeDefined();
  });

  test('does not trouble a caller that resumes the session of the old one', async () => {
    const { door, files } = await openRig(issuePair());
    const sessions: Buffer[] = [];
    const { socket } = await openRaw(door);
    socket.on('session', (session) => void sessions.push(session));
    socket.write('GET /healthz HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => sessions.length > 0, 'the session ticket is there');
    const second = issuePair();
    files.swap(second);
    await until(() => countEvents('reloaded') === 1, 'the new pair is taken');
    const [session] = sessions;
    const resumed = await openRaw(door, session === undefined ? {} : { session });
    expect(resumed.socket.authorized).toBe(true);
    resumed.socket.destroy();
  });

  test('served again and again: no handshake fails in a hundred changes', async () => {
    const pairs = Array.from({ length: 10 }, () => issuePair());
    const { door, files } = await openRig(issuePair());
    for (let round = 0; round < 100; round += 1) {
      files.swap(pairs[round % 10] ?? issuePair());
      await readServed(door);
    }
    const last = pairs[9] ?? issuePair();
    await until(() => countEvents('reloaded') > 0, 'some pair is taken');
    await readUntil(door, fingerprint(last));
  });
});

/** The certificate is served sooner or later; bounded by the test's own time limit. */
async function readUntil(door: Door, wanted: string): Promise<void> {
  while ((await readServed(door)) !== wanted) await new Promise((resolve) => setTimeout(resolve, LOOK));
}

describe('a bad pair is refused, and the one before stays', () => {
  const good = issuePair();
  test.each<[what: string, cert: string | undefined, key: string | undefined, problem: RegExp]>([
    ['a key of another certificate', good.certificate, issuePair().key, /do not make a pair/],
    ['a certificate that is none', 'hello', good.key, /holds no PEM certificate/],
    ['an empty certificate', '', good.key, /holds no PEM certificate/],
    ['an empty key', good.certificate, '', /do not make a pair|no PEM key/],
    ['half a key', good.certificate, good.key.slice(0, 60), /no PEM key/],
    ['half a certificate', good.certificate.slice(0, 300), good.key, /holds no PEM certificate/],
    ['files the other way round', good.key, good.certificate, /holds no PEM certificate/],
    ['no certificate', undefined, good.key, /certificate file .*tls\.crt does not exist/],
    ['no key', good.certificate, undefined, /key file .*tls\.key does not exist/],
  ])('%s', async (_, cert, key, problem) => {
    const [certPath, keyPath] = [join(folder, 'tls.crt'), join(folder, 'tls.key')];
    const first = issuePair();
    const write = (path: string, text: string | undefined): void => {
      if (text === undefined) rmSync(path);
      else writeFileSync(path, text);
    };
    write(certPath, first.certificate);
    write(keyPath, first.key);
    const source = await watch(certPath, keyPath);
    const door = await openDoor({ certificate: source });
    write(certPath, cert);
    write(keyPath, key);
    await until(
      () => events.some((event) => event.kind === 'refused' && problem.test(event.problem)),
      'it is refused',
    );
    expect(source.current().cert).toBe(first.certificate);
    expect(await readServed(door)).toBe(fingerprint(first));
    // A file that is written in two steps may be seen half-way; whatever was said, no part of a key was.
    expect(JSON.stringify(events)).not.toContain(first.key.slice(40, 80));
    expect(JSON.stringify(events)).not.toContain(good.key.slice(40, 60));
    const second = issuePair();
    write(certPath, second.certificate);
    write(keyPath, second.key);
    await until(() => countEvents('reloaded') > 0, 'the next good pair is taken');
    expect(await readServed(door)).toBe(fingerprint(second));
  });

  test('it is told once, not at every look', async () => {
    const { files, source } = await openRig(issuePair());
    await files.overwrite({ ...issuePair(), certificate: 'broken' }, async () => {
      await until(() => countEvents('refused') === 1, 'it is refused');
    });
    // The key changes, too, which is a second change; looks without a change say nothing.
    await until(() => countEvents('refused') === 2, 'it is refused again');
    await new Promise((resolve) => setTimeout(resolve, LOOK * 10));
    expect(countEvents('refused')).toBe(2);
    source.stop();
  });
});

describe('at start', () => {
  test.each<[what: string, cert: string | undefined, key: string | undefined, problem: RegExp]>([
    ['a missing certificate', undefined, issuePair().key, /^TLS certificate file .*tls\.crt does not exist$/],
    ['a missing key', issuePair().certificate, undefined, /^TLS key file .*tls\.key does not exist$/],
    ['no PEM', 'hello', issuePair().key, /^TLS certificate file .*tls\.crt holds no PEM certificate$/],
    ['an empty key', issuePair().certificate, '', /^TLS certificate .*tls\.crt and key .*tls\.key do not/],
    [
      'no pair',
      issuePair().certificate,
      issuePair().key,
      /^TLS certificate .*tls\.crt and key .*tls\.key do not/,
    ],
  ])('%s is an error that names the file', async (_, cert, key, problem) => {
    if (cert !== undefined) writeFileSync(join(folder, 'tls.crt'), cert);
    if (key !== undefined) writeFileSync(join(folder, 'tls.key'), key);
    await expect(watch(join(folder, 'tls.crt'), join(folder, 'tls.key'))).rejects.toThrow(problem);
  });

  test('a certificate of the past or the future is loaded, and not ready', async () => {
    const now = Date.now();
    const { source } = await openRig(issuePair({ notBefore: now - 3 * DAY, notAfter: now - DAY }));
    expect(describeInvalidity(source.current(), now)).toMatch(/^the certificate expired at /);
    expect(describeInvalidity(source.current(), now - 2 * DAY)).toBeUndefined();
    expect(describeInvalidity(source.current(), now - 4 * DAY)).toMatch(
      /^the certificate is not valid before /,
    );
  });

  test('of a chain the leaf counts', async () => {
    const leaf = issuePair({ notAfter: Date.now() + 5 * DAY });
    const chain = { ...leaf, certificate: leaf.certificate + issuePair().certificate };
    const { source, door } = await openRig(chain);
    expect(Math.abs(source.current().notAfter - Date.now() - 5 * DAY)).toBeLessThan(60_000);
    expect(await readServed(door)).toBe(fingerprint(leaf));
  });
});

describe('a key may be written in any form of PEM that Go reads', () => {
  const pair = issuePair();
  const sec1 = createPrivateKey(pair.key).export({ type: 'sec1', format: 'pem' }).toString();
  // What `openssl ecparam -genkey` puts in front: the OID of P-256.
  const parameters = '-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n';
  test.each([
    ['PKCS#8', pair.key],
    ['SEC1', sec1],
    ['SEC1 behind its parameters', parameters + sec1],
    ['in one file with its certificate', pair.certificate + pair.key],
    ['with lines that end as on Windows', pair.key.replaceAll('\n', '\r\n')],
    ['with a comment in front', `made by hand\n${pair.key}`],
  ])('%s', async (_, key) => {
    const { door } = await openRig({ certificate: pair.certificate, key });
    expect(await readServed(door)).toBe(fingerprint(pair));
  });
});

test('whoever asks to be told is told of good pairs only', async () => {
  const { source, files } = await openRig(issuePair());
  const told: string[] = [];
  source.onChange(({ cert }) => void told.push(cert));
  const second = issuePair();
  files.swap({ ...second, key: 'broken' });
  await until(() => countEvents('refused') === 1, 'the broken pair is refused');
  files.swap(second);
  await until(() => told.length > 0, 'the good pair is told');
  expect(told).toEqual([second.certificate]);
});
