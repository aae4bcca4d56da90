import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type RequestOptions, request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createSystemClock } from '../../src/base/clock.ts';
import { readCommandLine } from '../../src/commands/flag-command.ts';
import { ISSUER } from '../../src/commands/issuer/descriptor.ts';
import { runDrift } from '../../src/commands/issuer/drift/command.ts';
import type { IssuerCommandSettings } from '../../src/commands/issuer/settings.ts';
import { createObjectTable } from '../../src/local-cluster/stand-in/object-table.ts';
import { createClusterRoutes } from '../../src/local-cluster/stand-in/routes.ts';
import { type RouteServer, serveRoutes } from '../../src/local-cluster/stand-in/server.ts';
import {
  createSigningKey,
  createTokenIssuer,
  type SigningKey,
  type TokenIssuer,
} from '../../src/local-cluster/stand-in/token-issuer.ts';
import { createAuthority } from '../support/certificates.ts';
import { endPrograms, readLog, run, start } from '../support/commands/program.ts';
import { createParts } from '../support/commands/servers.ts';
import { createSurroundings } from '../support/commands/surroundings.ts';
import { runTree } from '../support/commands/tree.ts';
import { findFreePorts } from '../support/free-port.ts';
import { generateEc, toPem } from '../support/issuer/key-files.ts';
import { createRecordingLog, type RecordingLog } from '../support/recording-log.ts';
import { createTlsFolder, type TlsFolder } from '../support/tls-folder.ts';
import { until } from '../support/until.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const MAIN = [process.execPath, join(ROOT, 'src', 'main.ts')];
const CALLER = 'a-caller-of-these-tests-0123456789';
const authority = createAuthority('iam-bridge tests');

let folder: string;
let files: TlsFolder;
let port: number;
let opsPort: number;
let issuer: string;
let cluster: Cluster;
const cleanups: (() => Promise<void>)[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'iam-bridge-issuer-'));
  files = createTlsFolder(join(folder, 'tls'), authority.issue({ names: ['127.0.0.1'] }));
  write('ca.pem', authority.certificate);
  write('tokens', `${CALLER}\n`);
  [port = 0, opsPort = 0] = await findFreePorts(2);
  issuer = `https://127.0.0.1:${port}/clusters/demo`;
  cluster = await startCluster();
});

