import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { findFreePort } from '../free-port.ts';
import { call } from '../http/client.ts';
import { until } from '../until.ts';
import { createWorkspace } from '../workspace.ts';
import { CLUSTER } from './tokens.ts';

export interface Peer {
  readLog(): string;
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
  /** The configuration, as YAML. @param server what has to stand in its `server` */
  readonly config: (server: object) => string;
  /** Where its certificate is, or will be; undefined: in a folder of its own. */
  readonly stateDir?: string;
  readonly gates?: string;
}

/** A configuration with one user in its mappings. */
export function mapOneUser(arn: string): PeerPlan['config'] {
  const mapUsers = [{ userARN: arn, username: 'jane', groups: ['devs'] }];
  return (server) => JSON.stringify({ clusterID: CLUSTER, server: { ...server, mapUsers } });
}

/**
 * The Go program.
 * @throws Error where it does not start
 */
export async function startPeer(plan: PeerPlan): Promise<Peer> {
  const { path, proxyPort, authority, gates } = plan;
  const workspace = createWorkspace();
  const port = await findFreePort();
  const { stateDir = workspace.folder } = plan;
  const config = workspace.write('peer.yaml', plan.config({ port, stateDir, kubeconfigPregenerated: true }));
  const child = startChild({
    workspace,
    name: 'peer',
    command: [path, 'server', '-c', config, ...(gates === undefined ? [] : [`--feature-gates=${gates}`])],
    env: {
      HTTPS_PROXY: `http://127.0.0.1:${proxyPort}`,
      NO_PROXY: '',
      SSL_CERT_FILE: workspace.write('ca.crt', authority),
      AWS_REGION: 'us-west-2',
      AWS_EC2_METADATA_DISABLED: 'true',
    },
  });
  await until(() => child.readLog().includes('listening on') || !child.isRunning(), 'the Go program listens');
  if (!child.isRunning()) {
    const log = child.readLogTail();
    await workspace.remove();
    throw new Error(`the Go program did not start\n${log}`);
  }
  const ca = readFileSync(join(stateDir, 'cert.pem'), 'utf8');
  return {
    readLog: child.readLog,
    async send(body) {
      const { status, text } = await call({ port, ca }, { path: '/authenticate', body });
      return { status, body: text.startsWith('{') ? JSON.parse(text) : undefined };
    },
    async stop() {
      // Its first SIGTERM ends nothing.
      await child.stop(50);
      await workspace.remove();
    },
  };
}
