import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { call } from '../http/client.ts';
import { until } from '../until.ts';
import { createWorkspace, findFreePort } from '../workspace.ts';
import { CLUSTER } from './tokens.ts';

export interface Peer {
  send(body: string): Promise<{ readonly status: number; readonly body: unknown }>;
  stop(): Promise<void>;
}

export interface PeerPlan {
  /** Of the Go program. */
  readonly path: string;
  /** Of the proxy that leads to STS. */
  readonly proxyPort: number;
  /** PEM, of STS's certificate. */
  readonly authority: string;
  /** ARN of the one user that is mapped. */
  readonly user: string;
}

/** The Go program, with one user in its mappings. */
export async function startPeer({ path, proxyPort, authority, user }: PeerPlan): Promise<Peer> {
  const workspace = createWorkspace();
  const port = await findFreePort();
  const mapUsers = [{ userARN: user, username: 'jane', groups: ['devs'] }];
  const server = { port, stateDir: workspace.folder, kubeconfigPregenerated: true, mapUsers };
  const config = workspace.write('peer.yaml', JSON.stringify({ clusterID: CLUSTER, server }));
  const child = startChild({
    workspace,
    name: 'peer',
    command: [path, 'server', '-c', config],
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
      NO_PROXY: '',
      SSL_CERT_FILE: workspace.write('ca.crt', authority),
      AWS_REGION: 'us-west-2',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  await until(() => child.readLog().includes('listening on'), 'the Go program listens');
  const ca = readFileSync(join(workspace.folder, 'cert.pem'), 'utf8');
  return {
    async send(body) {
      const { status, text } = await call({ port, ca }, { path: '/authenticate', body });
      return { status, body: text.startsWith('{') ? JSON.parse(text) : undefined };
    },
    async stop() {
      await child.stop(1_000);
      await workspace.remove();
    },
  };
}