afterEach(async () => {
  await endPrograms();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

/** The stand-in cluster, which really signs. */
interface Cluster {
  url: string;
  /** The one that signs is the first; the others are published, too. */
  keys: [SigningKey, ...SigningKey[]];
  readonly tokens: TokenIssuer;
  stop(): Promise<void>;
  restart(): Promise<void>;
}

async function startCluster(): Promise<Cluster> {
  const clock = createSystemClock();
  const accounts = createObjectTable('ServiceAccount');
  accounts.apply({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace: 'demo', name: 's3-echoer' },
  });
  const made: Cluster = {
    url: '',
    keys: [createSigningKey()],
    tokens: createTokenIssuer({ issuer, keys: () => made.keys, clock }),
    stop: async () => await server?.stop(),
    async restart() {
      const routes = createClusterRoutes(
        { accounts, pods: createObjectTable('Pod'), tokens: made.tokens },
        clock,
      );
      server = await serveRoutes(routes);
      made.url = server.url;
    },
  };
  let server: RouteServer | undefined;
  await made.restart();
  cleanups.push(made.stop);
  return made;
}

interface Running {
  readonly log: RecordingLog;
  metrics(): Promise<string>;
  ready(): Promise<{ readonly status: number; readonly text: string }>;
  beginDrain(): void;
}

function readSettings(flags: readonly string[]): IssuerCommandSettings {
  const usual = [
    `--issuer=${issuer}`,
    `--port=${port}`,
    `--metrics-port=${opsPort}`,
    '--bind-address=127.0.0.1',
    `--tls-cert=${files.certificatePath}`,
    `--tls-key=${files.keyPath}`,
  ];
  const line = readCommandLine(ISSUER, [...usual, ...flags], {});
  if (line.kind !== 'run') throw new Error(JSON.stringify(line));
  return line.settings;
}

/** Serves in this process, as the command does; the cluster is asked ten times a second. */
async function serve(...flags: readonly string[]): Promise<Running> {
  const settings = readSettings(flags);
  const log = createRecordingLog();
  const source =
    settings.source.kind === 'cluster' ? { ...settings.source, refreshInterval: 100 } : settings.source;
  const drift = settings.drift && { ...settings.drift, interval: 100 };
  const registry = new Registry();
  const planned = { descriptor: ISSUER, settings: { ...settings, source, drift } };
  const { stages, beginDrain } = await createParts(planned, { log, registry });
  for (const part of stages.flat()) {
    await part.start();
    cleanups.push(part.stop);
  }
  const get = async (path: string): Promise<{ status: number; text: string }> => {
    const response = await fetch(`http://127.0.0.1:${opsPort}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return {
    log,
    beginDrain,
    metrics: async () => (await get('/metrics')).text,
    ready: () => get('/readyz'),
  };
}

function fromCluster(...flags: readonly string[]): Promise<Running> {
  return serve(`--kube-api=${cluster.url}`, ...flags);
}

interface Reply {
  readonly status: number;
  readonly text: string;
}

function call(path: string, options: RequestOptions & { readonly body?: string } = {}): Promise<Reply> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, ca: authority.certificate, agent: false, ...rest },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function readKids(): Promise<readonly string[]> {
  const { status, text } = await call('/clusters/demo/openid/v1/jwks');
  return status === 200 ? (JSON.parse(text) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid) : [];
}

/** Asks until the keys that are served are these. */
async function awaitKeys(keys: readonly SigningKey[]): Promise<void> {
  const wanted = keys
    .map(({ jwk }) => jwk.kid)
    .sort()
    .join();
  let found = '';
  const ask = async (): Promise<void> => {
    while (found !== wanted) found = [...(await readKids())].sort().join();
  };
  void ask().catch(() => {});
  await until(() => found === wanted, 'the keys are served');
}

const toMessages = ({ log }: Running): string[] => log.lines.map(({ message }) => message);

describe('from the cluster', () => {
  test('the documents are served over TLS, below the path of the issuer, and follow a rotation', async () => {
    const running = await fromCluster();
    await awaitKeys(cluster.keys);
    const { text } = await call('/clusters/demo/.well-known/openid-configuration');
    expect(JSON.parse(text)).toMatchObject({ issuer, jwks_uri: `${issuer}/openid/v1/jwks` });
    expect(await running.ready()).toEqual({
      status: 200,
      text: '[+]certificate ok\n[+]not-draining ok\n[+]keys ok\n',
    });
    cluster.keys = [cluster.keys[0], createSigningKey('RS256')];
    await awaitKeys(cluster.keys);
    const metrics = await running.metrics();
    expect(metrics).toMatch(/^iam_bridge_issuer_keys 2$/m);
    expect(metrics).toMatch(/^iam_bridge_issuer_refreshes_total\{result="changed"\} 2$/m);
    expect(metrics).toMatch(/^iam_bridge_issuer_requests_total\{document="discovery",code="200"\} 1$/m);
    expect(metrics).toMatch(/^iam_bridge_issuer_keys_age_seconds 0/m);
    expect(metrics).not.toContain('iam_bridge_issuer_drift');
    running.beginDrain();
    expect(await running.ready()).toMatchObject({
      status: 503,
      text: expect.stringContaining('[-]not-draining'),
    });
  });

  test('nothing is ready before the cluster has answered, and all of it outlives the cluster', async () => {
    await cluster.stop();
    const running = await fromCluster();
    expect((await call('/keys')).status).toBe(503);
    const { status, text } = await running.ready();
    expect([status, text]).toEqual([503, expect.stringMatching(/^\[-\]keys no keys were delivered/m)]);
    await until(() => toMessages(running).some((line) => line.startsWith('keys refused')), 'it is told');
  });

  test('what was delivered stays while the cluster is away, and is loudly said', async () => {
    const running = await fromCluster();
    await awaitKeys(cluster.keys);
    await cluster.stop();
    await until(() => toMessages(running).some((line) => line.startsWith('keys refused')), 'it is told');
    await awaitKeys(cluster.keys);
    expect((await running.ready()).status).toBe(200);
    expect(await running.metrics()).toMatch(/^iam_bridge_issuer_refreshes_total\{result="refused"\} [1-9]/m);
  });

  test('of another issuer, nothing is served', async () => {
    const settings = `--issuer=https://127.0.0.1:${port}/clusters/other`;
    const running = await fromCluster(settings);
    await until(() => toMessages(running).some((line) => line.startsWith('keys refused')), 'it is told');
    expect(running.log.lines.find(({ level }) => level === 'error')?.fields).toMatchObject({
      failure: 'discovery',
      problem: expect.stringContaining(issuer.slice(0, 30)),
    });
    expect((await call('/keys')).status).toBe(503);
  });
});

