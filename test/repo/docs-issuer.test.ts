import { exec, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createSystemClock } from '../../src/base/clock.ts';
import { readCommandLine } from '../../src/commands/flag-command.ts';
import { ISSUER as ISSUER_SERVER } from '../../src/commands/issuer/descriptor.ts';
import { DRIFT_FLAGS, ISSUER_FLAGS } from '../../src/commands/issuer/flags.ts';
import { WEBHOOK } from '../../src/commands/webhook/descriptor.ts';
import type { Part } from '../../src/http/lifecycle.ts';
import { DRIFT, listDriftCodes } from '../../src/issuer/drift/findings.ts';
import { createDriftMetrics, createIssuerMetrics } from '../../src/issuer/metrics.ts';
import { createObjectTable } from '../../src/local-cluster/stand-in/object-table.ts';
import { createClusterRoutes } from '../../src/local-cluster/stand-in/routes.ts';
import { type RouteServer, serveRoutes } from '../../src/local-cluster/stand-in/server.ts';
import { createSigningKey, createTokenIssuer } from '../../src/local-cluster/stand-in/token-issuer.ts';
import { CREDENTIALS, type RecordingS3, startRecordingS3 } from '../support/aws/recording-s3.ts';
import { createAuthority } from '../support/certificates.ts';
import { createParts } from '../support/commands/servers.ts';
import { runTree } from '../support/commands/tree.ts';
import { findFreePorts } from '../support/free-port.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { until } from '../support/until.ts';

const page = readFileSync(new URL('../../docs/issuer.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| `'));

interface Block {
  /** What stands behind `sh`. */
  readonly mark: string;
  readonly lines: readonly string[];
}

/** The shell blocks in their order; a line that ends with a backslash goes on in the next. */
const blocks: readonly Block[] = [...page.matchAll(/^```sh *(.*)\n([\s\S]*?)^```$/gm)].map(
  ([, mark = '', text = '']) => ({
    mark,
    lines: text
      .replaceAll(/\\\n\s*/g, '')
      .trim()
      .split('\n'),
  }),
);

describe('docs/issuer.md', () => {
  test('has a row for every finding of drift, and none beside', () => {
    const expected = listDriftCodes().map(
      (code) => `| \`${code}\` | ${DRIFT[code].severity} | ${DRIFT[code].remedy} |`,
    );
    expect(rows.filter((row) => /\| (?:error|warning) \|/.test(row))).toEqual(expected);
  });

  test('has a row for every flag, with what the help says of it, and names those of issuer drift', () => {
    const flags = Object.entries(ISSUER_FLAGS);
    expect(
      flags.filter(
        ([name, { help }]) =>
          !rows.some((row) => row.startsWith(`| \`--${name}\` |`) && row.endsWith(`| ${help} |`)),
      ),
    ).toEqual([]);
    expect(
      Object.keys(DRIFT_FLAGS).filter((name) => name !== 'output' && !page.includes(`\`--${name}\``)),
    ).toEqual([]);
  });

  test('names every metric of the issuer', () => {
    const registry = new Registry();
    createIssuerMetrics(registry, { count: () => 0, age: () => undefined });
    createDriftMetrics(registry);
    const names = registry.getMetricsAsArray().map(({ name }) => name);
    expect(names.length).toBeGreaterThan(7);
    expect(names.filter((name) => !rows.some((row) => row.startsWith(`| \`${name}\` |`)))).toEqual([]);
  });
});

const ISSUER = 'https://oidc.example';
const CLUSTER_ISSUER = `${ISSUER}/clusters/demo`;
const authority = createAuthority('iam-bridge tests');
const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl) console.warn('SKIPPED: the curl commands of docs/issuer.md, because there is no curl here');

