import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createAuthority } from '../../support/certificates.ts';
import { startChild } from '../../support/child.ts';
import { findFreePort } from '../../support/free-port.ts';
import { createWorkspace, type Workspace } from '../../support/workspace.ts';
import { describeMachine } from '../machine.ts';
import { renderSpread, renderTable } from '../markdown.ts';
import { readCommonOptions } from '../options.ts';
import { readCpu } from '../process-figures.ts';
import { pause, untilReady } from '../ready.ts';
import { type Spread, toSpread } from '../statistics.ts';
import { type CpuGroup, createCpuGroup } from './cgroup.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const MILLICORES = 100;
/** The last thing that a start says. */
const STARTED = 'probes and metrics listen (HTTP)';

interface Figures {
  readonly server: string;
  readonly variant: string;
  /** ms from exec until probes are answered */
  readonly time: Spread;
  /** Processor time until then, ms */
  readonly cpu: Spread;
}

/** `npm run bench -- limit`: how long a start takes under a CPU limit of 100m. @returns the exit code */
export async function benchLimit(words: readonly string[]): Promise<number> {
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  if (!existsSync(join(ROOT, 'dist', 'main.js'))) {
    tell('there is no bundle: npm run build');
    return 2;
  }
  const usual = { rounds: 7, seconds: 0 };
  const { rounds, out } = readCommonOptions(words, {
    sections: ['start'],
    thorough: usual,
    quick: { ...usual, rounds: 2 },
  });
  const machine = describeMachine();
  const group = createGroup(tell);
  if (group === undefined) return 3;
  const workspace = createWorkspace();
  try {
    const figures = await measure(workspace, group, rounds);
    const path = resolve(out ?? join(tmpdir(), 'iam-bridge-bench-limit.json'));
    writeFileSync(path, `${JSON.stringify({ machine, figures }, undefined, 2)}\n`);
    process.stdout.write(`${render(figures)}\n`);
    tell(`load average ${machine.loadBefore.toFixed(2)} at the start; all of it: ${path}`);
    return 0;
  } finally {
    group.remove();
    await workspace.remove();
  }
}

function createGroup(tell: (text: string) => void): CpuGroup | undefined {
  try {
    return createCpuGroup(MILLICORES);
  } catch (error) {
    tell(`no control group could be made, so nothing was measured: ${String(error)}`);
    return undefined;
  }
}

async function measure(workspace: Workspace, group: CpuGroup, rounds: number): Promise<Figures[]> {
  const servers = await listServers(workspace);
  const cache = { NODE_COMPILE_CACHE: join(workspace.folder, 'compile-cache') };
  const variants = [
    { name: 'no limit', group: undefined, env: {} },
    { name: '100m', group, env: {} },
    { name: '100m, warm compile cache', group, env: cache },
  ];
  const api = startChild({
    workspace,
    name: 'api',
    command: [process.execPath, join(ROOT, 'test/bench/webhook/stand-in-api.ts'), servers.apiPort, '2'],
  });
  await untilReady(api);
  const figures: Figures[] = [];
  for (const [server, command] of Object.entries(servers.words)) {
    // Fills the cache, and lets the authenticator make its certificate.
    await start({ workspace, server, words: command, env: cache });
    const starts = new Map(variants.map(({ name }) => [name, [] as Start[]]));
    for (let round = 0; round < rounds; round += 1)
      for (const { name, ...variant } of variants)
        starts.get(name)?.push(await start({ workspace, server, words: command, ...variant }));
    for (const [variant, each] of starts)
      figures.push({
        server,
        variant,
        time: toSpread(each.map(({ time }) => time)),
        cpu: toSpread(each.map(({ cpu }) => cpu)),
      });
  }
  await api.stop();
  return figures;
}

interface Start {
  readonly time: number;
  readonly cpu: number;
}

interface StartOptions {
  readonly workspace: Workspace;
  readonly server: string;
  readonly words: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly group?: CpuGroup | undefined;
}

async function start({ workspace, server, words, env, group }: StartOptions): Promise<Start> {
  const enter = group === undefined ? ':' : `echo $$ > ${group.members}`;
  const from = Date.now();
  const child = startChild({
    workspace,
    name: `${server}-${from}`,
    env,
    command: ['/bin/sh', '-c', `${enter}; exec "$@"`, 'sh', join(ROOT, 'bin', 'iam-bridge'), ...words],
  });
  while (!child.readLog().includes(STARTED)) {
    if (!child.isRunning()) throw new Error(`${server} did not start\n${child.readLogTail()}`);
    await pause(5);
  }
  const cpu = readCpu(child.pid);
  const line = child
    .readLog()
    .split('\n')
    .find((each) => each.includes(STARTED));
  const time = Date.parse(/"time":"([^"]+)"/.exec(line ?? '')?.[1] ?? '') - from;
  await child.stop();
  return { time, cpu };
}

async function listServers(workspace: Workspace) {
  const { certificate, key } = createAuthority().issue({ names: ['127.0.0.1'] });
  const tls = [
    `--tls-cert=${workspace.write('tls.crt', certificate)}`,
    `--tls-key=${workspace.write('tls.key', key)}`,
  ];
  const apiPort = String(await findFreePort());
  const ports = async () => [`--port=${await findFreePort()}`, `--metrics-port=${await findFreePort()}`];
  const shared = ['--shutdown-delay=0s'];
  return {
    apiPort,
    words: {
      webhook: [
        'webhook',
        '--in-cluster=false',
        `--kube-api=http://127.0.0.1:${apiPort}`,
        ...tls,
        ...(await ports()),
        ...shared,
      ],
      authenticator: [
        ...['authenticator', '-i', 'demo', '--region=us-west-2', `--state-dir=${workspace.folder}/state`],
        ...[
          `--generate-kubeconfig=${workspace.folder}/kubeconfig`,
          '--health-port=0',
          ...(await ports()),
          ...shared,
        ],
      ],
      issuer: [
        'issuer',
        '--issuer=https://oidc.example',
        `--key-file=${workspace.folder}/tls.key`,
        ...tls,
        ...(await ports()),
        ...shared,
      ],
    },
  };
}

function render(figures: readonly Figures[]): string {
  return renderTable(
    ['median (least–most)', 'CPU limit', 'ms from exec to an answer to probes', 'processor time, ms'],
    figures.map(({ server, variant, time, cpu }) => [
      server,
      variant,
      renderSpread(time, 0),
      renderSpread(cpu, 0),
    ]),
  );
}