describe('from files', () => {
  test('PEM files are served as soon as they change, and the one before stays where the new one is bad', async () => {
    const [first, second] = [generateEc(), generateEc()];
    const path = write('sa.pub', toPem(first, 'spki'));
    const running = await serve(`--key-file=${path}`, `--key-file=${write('sa.key', toPem(second, 'sec1'))}`);
    expect(await readKids()).toHaveLength(2);
    const before = await call('/keys');
    write('sa.pub', 'nothing');
    await until(() => toMessages(running).some((line) => line.startsWith('keys refused')), 'it is refused');
    expect(await call('/keys')).toEqual(before);
    expect((await running.ready()).status).toBe(200);
    write('sa.pub', toPem(generateEc(), 'spki'));
    await until(() => toMessages(running).includes('the source of the keys is good again'), 'it is taken');
    expect((await call('/keys')).text).not.toBe(before.text);
  });

  test('a JWKS file is served, without what is not of the public key', async () => {
    const path = write('keys.json', JSON.stringify({ keys: [{ ...cluster.keys[0].jwk, x5c: ['MIIB'] }] }));
    await serve(`--jwks-file=${path}`);
    expect(JSON.parse((await call('/keys')).text)).toEqual({
      keys: [{ use: 'sig', ...cluster.keys[0].jwk }],
    });
  });

  test.each<[what: string, name: string, text: string, problem: RegExp]>([
    ['a PEM file without a key', '--key-file', 'x', /^key file .*sa: it has no PEM block/],
    [
      'a JWKS with a private key',
      '--jwks-file',
      '{"keys":[{"kty":"EC","d":"AAAA"}]}',
      /private key material/,
    ],
    ['a JWKS that is none', '--jwks-file', '{}', /no array "keys"/],
  ])('%s keeps it from starting', async (_what, flag, text, problem) => {
    await expect(serve(`${flag}=${write('sa', text)}`)).rejects.toThrow(problem);
  });

  test('plain HTTP is the same without TLS', async () => {
    await serve(`--key-file=${write('sa.pub', toPem(generateEc(), 'spki'))}`, '--plain-http');
    const response = await fetch(`http://127.0.0.1:${port}/keys`);
    expect([response.status, response.headers.get('content-type')]).toEqual([
      200,
      'application/jwk-set+json',
    ]);
  });
});

