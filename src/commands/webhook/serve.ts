import type { SignalSource } from '../../http/lifecycle.ts';
import type { ExitCode } from '../outcome.ts';
import { runServer } from '../server/run.ts';
import { createWebhookParts } from './parts.ts';
import type { WebhookCommandSettings } from './read-settings.ts';

/** Runs the webhook until a signal ends it. */
export async function serveWebhook(
  settings: WebhookCommandSettings,
  signals: SignalSource,
): Promise<ExitCode> {
  return await runServer({ name: 'iam-bridge webhook', settings, create: createWebhookParts }, signals);
}
