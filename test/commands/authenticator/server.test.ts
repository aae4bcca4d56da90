import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { AUTHENTICATOR } from '../../../src/commands/authenticator/descriptor.ts';
import type { PlannedServer } from '../../../src/commands/server/process.ts';
import { toReview } from '../../support/authenticator/bed.ts';
import { type LocalSts, startLocalSts, toRoleArn, toSession } from '../../support/authenticator/local-sts.ts';
import { CLUSTER, signToken } from '../../support/authenticator/tokens.ts';
import { createAuthority } from '../../support/certificates.ts';
import { readSettings } from '../../support/commands/authenticator.ts';
import { createParts } from '../../support/commands/servers.ts';
import { call } from '../../support/http/client.ts';
import { cleanUp, onCleanUp } from '../../support/http/door.ts';
import { createRecordingLog, type RecordingLog } from '../../support/recording-log.ts';
import { until } from '../../support/until.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';

const DEV = toSession('Dev', 'jane@example.com');
const STRANGER = toSession('Stranger', 'joe');

const CONFIG = `
clusterID: ${CLUSTER}
server:
  mapRoles:
  - rolearn: ${toRoleArn('Dev')}
    username: dev:{{SessionName}}
    groups: [viewers]
`;

let workspace: Workspace;
let sts: LocalSts;
let log: RecordingLog;

beforeEach(async () => {
  workspace = createWorkspace();
  sts = await startLocalSts([DEV, STRANGER]);
  log = createRecordingLog();
  onCleanUp(() => workspace.remove());
  onCleanUp(sts.stop);
});
afterEach(cleanUp);

async function start(...words: readonly string[]): Promise<Readonly<Record<string, number>>> {
  const settings = readSettings(
    [
      `--config=${workspace.write('config.yaml', CONFIG)}`,
      `--state-dir=${join(workspace.folder, 'state')}`,
      `--generate-kubeconfig=${join(workspace.folder, 'kubeconfig.yaml')}`,
      `--aws-ca-file=${workspace.write('aws.pem', sts.authority)}`,
      `--sts-address=127.0.0.1:${sts.port}`,
      ...['--port=0', '--metrics-port=0', '--health-port=0', '--region=us-west-2'],
      ...words,
    ],
    {},
  );
  const planned: PlannedServer = { descriptor: AUTHENTICATOR, settings };
  const { stages } = await createParts(planned, { log, registry: new Registry() });
  for (const part of stages.flat()) {
    await part.start();
    onCleanUp(() => part.stop());
  }
  return Object.fromEntries(
    log.lines.flatMap(({ message, fields }) =>
      'port' in fields ? [[message.split(' ')[0], Number(fields.port)]] : [],
    ),
  );
}

function review(port: number | undefined, token: string, ca = readState('ca.pem')) {
  return call({ port: port ?? 0, ca }, { path: '/authenticate', body: toReview(token) });
}

const readState = (name: string): string => readFileSync(join(workspace.folder, 'state', name), 'utf8');

function sign(keys = DEV): string {
  return signToken({ keys, at: Date.now() });
}

