import { toCertificateCommand, toCommandLine } from './by-hand.ts';
import type { CommandLine } from './report.ts';

/** The demo's wish for an issuer, granted by a command as that for a webhook is. */
export type StartIssuer = (options: IssuerOptions) => Promise<RunningIssuer>;

export interface IssuerOptions {
  /** `https://127.0.0.1:PORT`: what the cluster calls itself in its tokens, and where this issuer listens. */
  readonly issuer: string;
  /** Flags that say where the cluster is: `--kube-api` or `--kubeconfig`. */
  readonly clusterFlags: readonly string[];
  readonly certPath: string;
  readonly keyPath: string;
}

/** An issuer that serves the cluster's keys. */
export interface RunningIssuer {
  /** What it was started with, as words of a command line. */
  readonly flags: readonly string[];
  stop(): Promise<void>;
}

/** The commands that start the same issuer by hand and look at it; `folder` is where its files are here. */
export function toIssuerCommands({ flags }: RunningIssuer, issuer: string, folder: string): CommandLine[] {
  return [
    { command: toCertificateCommand('issuer') },
    { command: toCommandLine('iam-bridge issuer', flags, folder) },
    { command: `curl --cacert issuer.crt ${issuer}/.well-known/openid-configuration` },
  ];
}
