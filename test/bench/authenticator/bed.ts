import { join } from 'node:path';
import { HOST } from '../../support/authenticator/tokens.ts';
import { createAuthority } from '../../support/certificates.ts';
import { type Child, startChild } from '../../support/child.ts';
import { createWorkspace, findFreePort, type Workspace } from '../../support/workspace.ts';
import { pause, untilReady } from '../ready.ts';
import { LOAD_CORE, SERVER_CORE } from '../tools.ts';

const NODE = process.execPath;
/** As the executable has them. */
const V8_FLAGS = ['--max-semi-space-size=2', '--max-old-space-size=192'];
const script = (name: string): string => join(import.meta.dirname, name);

export interface Server {
  readonly child: Child;
  /** Of `/authenticate`. */
  readonly url: string;
}

/** An STS with its proxy, and programs that are sent to it. */
export interface Bed {
  readonly workspace: Workspace;
  /** PEM of the authority of all certificates. */
  readonly ca: string;
  /** How many calls STS had so far. */
  countCalls(): Promise<number>;
  /** Whether calls from now on are answered. */
  stall(stalled: boolean): Promise<void>;
  start(kind: 'ours' | 'floor' | 'peer', path?: string): Promise<Server>;
  end(): Promise<void>;
}

export async function createBed(): Promise<Bed> {
  const workspace = createWorkspace();
  const authority = createAuthority('iam-bridge bench');
  const pair = authority.issue({ names: [HOST, '127.0.0.1', 'localhost'] });
  const caPath = workspace.write('ca.crt', authority.certificate);
  const files = [workspace.write('tls.crt', pair.certificate), workspace.write('tls.key', pair.key)];
  const children: Child[] = [];
  const proxy = await findFreePort();
  const launch = (name: string, command: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const child = startChild({ workspace, name, command: ['taskset', '-c', ...command], env });
    children.push(child);
    return child;
  };
  await untilReady(launch('sts', [LOAD_CORE, NODE, script('sts.ts'), String(proxy), ...files]));
  const ask = async (path: string): Promise<string> =>
    await (await fetch(`http://127.0.0.1:${proxy}${path}`)).text();
  return {
    workspace,
    ca: authority.certificate,
    countCalls: async () => Number(await ask('/count')),
    stall: async (stalled) => void (await ask(stalled ? '/stall' : '/run')),
    async start(kind, path = '') {
      const port = await findFreePort();
      const url = `https://127.0.0.1:${port}/authenticate`;
      if (kind === 'peer')
        return { child: await startPeer({ workspace, port, proxy, caPath, path }, launch), url };
      const own = kind === 'ours' ? [...V8_FLAGS, script('server.ts')] : [script('floor.ts')];
      const more = kind === 'ours' ? [String(proxy), caPath] : [];
      const child = launch(kind, [SERVER_CORE, NODE, ...own, String(port), ...files, ...more]);
      await untilReady(child);
      return { child, url };
    },
    async end() {
      await Promise.all(children.map((child) => child.stop(2_000)));
      await workspace.remove();
    },
  };
}

interface PeerPlan {
  readonly workspace: Workspace;
  readonly port: number;
  readonly proxy: number;
  readonly caPath: string;
  readonly path: string;
}

async function startPeer(
  { workspace, port, proxy, caPath, path }: PeerPlan,
  launch: (name: string, command: readonly string[], env: Readonly<Record<string, string>>) => Child,
): Promise<Child> {
  const user = { userARN: 'arn:aws:iam::111122223333:user/bench', username: 'bench', groups: ['benchers'] };
  const server = { port, stateDir: workspace.folder, kubeconfigPregenerated: true, mapUsers: [user] };
  const config = workspace.write('peer.yaml', JSON.stringify({ clusterID: 'bench', server }));
  const child = launch('peer', [SERVER_CORE, path, 'server', '-c', config], {
    GOMAXPROCS: '1',
    HTTPS_PROXY: `http://127.0.0.1:${proxy}`,
    NO_PROXY: '',
    SSL_CERT_FILE: caPath,
    AWS_REGION: 'us-west-2',
    AWS_EC2_METADATA_DISABLED: 'true',
  });
  for (let tries = 0; !child.readLog().includes('listening on'); tries += 1) {
    if (tries > 300 || !child.isRunning()) throw new Error(`the peer did not start\n${child.readLogTail()}`);
    await pause(100);
  }
  return child;
}
