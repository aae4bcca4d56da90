import { sep } from 'node:path';
import type { ShellCommand } from './report.ts';

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
export function toWebhookCommands({ flags }: RunningWebhook, folder: string): ShellCommand[] {
  return [
    { command: toCertificateCommand('tls') },
    { command: toCommandLine('iam-bridge webhook', flags, folder) },
  ];
}

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
export function toIssuerCommands({ flags }: RunningIssuer, issuer: string, folder: string): ShellCommand[] {
  return [
    { command: toCertificateCommand('issuer') },
    { command: toCommandLine('iam-bridge issuer', flags, folder) },
    { command: `curl --cacert issuer.crt ${issuer}/.well-known/openid-configuration` },
  ];
}

/** The demo's wish for an authenticator, granted by a command as that for a webhook is. */
export type StartAuthenticator = (options: AuthenticatorOptions) => Promise<RunningAuthenticator>;

export interface AuthenticatorOptions {
  /** The file of mappings and cluster ID. */
  readonly configPath: string;
  /** Where its certificate is made. */
  readonly stateFolder: string;
  /** Where it writes the kubeconfig by which the API server finds it. */
  readonly webhookKubeconfig: string;
  readonly region: string;
  /** `127.0.0.1:PORT`: where STS is, whose certificate is for its public host all the same. */
  readonly stsAddress: string;
  /** PEM file: who vouches for that certificate. */
  readonly stsAuthorityPath: string;
}

/** An authenticator that is ready: its mappings are read, and it listens. */
export interface RunningAuthenticator {
  /** What it was started with, as words of a command line. */
  readonly flags: readonly string[];
  /** Path of the file for `--authentication-token-webhook-config-file`. */
  readonly webhookKubeconfig: string;
  /** What it decided so far, oldest first, out of its own log. */
  logins(): readonly LoginLine[];
  stop(): Promise<void>;
}

/** The fields of one decision in the authenticator's log. */
export interface LoginLine {
  /** A code of `authenticator/reasons.ts`. */
  readonly reason: string;
  /** Whom STS named. */
  readonly arn?: string;
  /** Whom the mappings make of that. */
  readonly username?: string;
}

/** The commands that start the same authenticator by hand, and an STS for it; `folder` is where its files are here. */
export function toAuthenticatorCommands(
  { flags }: RunningAuthenticator,
  { host, port }: { readonly host: string; readonly port: number },
  folder: string,
): ShellCommand[] {
  const local = ['--config=sts.yaml', `--port=${port}`, '--tls-cert=sts.crt', '--tls-key=sts.key'];
  return [
    { command: toCertificateCommand('sts', `DNS:${host}`) },
    { command: toCommandLine('iam-bridge demo aws', local, folder) },
    { command: toCommandLine('iam-bridge authenticator', flags, folder) },
  ];
}

/** Makes a certificate that is its own authority, for loopback unless told otherwise: `NAME.crt` and `NAME.key`. */
function toCertificateCommand(name: string, subject = 'IP:127.0.0.1'): string {
  return (
    'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1 -subj /CN=demo' +
    ` -addext subjectAltName=${subject} -keyout ${name}.key -out ${name}.crt`
  );
}

/** A command line with the files of a folder as somebody in it would type them. */
function toCommandLine(program: string, flags: readonly string[], folder: string): string {
  return [program, ...flags.map((word) => word.replace(folder + sep, ''))].join(' ');
}
