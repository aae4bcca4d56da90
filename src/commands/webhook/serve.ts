import { Gauge, Registry } from 'prom-client';
import { runUntilSignal, type SignalSource } from '../../http/lifecycle.ts';
import { createLog, type Log } from '../../http/log.ts';
import type { WebhookCommandSettings } from '../../settings/webhook.ts';
import type { ExitCode } from '../outcome.ts';
import { readVersion } from '../version.ts';
import { createWebhookParts } from './parts.ts';

/** Runs the webhook until a signal ends it. */
export async function serveWebhook(
  settings: WebhookCommandSettings,
  signals: SignalSource,
): Promise<ExitCode> {
  const log = createLog(settings.verbosity);
  const version = await readVersion();
  log.info({ version, node: process.version, settings: toPrintable(settings) }, 'iam-bridge webhook starts');
  for (const remark of settings.remarks) log.warn({}, remark);
  try {
    const registry = new Registry();
    registerBuildInfo(registry, version);
    const { parts, beginDrain } = await createWebhookParts(settings, { log, registry });
    const shutdown = {
      delay: settings.shutdownDelay,
      beginDrain() {
        log.info({ delayMs: settings.shutdownDelay }, 'draining: unready, connections are still taken');
        beginDrain();
      },
    };
    await runUntilSignal(parts, shutdown, signals);
    log.info({}, 'iam-bridge webhook stopped');
    return 0;
  } catch (error) {
    return reportFailure(log, error);
  }
}

function registerBuildInfo(registry: Registry, version: string): void {
  new Gauge({
    name: 'iam_bridge_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.version }, 1);
}

function reportFailure(log: Log, error: unknown): ExitCode {
  log.error(
    { problem: error instanceof Error ? error.message : String(error) },
    'iam-bridge webhook cannot run',
  );
  return 3;
}

function toPrintable({ remarks: _, ...settings }: WebhookCommandSettings): object {
  return settings;
}
