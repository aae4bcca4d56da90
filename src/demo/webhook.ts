import { toCertificateCommand, toCommandLine } from './by-hand.ts';
import type { CommandLine } from './report.ts';

/**
 * The demo's wish for a webhook. A command grants it with the very parts that `iam-bridge webhook` is made of; only a
 * command may read settings and put parts together.
 */
export type StartWebhook = (options: WebhookOptions) => Promise<RunningWebhook>;

export interface WebhookOptions {
  /** Flags that say where the cluster is: `--kube-api` or `--kubeconfig`. */
  readonly clusterFlags: readonly string[];
  readonly certPath: string;
  readonly keyPath: string;
}

/** A webhook that is ready: its certificate is valid, and all ServiceAccounts are known to it. */
export interface RunningWebhook {
  /** `https://127.0.0.1:PORT/mutate` */
  readonly url: string;
  /** What it was started with, as words of a command line. */
  readonly flags: readonly string[];
  /** What it decided so far, oldest first, out of its own log. */
  judgements(): readonly JudgementLine[];
  stop(): Promise<void>;
}

/** The fields of one decision in the webhook's log. */
export interface JudgementLine {
  readonly reason: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  /** `Job/s3-echoer`, or `Pod/name` for a pod of its own. */
  readonly owner: string;
  readonly dryRun: boolean;
  readonly operations: number;
}

/** The commands that start the same webhook by hand: `folder` is where its files are here. */
export function toWebhookCommands({ flags }: RunningWebhook, folder: string): CommandLine[] {
  return [
    { command: toCertificateCommand('tls') },
    { command: toCommandLine('iam-bridge webhook', flags, folder) },
  ];
}
