import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LocalSts, type Signer, toUser } from '../authenticator/local-sts.ts';
import { CLUSTER } from '../authenticator/tokens.ts';
import { type Child, startChild } from '../child.ts';
import { findFreePort } from '../free-port.ts';
import type { Workspace } from '../workspace.ts';
import { awaitReady } from './components.ts';
import { fetchText } from './fetch-text.ts';
import { findOurProgram } from './program.ts';

/** Where an authenticator will be, before it or the API server runs. */
export interface AuthenticatorPlace {
  readonly workspace: Workspace;
  readonly stateDir: string;
  /** What kube-apiserver is given. */
  readonly webhookKubeconfig: string;
  readonly port: number;
}

/** Has `init` make certificate and webhook kubeconfig, as one does before the first start of an API server. */
export async function initAuthenticator(
  workspace: Workspace,
  flags: readonly string[] = [],
): Promise<AuthenticatorPlace> {
  const port = await findFreePort();
  const place = {
    workspace,
    stateDir: join(workspace.folder, 'state'),
    webhookKubeconfig: join(workspace.folder, 'webhook.yaml'),
    port,
  };
  const command = [
    ...findOurProgram(),
    'aws-iam-authenticator',
    'init',
    ...toPlaceFlags(place),
    ...flags,
  ] as const;
  const child = startChild({ workspace, name: 'init', command: [...command] as [string, ...string[]] });
  const { code } = await child.exited;
  if (code !== 0) throw new Error(`init ended with ${code}: ${child.readLog()}`);
  return place;
}

/** Of `server` and of `init`. */
export function toPlaceFlags({ stateDir, webhookKubeconfig, port }: AuthenticatorPlace): string[] {
  return [
    '--feature-gates=ConfiguredInitDirectories=true',
    `--cluster-id=${CLUSTER}`,
    `--state-dir=${stateDir}`,
    `--generate-kubeconfig=${webhookKubeconfig}`,
    `--port=${port}`,
  ];
}

export interface AuthenticatorProcess {
  readonly child: Child;
  /** PEM of its authority. */
  readonly authority: string;
  readMetrics(): Promise<string>;
}

/** Starts `aws-iam-authenticator server` of ours, and returns when it is ready. */
export async function startAuthenticator(
  place: AuthenticatorPlace,
  sts: LocalSts,
  { config, flags = [] }: { readonly config: string; readonly flags?: readonly string[] },
): Promise<AuthenticatorProcess> {
  const { workspace, stateDir } = place;
  const [metricsPort, healthPort] = [await findFreePort(), await findFreePort()];
  const child = startChild({
    workspace,
    name: 'authenticator',
    env: {
      ...toEnvironment(toUser('authenticator')),
      AWS_REGION: 'us-west-2',
      AWS_ENDPOINT_URL_EC2: `https://127.0.0.1:${sts.port}`,
    },
    command: [
      ...findOurProgram(),
      ...['aws-iam-authenticator', 'server', '-c', workspace.write('config.yaml', config)],
      ...toPlaceFlags(place),
      '--kubeconfig-pregenerated',
      `--metrics-port=${metricsPort}`,
      `--health-port=${healthPort}`,
      '--health-address=127.0.0.1',
      `--aws-ca-file=${workspace.write('aws.pem', sts.authority)}`,
      `--sts-address=127.0.0.1:${sts.port}`,
      '--shutdown-delay=0s',
      ...flags,
    ],
  });
  const ops = `http://127.0.0.1:${metricsPort}`;
  await awaitReady(child, () => fetchText(`${ops}/readyz`));
  return {
    child,
    authority: readFileSync(join(stateDir, 'ca.pem'), 'utf8'),
    readMetrics: () => fetchText(`${ops}/metrics`),
  };
}

/** Keys as the AWS SDKs read them. */
export function toEnvironment({
  accessKeyId,
  secretAccessKey,
  sessionToken,
}: Signer): Record<string, string> {
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
  };
}

/** A program that kubectl runs for a token, with its words. */
export type CredentialPlugin = readonly [string, ...string[]];

/** Ours, from the source or as IAM_BRIDGE_E2E_PROGRAM says. */
export function findOurPlugin(): CredentialPlugin {
  return [...findOurProgram(), 'get-token', '--cluster-name', CLUSTER, '--region', 'us-west-2'];
}

/** A kubeconfig whose user is whoever has these keys, by this credential plugin. */
export function writeUserKubeconfig(
  workspace: Workspace,
  { server, authority }: { readonly server: string; readonly authority: string },
  signer: Signer,
  [command, ...args]: CredentialPlugin = findOurPlugin(),
): string {
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command,
    args,
    env: Object.entries(toEnvironment(signer)).map(([name, value]) => ({ name, value })),
    interactiveMode: 'Never',
  };
  const data = Buffer.from(authority).toString('base64');
  return workspace.write(
    `${signer.accessKeyId}.kubeconfig`,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'x',
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
      clusters: [{ name: 'x', cluster: { server, 'certificate-authority-data': data } }],
      users: [{ name: 'x', user: { exec } }],
    }),
  );
}