describe('the commands of docs/issuer.md', () => {
  const before = process.cwd();
  let folder: string;
  let port: number;
  let cluster: RouteServer;
  let s3: RecordingS3;
  /** What serves over TLS now. */
  let serving: readonly Part[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'iam-bridge-docs-'));
    [port = 0] = await findFreePorts(1);
    cluster = await startCluster();
    s3 = await startRecordingS3(Date.now, { leeway: 60_000 });
    mkdirSync(join(folder, '.kube'));
    writeFileSync(join(folder, '.kube', 'config'), renderKubeconfig(cluster.url));
    const { certificate, key } = authority.issue({ names: ['127.0.0.1'] });
    const files = { 'tls.crt': certificate, 'tls.key': key, 'ca.pem': authority.certificate };
    for (const [name, text] of Object.entries(files))
      writeFileSync(join(folder, name), text, { mode: 0o600 });
    vi.stubEnv('AWS_ACCESS_KEY_ID', CREDENTIALS.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', CREDENTIALS.secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', undefined);
    process.chdir(folder);
  });

  afterAll(async () => {
    process.chdir(before);
    vi.unstubAllEnvs();
    await stop(serving);
    await cluster.stop();
    await s3.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function startCluster(): Promise<RouteServer> {
    const clock = createSystemClock();
    const key = createSigningKey();
    const accounts = createObjectTable('ServiceAccount');
    accounts.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { namespace: 'demo', name: 's3-echoer' },
    });
    const tokens = createTokenIssuer({ issuer: toLocal(CLUSTER_ISSUER), keys: () => [key], clock });
    return await serveRoutes(
      createClusterRoutes({ accounts, pods: createObjectTable('Pod'), tokens }, clock),
    );
  }

  function toLocal(text: string): string {
    return text.replaceAll(ISSUER, `https://127.0.0.1:${port}`);
  }

  function renderKubeconfig(server: string): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'one', cluster: { server } }],
      users: [{ name: 'me', user: {} }],
      contexts: [{ name: 'one', context: { cluster: 'one', user: 'me' } }],
      'current-context': 'one',
    });
  }

  async function stop(parts: readonly Part[]): Promise<void> {
    for (const part of [...parts].reverse()) await part.stop();
  }

  async function start(parts: readonly Part[]): Promise<void> {
    for (const part of parts) await part.start();
  }

  /** Runs a line: commands with pipes between them, and perhaps a file that the last one writes. */
  async function runLine(line: string): Promise<string> {
    const [commands = '', file] = line.split(' > ');
    let output = '';
    for (const command of commands.split(' | ')) output = await runCommand(command.trim(), output);
    if (file !== undefined) writeFileSync(file, output, { mode: 0o600 });
    return output;
  }

  async function runCommand(command: string, input: string): Promise<string> {
    const words = command.split(/ +/).map((word) => word.replace(/^~\//, `${folder}/`));
    const [program] = words;
    switch (program) {
      case 'kubectl':
        return await runKubectl(words);
      case 'openssl':
        return (await promisify(exec)(command)).stdout;
      case 'curl':
        return hasCurl ? (await promisify(exec)(`${toLocal(command)} --cacert ca.pem`)).stdout : '';
      case 'iam-bridge':
        return await runOurs(words.slice(1), input);
      default:
        throw new Error(`the page has a command that this test cannot run: ${command}`);
    }
  }

  async function runOurs(words: readonly string[], input: string): Promise<string> {
    const [first, second] = words;
    if (first === 'webhook') return await tryWebhook(words.slice(1));
    if (first === 'issuer' && second !== 'drift') return await serveIssuer(words.slice(1));
    const { code, stdout, stderr } = await runTree(adapt(words), { env: toEnvironment(), input });
    expect([code, code === 0 ? '' : stderr + stdout]).toEqual([0, '']);
    return stdout;
  }

  /** The issuer of the page is nobody's: what looks at it is led to this machine, and told whom to trust there. */
  function adapt(words: readonly string[]): string[] {
    // The trust policy keeps the name: IAM takes no issuer with a port.
    if (words[0] === 'trust') return [...words];
    const local = words.map(toLocal);
    if (words[0] === 'issuer') return [...local, '--public-ca=ca.pem'];
    return words[0] === 'verify' ? [...local, '--ca', 'ca.pem'] : local;
  }

  function toEnvironment(): NodeJS.ProcessEnv {
    return { HOME: folder, KUBECONFIG: join(folder, '.kube', 'config'), AWS_ENDPOINT_URL_S3: s3.url };
  }

  /** As the API server behind kubectl would answer. */
  async function runKubectl(words: readonly string[]): Promise<string> {
    const [, verb, what, name = '', ...flags] = words;
    const flag = (wanted: string): string => flags[flags.indexOf(wanted) + 1] ?? '';
    if (verb === 'get' && what === '--raw') return await (await fetch(cluster.url + name)).text();
    expect([verb, what]).toEqual(['create', 'token']);
    const path = `/api/v1/namespaces/${flag('--namespace')}/serviceaccounts/${name}/token`;
    const spec = { audiences: [flag('--audience')] };
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec };
    const response = await fetch(cluster.url + path, { method: 'POST', body: JSON.stringify(body) });
    const { status } = (await response.json()) as { status: { token: string } };
    return `${status.token}\n`;
  }

  async function serveIssuer(words: readonly string[]): Promise<string> {
    const flags = [...words.map(toLocal), `--port=${port}`, '--metrics-port=0', '--shutdown-delay=0s'];
    const line = readCommandLine(ISSUER_SERVER, flags, {});
    if (line.kind !== 'run') throw new Error(JSON.stringify(line));
    expect(line.settings.remarks).toEqual([]);
    await stop(serving);
    const log = createRecordingLog();
    const { stages } = await createParts({ descriptor: ISSUER_SERVER, settings: line.settings }, { log });
    serving = stages.flat();
    await start(stages.flat());
    await until(
      () => log.lines.some(({ message }) => message === 'these keys are served now'),
      'keys are served',
    );
    return '';
  }

  async function tryWebhook(words: readonly string[]): Promise<string> {
    const line = readCommandLine(WEBHOOK, [...words, '--port=0', '--metrics-port=0'], {});
    if (line.kind !== 'run') throw new Error(JSON.stringify(line));
    const log = createRecordingLog();
    const { stages } = await createParts({ descriptor: WEBHOOK, settings: line.settings }, { log });
    await start(stages.flat());
    await until(() => log.lines.some(({ message }) => message === 'watch: listed'), 'the accounts are known');
    await stop(stages.flat());
    return '';
  }

  /** The output of each line that was run, by its line. */
  const outputs = new Map<string, string>();

  test.each(blocks.map((block, index) => [index, block.lines[0], block] as const))(
    'block %i: %s',
    async (_index, _first, { mark, lines }) => {
      expect(['', 'serves', 'aws']).toContain(mark);
      // What serves without TLS is tried, and then makes room for the one before.
      for (const line of lines) outputs.set(line, await runLine(line));
      if (lines.some((line) => line.includes('--plain-http'))) {
        expect((await fetch(`http://127.0.0.1:${port}/clusters/demo/keys`)).status).toBe(200);
        await runLine(
          blocks
            .flatMap((block) => block.lines)
            .find((line) => /^iam-bridge issuer .*--kubeconfig/.test(line)) ?? '',
        );
      }
    },
  );

  test('did what the page says', () => {
    const find = (part: string): string => [...outputs].find(([line]) => line.includes(part))?.[1] ?? '';
    expect(blocks.length).toBeGreaterThan(9);
    expect(find('issuer drift')).toContain('No drift');
    expect(find('-o policy > trust-policy.json')).toContain('sts:AssumeRoleWithWebIdentity');
    if (hasCurl) expect(JSON.parse(find('curl'))).toMatchObject({ accepted: true });
    expect(s3.objects.size).toBeGreaterThan(1);
    expect(readFileSync('public/openid/v1/jwks', 'utf8')).toContain('"RS256"');
  });
});
