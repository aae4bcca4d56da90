import { Registry } from 'prom-client';
import { LIMITS, type TlsServerOptions } from '../../../src/http/server.ts';
import { createJudgementLog } from '../../../src/webhook/log.ts';
import { createWebhookMetrics } from '../../../src/webhook/metrics.ts';
import { createMutateHandler, type MutateDeps } from '../../../src/webhook/routes.ts';
import type { Account } from '../../../src/webhook/sources/account.ts';
import { createReadBody } from '../http/bodies.ts';
import { type Door, openDoor } from '../http/door.ts';
import { createRecordingLog, type RecordingLog } from '../recording-log.ts';
import { createReader, ROLE } from './accounts.ts';
import { DEFAULT_SETTINGS } from './default-settings.ts';

/** A webhook at the door, with its metrics and its log at hand. */
export interface WebhookDoor extends Door {
  readonly log: RecordingLog;
  readonly registry: Registry;
  /** Sets the log's clock. */
  setNow(now: number): void;
}

export interface WebhookDoorOptions {
  readonly deps?: Partial<MutateDeps>;
  readonly door?: Partial<TlsServerOptions>;
  readonly verbosity?: number;
}

/** The accounts of the tests' cluster: `shop/web` has a role, `shop/plain` has none. */
export function createAccounts(): Map<string, Account> {
  const reader = createReader();
  return new Map([
    ['shop/web', reader.read({ 'eks.amazonaws.com/role-arn': ROLE })],
    ['shop/plain', reader.plain],
  ]);
}

/** Starts a webhook behind real TLS whose cluster is made up: any account but the two is unknown. */
export async function openWebhook(options: WebhookDoorOptions = {}): Promise<WebhookDoor> {
  const registry = new Registry();
  const log = createRecordingLog(options.verbosity ?? 5);
  const accounts = createAccounts();
  let now = 1_700_000_000_000;
  const limits = { ...LIMITS, ...options.door?.limits };
  const handler = createMutateHandler({
    readBody: createReadBody({ patience: limits.request, interval: limits.check / 2 }),
    settings: DEFAULT_SETTINGS,
    accounts,
    sources: () => ({ containerCredentials: new Set(), configMap: undefined }),
    findAccount: async () => ({ kind: 'unknown' }),
    random: () => 0.5,
    metrics: createWebhookMetrics(registry, () => ({ known: accounts.size, annotated: 1 })),
    monotonic: () => performance.now(),
    log: createJudgementLog(log, () => now),
    ...options.deps,
  });
  const door = await openDoor({ ...options.door, direct: new Map([['/mutate', handler]]) });
  return {
    ...door,
    log,
    registry,
    setNow(value) {
      now = value;
    },
  };
}