describe('POST /verify', () => {
  const post = { method: 'POST', headers: { 'content-type': 'application/jwt' } };
  const allowed = { ...post, headers: { ...post.headers, authorization: `Bearer ${CALLER}` } };

  function issue(audience = 'sts.amazonaws.com'): Promise<{ readonly token: string }> {
    return cluster.tokens.issue({
      namespace: 'demo',
      serviceAccount: { name: 's3-echoer', uid: 'b6a0d1f0-64b9-4a55-8d4e-3b1f8f0a7c11' },
      pod: undefined,
      audiences: [audience],
      expirationSeconds: 3600,
    });
  }

  test('is not there unless callers are allowed', async () => {
    await fromCluster();
    await awaitKeys(cluster.keys);
    expect((await call('/verify', allowed)).status).toBe(404);
  });

  test('judges tokens of the cluster for whoever has a token of the file, and the log has nothing of either', async () => {
    const running = await fromCluster(`--verify-token-file=${join(folder, 'tokens')}`);
    await awaitKeys(cluster.keys);
    const good = await issue();
    const bad = await issue('other.example');
    expect(JSON.parse((await call('/verify', { ...allowed, body: good.token })).text)).toMatchObject({
      accepted: true,
      claims: { iss: issuer, sub: 'system:serviceaccount:demo:s3-echoer' },
    });
    const refused = JSON.parse((await call('/verify', { ...allowed, body: bad.token })).text) as {
      code: string;
    };
    expect(refused).toMatchObject({ accepted: false });
    expect((await call('/verify', { ...post, body: good.token })).status).toBe(401);
    const metrics = await running.metrics();
    expect(metrics).toMatch(/^iam_bridge_token_verdicts_total\{code="accepted"\} 1$/m);
    expect(metrics).toContain(`iam_bridge_token_verdicts_total{code="${refused.code}"} 1`);
    expect(metrics).toMatch(/^iam_bridge_issuer_requests_total\{document="verify",code="401"\} 1$/m);
    const output = JSON.stringify(running.log.lines) + metrics;
    for (const secret of [CALLER, ...good.token.split('.').slice(1), ...bad.token.split('.').slice(1)]) {
      expect(output).not.toContain(secret);
    }
  });

  test('takes client certificates of the authorities, and new authorities when the file changes', async () => {
    const callers = createAuthority('callers');
    const later = createAuthority('later callers');
    const path = write('callers.pem', callers.certificate);
    const running = await fromCluster(`--verify-client-ca=${path}`, '--verify-client-name=gateway');
    await awaitKeys(cluster.keys);
    const { token } = await issue();
    const as = (owner: typeof callers, name: string): Promise<Reply> => {
      const { certificate, key } = owner.issue({ names: [name] });
      return call('/verify', { ...post, cert: certificate, key, body: token });
    };
    expect((await as(callers, 'gateway')).status).toBe(200);
    expect((await as(callers, 'web')).status).toBe(401);
    expect((await as(later, 'gateway')).status).toBe(401);
    write('callers.pem', later.certificate);
    await until(() => toMessages(running).includes('authorities of callers were read again'), 'it is read');
    expect((await as(later, 'gateway')).status).toBe(200);
    expect((await as(callers, 'gateway')).status).toBe(401);
    // The certificate of the server itself can still change, and callers are still asked for theirs.
    files.swap(authority.issue({ names: ['127.0.0.1'] }));
    await until(() => toMessages(running).includes('new certificate served'), 'it is served');
    expect((await as(later, 'gateway')).status).toBe(200);
  });

  test.each([
    ['--verify-token-file', 'short\n', /line 1 is no bearer token/],
    ['--verify-token-file', '# nobody\n', /there is no token in it/],
    ['--verify-client-ca', 'x', /it holds no PEM certificate/],
  ])('%s with %j keeps it from starting', async (flag, text, problem) => {
    await expect(fromCluster(`${flag}=${write('callers', text)}`)).rejects.toThrow(problem);
  });
});

