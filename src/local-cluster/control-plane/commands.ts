import { join } from 'node:path';

/** Its data is thrown away, so nothing need reach the disk. */
export function toEtcdCommand(folder: string, port: number, peerPort: number): string[] {
  const client = toUrl(port);
  const peer = toUrl(peerPort);
  return [
    `--data-dir=${join(folder, 'etcd')}`,
    '--unsafe-no-fsync',
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=default=${peer}`,
    '--log-level=error',
  ];
}

/** Paths of what kube-apiserver reads. */
export interface ApiServerFiles {
  readonly cert: string;
  readonly key: string;
  readonly tokens: string;
  readonly signingKey: string;
  readonly checkingKey: string;
  /** The kubeconfig of a token webhook; absent: none is asked. */
  readonly tokenWebhook?: string | undefined;
}

export interface ApiServerOptions {
  readonly port: number;
  readonly etcdPort: number;
  /** `https://…`: who signs the tokens, and where the world finds the keys. The API server never asks there. */
  readonly issuer: string;
}

export function toApiServerCommand(
  folder: string,
  { port, etcdPort, issuer }: ApiServerOptions,
  files: ApiServerFiles,
): string[] {
  return [
    `--etcd-servers=${toUrl(etcdPort)}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    // It would look for a default route, which a machine without a network has not.
    '--advertise-address=192.0.2.1',
    '--endpoint-reconciler-type=none',
    '--service-cluster-ip-range=10.0.0.0/24',
    `--tls-cert-file=${files.cert}`,
    `--tls-private-key-file=${files.key}`,
    `--cert-dir=${join(folder, 'certificates')}`,
    '--authorization-mode=RBAC',
    `--token-auth-file=${files.tokens}`,
    ...(files.tokenWebhook === undefined ? [] : toTokenWebhookFlags(files.tokenWebhook)),
    `--service-account-issuer=${issuer}`,
    `--service-account-signing-key-file=${files.signingKey}`,
    `--service-account-key-file=${files.checkingKey}`,
    // The address that it would publish by itself is not the issuer's.
    `--service-account-jwks-uri=${issuer}/openid/v1/jwks`,
    '--profiling=false',
  ];
}

/** The version is v1beta1 unless one asks for another. @param path of its kubeconfig */
export function toTokenWebhookFlags(path: string): string[] {
  return [`--authentication-token-webhook-config-file=${path}`, '--authentication-token-webhook-version=v1'];
}

/** The two controllers that a Job's pod needs: its own, and the one that makes `default` ServiceAccounts. */
export function toControllerManagerCommand(kubeconfig: string, signingKey: string): string[] {
  return [
    `--kubeconfig=${kubeconfig}`,
    `--service-account-private-key-file=${signingKey}`,
    '--controllers=job-controller,serviceaccount-controller',
    '--leader-elect=false',
    // Nobody probes it.
    '--secure-port=0',
  ];
}

function toUrl(port: number): string {
  return `http://127.0.0.1:${port}`;
}
