import { join } from 'node:path';
import { connect } from 'node:tls';
import { type Child, type Ending, startChild } from '../child.ts';
import { findFreePort } from '../free-port.ts';
import { createTlsFolder, type TlsFolder } from '../tls-folder.ts';
import type { Cluster } from './cluster.ts';
import { awaitReady } from './components.ts';
import { fetchText } from './fetch-text.ts';
import { findOurProgram } from './program.ts';

export interface WebhookOptions {
  readonly cluster: Cluster;
  /** Tells instances apart in files and logs; `webhook` where absent. */
  readonly name?: string;
  /** `ours`, or the path of a program that takes the same flags. `ours` where absent. */
  readonly program?: 'ours' | string;
  /** The kubeconfig to run with; the administrator's where absent. */
  readonly kubeconfig?: string;
  /** Names in the certificate; `127.0.0.1` where absent. */
  readonly names?: readonly string[];
  /** Added after the flags that every instance gets, so that they win. */
  readonly flags?: readonly string[];
}

/** A webhook process that serves. */
export interface Webhook {
  readonly port: number;
  readonly child: Child;
  /** Where the API server posts reviews to. */
  readonly url: string;
  /** Signed the certificate. */
  readonly caBundle: string;
  readonly tls: TlsFolder;
  isReady(): Promise<boolean>;
  readMetrics(): Promise<string>;
  /** The SHA-256 fingerprint of the certificate that a new connection gets, as `node:crypto` writes it. */
  readFingerprint(): Promise<string>;
  readLog(): string;
  kill(signal: NodeJS.Signals): void;
  /** SIGTERM; an instance of ours does not wait for endpoints, unless `flags` say so. */
  stop(): Promise<Ending>;
}

/** Starts a webhook and returns when it is ready. */
export async function startWebhook(options: WebhookOptions): Promise<Webhook> {
  const { cluster, name = 'webhook', names = ['127.0.0.1'] } = options;
  const [port, metricsPort] = await Promise.all([findFreePort(), findFreePort()]);
  const tls = createTlsFolder(
    join(cluster.workspace.folder, `${name}-tls`),
    cluster.authority.issue({ names }),
  );
  const child = startChild({
    workspace: cluster.workspace,
    name,
    command: toCommand(options, { tls, port, metricsPort }),
  });
  cluster.adopt(child);
  const ops = `http://127.0.0.1:${metricsPort}`;
  const webhook: Webhook = {
    port,
    child,
    url: `https://127.0.0.1:${port}/mutate`,
    caBundle: cluster.authority.certificate,
    tls,
    isReady: () => isAnsweredWell(() => fetchText(`${ops}/readyz`)),
    readMetrics: () => fetchText(`${ops}/metrics`),
    readFingerprint: () => readFingerprint(port),
    readLog: child.readLog,
    kill: child.kill,
    stop: () => child.stop(),
  };
  // The Go program has no readiness: that it answers at all is the most that it says.
  const probe = isOurs(options)
    ? () => fetchText(`${ops}/readyz`)
    : () => fetchText(`https://127.0.0.1:${port}/healthz`);
  await awaitReady(child, probe);
  return webhook;
}

/** The program to measure ours against, if there is one: `PEER_WEBHOOK=/path/to/binary`. */
export function findPeer(): string | undefined {
  return process.env['PEER_WEBHOOK'] || undefined;
}

function isOurs({ program = 'ours' }: WebhookOptions): boolean {
  return program === 'ours';
}

interface Place {
  readonly tls: TlsFolder;
  readonly port: number;
  readonly metricsPort: number;
}

function toCommand(options: WebhookOptions, { tls, port, metricsPort }: Place): [string, ...string[]] {
  const { cluster, program = 'ours', kubeconfig = cluster.kubeconfig, flags = [] } = options;
  const shared = [
    '--in-cluster=false',
    `--kubeconfig=${kubeconfig}`,
    `--tls-cert=${tls.certificatePath}`,
    `--tls-key=${tls.keyPath}`,
    `--port=${port}`,
    `--metrics-port=${metricsPort}`,
  ];
  if (program !== 'ours') return [program, ...shared, ...flags];
  const ours = ['--shutdown-delay=0s', '-v=3'];
  return [...findOurProgram(), 'webhook', ...shared, ...ours, ...flags];
}

async function isAnsweredWell(ask: () => Promise<string>): Promise<boolean> {
  try {
    await ask();
    return true;
  } catch {
    return false;
  }
}

function readFingerprint(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().fingerprint256);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}