describe('drift', () => {
  interface Outcome extends Reply {
    readonly code: number;
    readonly stderr: string;
  }

  async function look(...flags: readonly string[]): Promise<Outcome> {
    const { surroundings, written } = createSurroundings();
    const words = [`--issuer=${issuer}`, `--public-ca=${join(folder, 'ca.pem')}`, ...flags];
    const code = await runDrift(words, surroundings);
    return { code, text: written.stdout, stderr: written.stderr, status: 0 };
  }

  test('is none where the issuer serves what the cluster signs with', async () => {
    await fromCluster();
    await awaitKeys(cluster.keys);
    const { code, text } = await look(`--kube-api=${cluster.url}`, '--service-account=demo/s3-echoer');
    expect([code, text]).toEqual([0, expect.stringContaining('No drift')]);
    expect(text).toContain(`signing key  ${cluster.keys[0].jwk.kid}`);
  });

  test('is found where the cluster signs with a key that is not served, also as JSON', async () => {
    const path = write('old.json', JSON.stringify({ keys: [cluster.keys[0].jwk] }));
    await serve(`--jwks-file=${path}`);
    const newer = createSigningKey();
    cluster.keys = [newer, cluster.keys[0]];
    const flags = [`--kube-api=${cluster.url}`, '--service-account=demo/s3-echoer'];
    expect(await look(...flags)).toMatchObject({
      code: 1,
      text: expect.stringContaining('(signing-key-missing)'),
    });
    const { code, text } = await look(...flags, '-o', 'json');
    expect([code, JSON.parse(text)]).toMatchObject([
      1,
      {
        outcome: 'drift',
        signingKey: newer.jwk.kid,
        findings: [{ code: 'signing-key-missing', severity: 'error' }],
        keys: { missing: [newer.jwk.kid] },
      },
    ]);
  });

  test('cannot be seen without the public side, or without a cluster', async () => {
    const nobody = await look(`--kube-api=${cluster.url}`);
    expect([nobody.code, nobody.text]).toEqual([3, expect.stringContaining('the public discovery document')]);
    await fromCluster();
    await awaitKeys(cluster.keys);
    const alone = await look();
    expect([alone.code, alone.text]).toEqual([3, expect.stringContaining('the cluster: ')]);
  });

  test('is not looked for with a kubeconfig or authorities that are not there', async () => {
    for (const flag of ['--kubeconfig=/nowhere/file', '--public-ca=/nowhere/file']) {
      const { code, text, stderr } = await look(flag, `--kube-api=${cluster.url}`);
      expect([code, text, stderr]).toEqual([2, '', expect.stringContaining('/nowhere/file')]);
    }
  });

  test('of a certificate that is not publicly trusted is told', async () => {
    await fromCluster();
    await awaitKeys(cluster.keys);
    const strangers = write('strangers.pem', createAuthority('strangers').certificate);
    const { code, text } = await look(`--kube-api=${cluster.url}`, `--public-ca=${strangers}`);
    expect([code, text]).toEqual([1, expect.stringContaining('(certificate-untrusted)')]);
  });

  test('a file of authorities that is not there, or holds none, is a mistake of whoever asks', async () => {
    const missing = await look(`--kube-api=${cluster.url}`, '--public-ca=/nowhere');
    const said = 'iam-bridge issuer drift: --public-ca: there is no file /nowhere\n';
    expect(missing).toMatchObject({ code: 2, text: '', stderr: expect.stringContaining(said) });
    const path = write('notes.pem', 'to do');
    const none = await look(`--kube-api=${cluster.url}`, `--public-ca=${path}`);
    expect([none.code, none.stderr]).toEqual([2, expect.stringContaining('it holds no PEM certificate')]);
  });

  test('is looked for while serving, counted, and logged when it changes', async () => {
    const path = write('keys.json', JSON.stringify({ keys: [cluster.keys[0].jwk] }));
    const running = await serve(
      `--jwks-file=${path}`,
      `--kube-api=${cluster.url}`,
      '--drift-interval=10s',
      '--drift-service-account=demo/s3-echoer',
      `--public-ca=${join(folder, 'ca.pem')}`,
    );
    const good = 'the public sees the issuer that the cluster signs as';
    await until(() => toMessages(running).includes(good), 'there is no drift');
    cluster.keys = [createSigningKey(), cluster.keys[0]];
    const bad = 'the public does not see the issuer that the cluster signs as';
    await until(() => toMessages(running).includes(bad), 'it is told');
    const metrics = await running.metrics();
    expect(metrics).toMatch(/^iam_bridge_issuer_drift_keys\{state="missing"\} 1$/m);
    expect(metrics).toMatch(/^iam_bridge_issuer_drift_findings\{code="signing-key-missing"\} 1$/m);
    expect(metrics).toMatch(/^iam_bridge_issuer_drift_findings\{code="redirect"\} 0$/m);
    expect(metrics).toMatch(/^iam_bridge_issuer_drift_looks_total\{outcome="drift"\} [1-9]/m);
    expect(toMessages(running).filter((line) => line === good)).toHaveLength(1);
  });
});

