import type { JudgementLine, RunningWebhook, WebhookOptions } from '../../../demo/servers.ts';
import { findFreePorts } from '../../../local-cluster/loopback.ts';
import { WEBHOOK } from '../../webhook/descriptor.ts';
import { createMemoryLog } from './memory-log.ts';
import { startServer } from './start.ts';

/**
 * Starts the webhook as `iam-bridge webhook` does, from the flags that a user would give, and returns when it is ready.
 * @throws Error where it cannot start, or is not ready in time
 */
export async function startWebhook(options: WebhookOptions): Promise<RunningWebhook> {
  const [port = 0, metricsPort = 0] = await findFreePorts(2);
  const flags = toFlags(options, port, metricsPort);
  const log = createMemoryLog(readJudgement);
  const stop = await startServer(WEBHOOK, flags, log);
  return { url: `https://127.0.0.1:${port}/mutate`, flags, judgements: log.lines, stop };
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

/** undefined where the line is about something else than a pod of ours. */
function readJudgement(fields: object): JudgementLine | undefined {
  const { reason, namespace, serviceAccount, owner, dryRun, operations } = fields as Partial<JudgementLine>;
  if (typeof reason !== 'string' || typeof namespace !== 'string') return undefined;
  return {
    reason,
    namespace,
    serviceAccount: String(serviceAccount),
    owner: String(owner),
    dryRun: dryRun === true,
    operations: Number(operations),
  };
}