async function get(port: number | undefined, path: string): Promise<[number, string]> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`);
  return [response.status, await response.text()];
}

describe('the server', () => {
  test('makes a user of a token, by its own authority, STS and its mappings', async () => {
    const { authenticator } = await start();
    const { status, text } = await review(authenticator, sign());
    expect(status).toBe(200);
    expect(JSON.parse(text).status).toMatchObject({
      authenticated: true,
      user: { username: 'dev:jane-example.com', groups: ['viewers'] },
    });
    expect(sts.calls).toHaveLength(1);
  });

  test('says in its log why somebody is nobody, and never a token', async () => {
    const { authenticator } = await start();
    const token = sign(STRANGER);
    const { text } = await review(authenticator, token);
    expect(JSON.parse(text).status).toEqual({
      authenticated: false,
      error: expect.stringContaining('unmapped'),
    });
    const told = JSON.stringify(log.lines);
    expect(log.lines.at(-1)?.fields).toMatchObject({ reason: 'unmapped', arn: STRANGER.principal.arn });
    for (const secret of [token, STRANGER.secretAccessKey, STRANGER.sessionToken ?? ''])
      expect(told).not.toContain(secret);
  });

  test('has health and metrics at its door, ok for everybody, and the usual port for probes', async () => {
    const { authenticator = 0, health, probes } = await start();
    const door = { port: authenticator, ca: readState('ca.pem') };
    expect((await call(door, { path: '/healthz', method: 'GET' })).text).toBe('ok');
    await review(authenticator, sign());
    const metrics = await call(door, { path: '/metrics', method: 'GET' });
    expect(metrics.text).toContain(
      'aws_iam_authenticator_authenticate_latency_seconds_count{result="success"} 1',
    );
    expect(metrics.text).toContain('aws_iam_authenticator_dynamic_file_enabled 0');
    for (const path of ['/', '/healthz', '/any/thing']) expect(await get(health, path)).toEqual([200, 'ok']);
    const [status, text] = await get(probes, '/readyz');
    expect([status, text.split('\n').map((line) => line.split(' ')[0])]).toEqual([
      200,
      ['[+]certificate', '[+]not-draining', '[+]mappings', '[+]certificate-renewal', ''],
    ]);
  });

  test('goes on without ports that others have, but for its own', async () => {
    const blocker = createServer();
    await new Promise<void>((resolve) => blocker.listen(0, () => resolve()));
    onCleanUp(() => void blocker.close());
    const address = blocker.address();
    const taken = typeof address === 'object' && address !== null ? address.port : 0;
    const { authenticator } = await start(`--health-port=${taken}`, `--metrics-address=0.0.0.0`);
    expect((await review(authenticator, sign())).status).toBe(200);
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: 'health: the server goes on without',
        fields: { port: taken, problem: expect.stringContaining('another process listens there') },
      },
    ]);
    await cleanUp();
  });

  test.each([
    ['all addresses', [], true],
    ['the one that it is told', ['--health-address=127.0.0.1'], false],
  ] as const)('says ok on %s', async (_, words, isElsewhere) => {
    const { health } = await start(...words);
    expect(await get(health, '/')).toEqual([200, 'ok']);
    const elsewhere = fetch(`http://127.0.0.2:${health}/`).then(
      () => true,
      () => false,
    );
    expect(await elsewhere).toBe(isElsewhere);
  });

  test('asks for a certificate where it is told to, and leaves health open', async () => {
    const callers = createAuthority('callers');
    const ca = workspace.write('callers.pem', callers.certificate);
    const { authenticator = 0 } = await start(`--client-ca-file=${ca}`, '--client-name=kube-apiserver');
    const { status, text } = await review(authenticator, sign());
    expect([status, text]).toEqual([401, 'show an allowed client certificate\n']);
    const door = { port: authenticator, ca: readState('ca.pem') };
    expect((await call(door, { path: '/healthz', method: 'GET' })).status).toBe(200);
  });

  test('serves a renewed certificate without an end, to who knows the authority', async () => {
    const { authenticator } = await start();
    const before = readState('cert.pem');
    const { openStateFolder } = await import('../../../src/commands/authenticator/serving/state-folder.ts');
    const { renewCertificate } = await import('../../../src/commands/authenticator/serving/certificate.ts');
    const folder = await openStateFolder(join(workspace.folder, 'state'));
    expect(await renewCertificate(folder, ['localhost', '127.0.0.1', '::1'], Date.now())).toBe(true);
    expect(readState('cert.pem')).not.toBe(before);
    await until(() => log.lines.some(({ message }) => message === 'new certificate served'), 'it is served');
    expect((await review(authenticator, sign())).status).toBe(200);
    expect(log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  test('stops at the start where its folder cannot be had', async () => {
    mkdirSync(join(workspace.folder, 'x'));
    const file = workspace.write('x/file', '');
    await expect(start(`--state-dir=${file}`)).rejects.toThrow('--state-dir');
  });
});