describe('the program', () => {
  test('serves until it is told to stop, and prints nothing but its log', async () => {
    const key = generateEc();
    const words = ['issuer', `--issuer=${issuer}`, `--key-file=${write('sa.key', toPem(key, 'pkcs8'))}`];
    const ports = [`--port=${port}`, `--metrics-port=${opsPort}`, '--plain-http', '--shutdown-delay=0s'];
    const program = start([...MAIN, ...words, ...ports]);
    await until(
      () => program.stderr().includes('probes and metrics listen') || program.child.exitCode !== null,
      'it listens',
    );
    expect((await fetch(`http://127.0.0.1:${port}/clusters/demo/keys`)).status).toBe(200);
    program.child.kill('SIGTERM');
    const { code, stdout, stderr } = await program.ended;
    expect([code, stdout]).toEqual([0, '']);
    const log = readLog(stderr);
    expect(log[0]).toMatchObject({ msg: 'iam-bridge issuer starts', settings: { issuer } });
    expect(log.at(-1)).toMatchObject({ msg: 'iam-bridge issuer stopped' });
    expect(stderr).not.toContain(key.privateKey.export({ format: 'jwk' }).d);
  });

  test.each<[words: string[], code: number, text: RegExp]>([
    [['issuer', '--help'], 0, /--verify-client-ca string/],
    [['help', 'issuer'], 0, /--drift-interval duration/],
    [['issuer', 'drift', '--help'], 0, /Exit codes: 0 no drift, 1 drift/],
    [['issuer'], 2, /^iam-bridge issuer: --issuer is missing/],
    [['issuer', 'drfit'], 2, /"drfit" is no flag/],
    [['issuer', 'drift'], 2, /^iam-bridge issuer drift: --issuer is missing/],
  ])('%j ends with %i', async (words, code, text) => {
    const outcome = await runTree(words);
    expect(outcome.code).toBe(code);
    expect(code === 0 ? outcome.stdout : outcome.stderr).toMatch(text);
  });

  test('ends with 2 where a file is missing, and says which in one line of its log', async () => {
    const words = ['issuer', `--issuer=${issuer}`, '--key-file=/nowhere', '--plain-http'];
    const { code, stderr } = await run([...MAIN, ...words]);
    expect(code).toBe(2);
    expect(readLog(stderr).at(-1)).toMatchObject({ problem: expect.stringContaining('key file /nowhere') });
  });

  test('loads nothing for serving that only other commands need', () => {
    const script = `
      import { registerHooks } from 'node:module';
      const seen = new Set();
      registerHooks({ resolve(name, context, next) { seen.add(name); return next(name, context); } });
      for (const path of ['server/command', 'server/run', 'issuer/descriptor', 'issuer/create'])
        await import(${JSON.stringify(join(ROOT, 'src', 'commands'))} + '/' + path + '.ts');
      console.log(JSON.stringify([...seen].filter((name) => !/^[./]|^node:|^file:/.test(name))));`;
    const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    const packages = JSON.parse(stdout || `"${stderr}"`) as string[];
    expect(packages).toContain('fastify');
    expect(
      packages.filter((name) => /commander|^zod|client-node|^yaml|^jose|peculiar|^@aws|smithy/.test(name)),
    ).toEqual([]);
  });
});
