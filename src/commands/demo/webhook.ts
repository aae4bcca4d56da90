import { get } from 'node:http';
import { Registry } from 'prom-client';
import { findFreePorts } from '../../demo/loopback.ts';
import type { RunningWebhook, WebhookOptions } from '../../demo/webhook.ts';
import type { Part } from '../../http/lifecycle.ts';
import { createSystemClock } from '../../kube/clock.ts';
import { readWebhookCommandLine, type WebhookCommandSettings } from '../../settings/webhook.ts';
import { createWebhookParts } from '../webhook/parts.ts';
import { createMemoryLog } from './log.ts';

/** ms between two looks at /readyz, and how long to look. */
const LOOK_INTERVAL = 20;
const PATIENCE = 15_000;

/**
 * Starts the webhook as `iam-bridge webhook` does, from the flags that a user would give, and returns when it is ready.
 * @throws Error where it cannot start, or is not ready in time
 */
export async function startWebhook(options: WebhookOptions): Promise<RunningWebhook> {
  const [port = 0, metricsPort = 0] = await findFreePorts(2);
  const flags = toFlags(options, port, metricsPort);
  const log = createMemoryLog();
  const { parts } = await createWebhookParts(readSettings(flags), { log, registry: new Registry() });
  const started: Part[] = [];
  const stop = async (): Promise<void> => {
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  try {
    for (const part of parts) {
      await part.start();
      started.push(part);
    }
    await awaitReady(`http://127.0.0.1:${metricsPort}/readyz`, log.lastProblem);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url: `https://127.0.0.1:${port}/mutate`, flags, judgements: log.judgements, stop };
}

function toFlags({ clusterFlags, certPath, keyPath }: WebhookOptions, port: number, metricsPort: number) {
  return [
    '--in-cluster=false',
    ...clusterFlags,
    '--bind-address=127.0.0.1',
    `--tls-cert=${certPath}`,
    `--tls-key=${keyPath}`,
    `--port=${port}`,
    `--metrics-port=${metricsPort}`,
  ];
}

function readSettings(flags: readonly string[]): WebhookCommandSettings {
  const line = readWebhookCommandLine(flags, {});
  if (line.kind === 'run') return line.settings;
  throw new Error(line.kind === 'problems' ? line.problems.join('; ') : 'the webhook has nothing to run');
}

async function awaitReady(url: string, lastProblem: () => string | undefined): Promise<void> {
  const clock = createSystemClock();
  const never = new AbortController().signal;
  const deadline = clock.now() + PATIENCE;
  while ((await readStatus(url)) !== 200) {
    if (clock.now() > deadline) {
      throw new Error(
        `the webhook is not ready after ${PATIENCE / 1_000} s: ${lastProblem() ?? 'see /readyz'}`,
      );
    }
    await clock.delay(LOOK_INTERVAL, never);
  }
}

function readStatus(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false, timeout: PATIENCE }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
}
