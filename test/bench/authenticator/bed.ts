import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { HOST } from '../../support/authenticator/tokens.ts';
import { createAuthority } from '../../support/certificates.ts';
import { type Child, startChild } from '../../support/child.ts';
import { findFreePort } from '../../support/free-port.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';
import { pause, untilReady } from '../ready.ts';
import { LOAD_CORE, SERVER_CORE } from '../tools.ts';

const NODE = process.execPath;
const OURS = join(import.meta.dirname, '..', '..', '..', 'bin', 'aws-iam-authenticator');
const script = (name: string): string => join(import.meta.dirname, name);

/** `ours` is the bundle by way of bin/aws-iam-authenticator, `peer` the Go program. */
export type Contestant = 'ours' | 'floor' | 'peer' | 'peer over HTTP/2';

export interface Server {
  readonly contestant: Contestant;
  readonly child: Child;
  /** Of `/authenticate`. */
  readonly url: string;
}

/** An STS with its proxy, one more that speaks HTTP/2, and programs that are sent to them. */
export interface Bed {
  readonly workspace: Workspace;
  /** How many calls STS had so far. */
  countCalls(): Promise<number>;
  /** Whether calls from now on are answered. */
  stall(stalled: boolean): Promise<void>;
  /** @param path of the Go program */
  start(contestant: Contestant, path?: string): Promise<Server>;
  end(): Promise<void>;
}

export async function createBed(): Promise<Bed> {
  const workspace = createWorkspace();
  const authority = createAuthority('iam-bridge bench');
  const pair = authority.issue({ names: [HOST, '127.0.0.1', 'localhost'] });
  const caPath = workspace.write('ca.crt', authority.certificate);
  const files = [workspace.write('tls.crt', pair.certificate), workspace.write('tls.key', pair.key)];
  const children: Child[] = [];
  const launch: Launch = (name, command, env = {}) => {
    const child = startChild({ workspace, name, command: ['taskset', '-c', ...command], env });
    children.push(child);
    return child;
  };
  const startSts = async (protocol: 'http/1.1' | 'h2'): Promise<number> => {
    const proxy = await findFreePort();
    const words = [LOAD_CORE, NODE, script('sts.ts'), String(proxy), ...files, protocol];
    await untilReady(launch(`sts-${protocol.replace('/', '-')}`, words));
    return proxy;
  };
  const [proxy, http2Proxy] = [await startSts('http/1.1'), await startSts('h2')];
  const ask = async (path: string): Promise<string> =>
    await (await fetch(`http://127.0.0.1:${proxy}${path}`)).text();
  const startProgram = async (contestant: Contestant, path: string, port: number): Promise<Child> => {
    if (contestant === 'floor') {
      const child = launch(contestant, [SERVER_CORE, NODE, script('floor.ts'), String(port), ...files]);
      await untilReady(child);
      return child;
    }
    const plan = { workspace, name: contestant.replaceAll(/[ /]/g, '-'), port, proxy, caPath };
    if (contestant === 'ours') return await startOurs(plan, launch);
    return await startPeer(contestant === 'peer' ? plan : { ...plan, proxy: http2Proxy }, path, launch);
  };
  return {
    workspace,
    countCalls: async () => Number(await ask('/count')),
    stall: async (stalled) => void (await ask(stalled ? '/stall' : '/run')),
    async start(contestant, path = '') {
      const port = await findFreePort();
      const child = await startProgram(contestant, path, port);
      return { contestant, child, url: `https://127.0.0.1:${port}/authenticate` };
    },
    async end() {
      await Promise.all(children.map((child) => child.stop(2_000)));
      await workspace.remove();
    },
  };
}

type Launch = (name: string, command: readonly string[], env?: Readonly<Record<string, string>>) => Child;

interface Plan {
  readonly workspace: Workspace;
  readonly name: string;
  readonly port: number;
  readonly proxy: number;
  /** File with the authority of STS. */
  readonly caPath: string;
}

async function startOurs(plan: Plan, launch: Launch): Promise<Child> {
  const [metrics, health] = [await findFreePort(), await findFreePort()];
  const ports = [`--metrics-port=${metrics}`, `--health-port=${health}`];
  const command = [SERVER_CORE, OURS, 'server', '-c', writeConfig(plan), ...ports];
  const child = launch(plan.name, command, { ...toEnvironment(plan), AWS_CA_BUNDLE: plan.caPath });
  return await untilListening(child, 'listens (HTTPS)');
}

async function startPeer(plan: Plan, path: string, launch: Launch): Promise<Child> {
  const command = [SERVER_CORE, path, 'server', '-c', writeConfig(plan)];
  const own = { GOMAXPROCS: '1', SSL_CERT_FILE: plan.caPath };
  return await untilListening(launch(plan.name, command, { ...toEnvironment(plan), ...own }), 'listening on');
}

/** One user, the same for both programs. */
function writeConfig({ workspace, name, port }: Plan): string {
  const user = { userARN: 'arn:aws:iam::111122223333:user/bench', username: 'bench', groups: ['benchers'] };
  const stateDir = join(workspace.folder, name);
  // The Go program makes none.
  mkdirSync(stateDir, { recursive: true });
  const server = { port, stateDir, kubeconfigPregenerated: true, mapUsers: [user] };
  return workspace.write(`${name}.yaml`, JSON.stringify({ clusterID: 'bench', server }));
}

function toEnvironment({ proxy }: Plan): Record<string, string> {
  return {
    HTTPS_PROXY: `http://127.0.0.1:${proxy}`,
    NO_PROXY: '',
    AWS_REGION: 'us-west-2',
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

async function untilListening(child: Child, said: string): Promise<Child> {
  for (let tries = 0; !child.readLog().includes(said); tries += 1) {
    if (tries > 300 || !child.isRunning())
      throw new Error(`${child.name} did not start\n${child.readLogTail()}`);
    await pause(100);
  }
  return child;
}
