import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { toReview } from '../authenticator/bed.ts';
import { startLocalSts, toRoleArn, toSession } from '../authenticator/local-sts.ts';
import { CLUSTER, signToken } from '../authenticator/tokens.ts';
import { startFakeApiServer } from '../certificates/api-server.ts';
import { createFakeApi } from '../certificates/fake-api.ts';
import { createAuthority } from '../certificates.ts';
import { startFakeCluster } from '../commands/fake-cluster.ts';
import { startIssuerCluster } from '../commands/issuer-cluster.ts';
import { awaitLine, endPrograms, type Program, start } from '../commands/program.ts';
import { eventually } from '../e2e/eventually.ts';
import { fetchText } from '../e2e/fetch-text.ts';
import { findFreePorts } from '../free-port.ts';
import { call } from '../http/client.ts';
import { createJwk } from '../issuer/jwks.ts';
import { createTlsFolder } from '../tls-folder.ts';
import { until } from '../until.ts';
import { ROLE, renderPod, renderReview } from '../webhook/reviews.ts';

const MAIN = [process.execPath, join(import.meta.dirname, '..', '..', '..', 'src', 'main.ts')];

/**
 * Runs webhook, authenticator and issuer, has each do a little of all that it counts, since a series has no label before it
 * is there, and returns their scrapes.
 */
export async function scrapePrograms(): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'iam-bridge-scrape-'));
  const cleanups: (() => Promise<void>)[] = [];
  try {
    const place = { folder, cleanups, authority: createAuthority('iam-bridge tests') };
    return await Promise.all([
      ...[scrapeWebhook(place), scrapeKept(place)],
      ...[scrapeAuthenticator(place), scrapeIssuer(place)],
    ]);
  } finally {
    await endPrograms();
    for (const cleanup of cleanups) await cleanup();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly folder: string;
  readonly cleanups: (() => Promise<void>)[];
  readonly authority: ReturnType<typeof createAuthority>;
}

async function scrapeWebhook({ folder, cleanups, authority }: Place): Promise<string> {
  const cluster = await startFakeCluster();
  cleanups.push(cluster.close);
  cluster.setAccount('shop/web', { 'eks.amazonaws.com/role-arn': ROLE });
  const issue = () => authority.issue({ names: ['127.0.0.1'] });
  const files = createTlsFolder(join(folder, 'webhook-tls'), issue());
  const [port = 0, metricsPort = 0] = await findFreePorts(2);
  const program = start([
    ...MAIN,
    ...['webhook', '--in-cluster=false', `--kube-api=${cluster.url}`, '--bind-address=127.0.0.1'],
    ...[`--tls-cert=${files.certificatePath}`, `--tls-key=${files.keyPath}`, '--connection-budget=16'],
    ...[`--port=${port}`, `--metrics-port=${metricsPort}`],
  ]);
  await awaitReady(program, metricsPort);
  const door = { port, ca: authority.certificate };
  for (const account of ['web', 'nobody']) await call(door, { body: renderReview(renderPod(account)) });
  await crowd(port);
  files.swap(issue());
  return await scrapeUntil(metricsPort, [
    'iam_bridge_pods_left_out_total{',
    'iam_bridge_service_account_live_reads_total{',
    'iam_bridge_http_connections_evicted_total{',
    'iam_bridge_http_bodies_turned_away_total{',
    'iam_bridge_tls_certificate_reloads_total{',
  ]);
}

/** A webhook whose certificate is of its own making. */
async function scrapeKept({ cleanups }: Place): Promise<string> {
  const server = await startFakeApiServer(createFakeApi(Date.now));
  cleanups.push(server.close);
  const [port = 0, metricsPort = 0] = await findFreePorts(2);
  const program = start([
    ...MAIN,
    ...['webhook', `--kube-api=${server.url}`, '--bind-address=127.0.0.1'],
    ...[`--port=${port}`, `--metrics-port=${metricsPort}`],
  ]);
  await awaitReady(program, metricsPort);
  return await scrapeUntil(metricsPort, [
    'iam_bridge_ca_bundle_in_sync{',
    'iam_bridge_tls_authority_not_after_seconds ',
  ]);
}

