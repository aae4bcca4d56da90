import { join } from 'node:path';
import { createAuthority } from '../../support/certificates.ts';
import { type Child, startChild } from '../../support/child.ts';
import { findFreePort } from '../../support/free-port.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';
import type { Load } from '../load.ts';
import { untilReady } from '../ready.ts';
import { LOAD_CORE, SERVER_CORE } from '../tools.ts';
import { REVIEW_COUNT, renderReview } from './reviews.ts';

/** What all measurements share: a folder with one certificate and the reviews. */
export interface Bed {
  readonly workspace: Workspace;
  readonly certPath: string;
  readonly keyPath: string;
  readonly reviewsPath: string;
  /** Starts a program that ends with the bed at the latest. */
  start(name: string, command: readonly [string, ...string[]], env?: Readonly<Record<string, string>>): Child;
  /** Ends all programs and removes the folder. */
  end(): Promise<void>;
}

export function createBed(): Bed {
  const workspace = createWorkspace();
  const pair = createAuthority('iam-bridge bench').issue({ names: ['localhost', '127.0.0.1'] });
  const reviews = Array.from({ length: REVIEW_COUNT }, (_, index) => renderReview(index));
  const children: Child[] = [];
  return {
    workspace,
    certPath: workspace.write('tls.crt', pair.certificate),
    keyPath: workspace.write('tls.key', pair.key),
    reviewsPath: workspace.write('reviews.jsonl', `${reviews.join('\n')}\n`),
    start(name, command, env) {
      const child = startChild({ workspace, name, command, ...(env && { env }) });
      children.push(child);
      return child;
    },
    async end() {
      await Promise.all(children.map((child) => child.stop(2_000)));
      await workspace.remove();
    },
  };
}

/** A server under test. */
export interface Server {
  readonly child: Child;
  readonly port: number;
  /** When its program was started: `performance.now()`. */
  readonly startedAt: number;
}

/** All reviews, over and over. */
export function toLoad({ reviewsPath }: Bed, { child, port }: Server): Load {
  const url = `https://127.0.0.1:${port}/mutate?timeout=10s`;
  return { child, url, bodiesPath: reviewsPath, contentType: 'application/json' };
}

/**
 * Which program to start: `ours` is the bundle by way of bin/webhook, told the API server's URL, `by kubeconfig` the same
 * with a kubeconfig, as outside of a cluster; `peer` the Go program.
 */
export type Contestant =
  | { readonly kind: 'ours' | 'by kubeconfig' | 'floor' }
  | { readonly kind: 'peer'; readonly path: string };

export interface ServerOptions {
  readonly contestant: Contestant;
  /** Of the stand-in API server. */
  readonly apiPort: number;
  /** What the floor's Map holds; the others ask the API server. */
  readonly accounts: number;
  readonly flags?: readonly string[];
}

const ROOT = join(import.meta.dirname, '..', '..', '..');
const NODE = process.execPath;

export async function startServer(bed: Bed, options: ServerOptions): Promise<Server> {
  const [port, metricsPort] = [await findFreePort(), await findFreePort()];
  const { contestant } = options;
  const program = toProgram(bed, options, { port, metricsPort });
  const startedAt = performance.now();
  const child = bed.start(
    contestant.kind,
    ['taskset', '-c', SERVER_CORE, ...program],
    contestant.kind === 'peer' ? { GOMAXPROCS: '1' } : {},
  );
  return { child, port, startedAt };
}

function toProgram(
  { certPath, keyPath, workspace }: Bed,
  { contestant, apiPort, accounts, flags = [] }: ServerOptions,
  { port, metricsPort }: { readonly port: number; readonly metricsPort: number },
): string[] {
  if (contestant.kind === 'floor') {
    return [NODE, join(ROOT, 'test/bench/floor.ts'), String(port), certPath, keyPath, String(accounts)];
  }
  return [
    contestant.kind === 'peer' ? contestant.path : join(ROOT, 'bin/webhook'),
    '--in-cluster=false',
    contestant.kind === 'by kubeconfig'
      ? `--kubeconfig=${workspace.write(`kubeconfig-${apiPort}`, renderKubeconfig(apiPort))}`
      : `--kube-api=http://127.0.0.1:${apiPort}`,
    `--tls-cert=${certPath}`,
    `--tls-key=${keyPath}`,
    `--port=${port}`,
    `--metrics-port=${metricsPort}`,
    ...(contestant.kind === 'peer' ? [] : ['--shutdown-delay=0s', '--bind-address=127.0.0.1']),
    ...flags,
  ];
}

function renderKubeconfig(apiPort: number): string {
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'bench', cluster: { server: `http://127.0.0.1:${apiPort}` } }],
    users: [{ name: 'bench', user: {} }],
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    'current-context': 'bench',
  });
}

/** Starts the stand-in for an API server with `accounts` ServiceAccounts, and waits until it has rendered them. */
export async function startStandIn(bed: Bed, accounts: number): Promise<{ child: Child; port: number }> {
  const port = await findFreePort();
  const script = join(import.meta.dirname, 'stand-in-api.ts');
  const name = `api-${accounts}`;
  const child = bed.start(name, ['taskset', '-c', LOAD_CORE, NODE, script, String(port), String(accounts)]);
  await untilReady(child);
  return { child, port };
}
