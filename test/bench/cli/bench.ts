import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { describeMachine } from '../machine.ts';
import { renderSpread, renderTable, renderTargets } from '../markdown.ts';
import { readCommonOptions } from '../options.ts';
import { type Spread, toMedian, toSpread } from '../statistics.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const LAUNCHER = join(ROOT, 'bin', 'iam-bridge');
/** Above this load average somebody else is at work here, and figures say little. */
const QUIET = 0.5;

interface Contestant {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

/** ms from exec to the end, and as a share of the bare start in the same round. */
interface CliFigures {
  readonly name: string;
  readonly time: Spread;
  readonly ratio: number;
}

/** `npm run bench -- cli`: how long a token takes, by keys in the environment. @returns the exit code */
export async function benchCli(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  if (!existsSync(join(ROOT, 'dist', 'main.js'))) {
    tell('there is no bundle: npm run build');
    return 2;
  }
  const usual = { rounds: 25, seconds: 0 };
  const { rounds, out } = readCommonOptions(words, {
    sections: ['start'],
    thorough: usual,
    quick: { ...usual, rounds: 5 },
  });
  const machine = describeMachine();
  if (machine.loadBefore > QUIET)
    tell(`load average ${machine.loadBefore.toFixed(2)}: something else runs here, do not publish these`);
  const home = mkdtempSync(join(tmpdir(), 'iam-bridge-bench-cli-'));
  try {
    const figures = measure(listContestants(env, home), rounds, home);
    const path = resolve(out ?? join(tmpdir(), 'iam-bridge-bench-cli.json'));
    writeFileSync(path, `${JSON.stringify({ machine, figures }, undefined, 2)}\n`);
    process.stdout.write(`${renderReport(figures)}\n`);
    tell(`all of it: ${path}`);
    return 0;
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
}

const COLD = 'iam-bridge token';
const WARM = 'iam-bridge token, with a warm compile cache';

function listContestants(
  { PEER_AUTHENTICATOR: peer, IAM_BRIDGE_PYTHON: python }: NodeJS.ProcessEnv,
  home: string,
): Contestant[] {
  // The same binary that the launcher starts, without the links that lead to it.
  const contestants: Contestant[] = [
    { name: 'node -e 0', command: [realpathSync(process.execPath), '-e', '0'] },
    { name: COLD, command: [LAUNCHER, 'token', '-i', 'demo'] },
    {
      name: WARM,
      command: [LAUNCHER, 'token', '-i', 'demo'],
      env: { NODE_COMPILE_CACHE: join(home, 'compile-cache') },
    },
  ];
  if (peer) contestants.push({ name: 'aws-iam-authenticator token', command: [peer, 'token', '-i', 'demo'] });
  if (python) {
    const bin = existsSync(join(python, 'bin')) ? join(python, 'bin') : dirname(python);
    contestants.push({
      name: 'aws eks get-token',
      command: [join(bin, 'aws'), 'eks', 'get-token', '--cluster-name', 'demo'],
    });
  }
  return contestants;
}

/** They take turns, round after round; the first round, which fills caches, does not count. */
function measure(contestants: readonly Contestant[], rounds: number, home: string): CliFigures[] {
  const times = new Map<string, number[]>(contestants.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const contestant of contestants) {
      const time = runOnce(contestant, home);
      if (round > 0) times.get(contestant.name)?.push(time);
    }
  }
  const bare = times.get('node -e 0') ?? [];
  return [...times].map(([name, each]) => ({
    name,
    time: toSpread(each),
    ratio: toMedian(each.map((time, index) => time / (bare[index] ?? Number.NaN))),
  }));
}

function runOnce({ name, command: [file, ...words], env }: Contestant, home: string): number {
  const startedAt = performance.now();
  const { status, stdout, stderr } = spawnSync(file, words, {
    env: { PATH: process.env['PATH'] ?? '', HOME: home, ...KEYS, ...env },
    encoding: 'utf8',
  });
  const time = performance.now() - startedAt;
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  if (name !== 'node -e 0' && !stdout.includes('k8s-aws-v1.'))
    throw new Error(`${name} made no token: ${stdout}`);
  return time;
}

const KEYS = {
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  AWS_REGION: 'eu-west-1',
  AWS_DEFAULT_REGION: 'eu-west-1',
};

function renderReport(figures: readonly CliFigures[]): string {
  const find = (wanted: string): number => figures.find(({ name }) => name === wanted)?.ratio ?? Number.NaN;
  const target = { unit: '×', kind: 'max' } as const;
  return [
    renderTargets([
      { ...target, what: 'a token, of `node -e 0`, without a compile cache', value: find(COLD), limit: 2.3 },
      { ...target, what: 'a token, of `node -e 0`, with a warm one', value: find(WARM), limit: 2 },
    ]),
    renderTable(
      ['median (least–most)', 'ms', 'of node -e 0, pair by pair'],
      figures.map(({ name, time, ratio }) => [name, renderSpread(time, 0), ratio.toFixed(2)]),
    ),
  ].join('\n\n');
}
