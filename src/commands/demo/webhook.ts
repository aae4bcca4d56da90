import { Registry } from 'prom-client';
import type { RunningWebhook, WebhookOptions } from '../../demo/servers.ts';
import { findFreePorts } from '../../local-cluster/loopback.ts';
import { createWebhookParts } from '../webhook/parts.ts';
import { readWebhookCommandLine, type WebhookCommandSettings } from '../webhook/read-settings.ts';
import { createMemoryLog } from './log.ts';
import { startServer } from './server.ts';

/**
 * Starts the webhook as `iam-bridge webhook` does, from the flags that a user would give, and returns when it is ready.
 * @throws Error where it cannot start, or is not ready in time
 */
export async function startWebhook(options: WebhookOptions): Promise<RunningWebhook> {
  const [port = 0, metricsPort = 0] = await findFreePorts(2);
  const flags = toFlags(options, port, metricsPort);
  const log = createMemoryLog();
  const { parts } = await createWebhookParts(readSettings(flags), { log, registry: new Registry() });
  const stop = await startServer({ name: 'webhook', parts, metricsPort, lastProblem: log.lastProblem });
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