/** More connections than there is room for, and a body that does not come. */
async function crowd(port: number): Promise<void> {
  const head =
    'POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 400000\r\n\r\n';
  const sockets = await Promise.all(
    Array.from(
      { length: 20 },
      () =>
        new Promise<ReturnType<typeof connect>>((resolve) => {
          const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false }, () => {
            socket.write(head);
            resolve(socket);
          });
          // Who has to make room is told by a reset.
          socket.on('error', () => resolve(socket));
          socket.on('close', () => resolve(socket));
        }),
    ),
  );
  await until(() => sockets.every(({ destroyed }) => destroyed), 'slow bodies are cut off');
}

async function scrapeAuthenticator({ folder, cleanups }: Place): Promise<string> {
  const developer = toSession('Dev', 'jane');
  const sts = await startLocalSts([developer]);
  cleanups.push(sts.stop);
  const [port = 0, metricsPort = 0, healthPort = 0] = await findFreePorts(3);
  const config = {
    clusterID: CLUSTER,
    server: { mapRoles: [{ rolearn: toRoleArn('Dev'), username: 'dev', groups: ['viewers'] }] },
  };
  const program = start([
    ...MAIN,
    ...['authenticator', `--config=${write(folder, 'config.json', JSON.stringify(config))}`],
    ...[`--state-dir=${join(folder, 'state')}`, `--generate-kubeconfig=${join(folder, 'webhook.yaml')}`],
    ...[`--port=${port}`, `--metrics-port=${metricsPort}`, `--health-port=${healthPort}`],
    ...[`--aws-ca-file=${write(folder, 'aws.pem', sts.authority)}`, `--sts-address=127.0.0.1:${sts.port}`],
    '--region=us-west-2',
  ]);
  await awaitReady(program, metricsPort);
  const door = { port, ca: readFileSync(join(folder, 'state', 'ca.pem'), 'utf8') };
  for (const body of [toReview(signToken({ keys: developer, at: Date.now() })), toReview('nothing'), '{}'])
    await call(door, { path: '/authenticate', body });
  return await scrapeUntil(metricsPort, ['iam_bridge_sts_calls_total{', 'reason="review-malformed"']);
}

async function scrapeIssuer({ folder, cleanups, authority }: Place): Promise<string> {
  const [port = 0, metricsPort = 0] = await findFreePorts(2);
  const issuer = `https://127.0.0.1:${port}/clusters/demo`;
  const cluster = await startIssuerCluster(issuer);
  cleanups.push(cluster.close);
  const files = createTlsFolder(join(folder, 'issuer-tls'), authority.issue({ names: ['127.0.0.1'] }));
  cluster.set([createJwk()]);
  const program = start([
    ...MAIN,
    ...['issuer', `--issuer=${issuer}`, `--kube-api=${cluster.url}`, '--bind-address=127.0.0.1'],
    ...[`--tls-cert=${files.certificatePath}`, `--tls-key=${files.keyPath}`],
    ...[`--port=${port}`, `--metrics-port=${metricsPort}`, '--drift-interval=10s'],
    `--verify-token-file=${write(folder, 'tokens', 'a-caller-of-these-tests-0123456789\n')}`,
  ]);
  await awaitReady(program, metricsPort);
  const door = { port, ca: authority.certificate };
  await call(door, { path: '/clusters/demo/.well-known/openid-configuration', method: 'GET' });
  await call(door, { path: '/verify', body: '{}' });
  return await scrapeUntil(metricsPort, ['iam_bridge_issuer_drift_findings{', 'document="verify"']);
}

function write(folder: string, name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
}

async function awaitReady(program: Program, metricsPort: number): Promise<void> {
  await awaitLine(program, 'probes and metrics listen (HTTP)');
  await eventually(() => fetchText(`http://127.0.0.1:${metricsPort}/readyz`));
}

/** The first scrape that has all of these. */
function scrapeUntil(metricsPort: number, wanted: readonly string[]): Promise<string> {
  return eventually(async () => {
    const text = await fetchText(`http://127.0.0.1:${metricsPort}/metrics`);
    const missing = wanted.filter((each) => !text.includes(each));
    if (missing.length > 0) throw new Error(`the scrape has no ${missing.join(', ')}`);
    return text;
  });
}
