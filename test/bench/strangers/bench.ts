import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { startLocalSts, toUser } from '../../support/authenticator/local-sts.ts';
import { describeMachine } from '../machine.ts';
import { type CommonOptions, readCommonOptions } from '../options.ts';
import { findMissingTools, LOAD_CORE, SERVER_CORE } from '../tools.ts';
import { type Bed, createBed, startStandIn } from '../webhook/bed.ts';
import { REVIEW_COUNT } from '../webhook/reviews.ts';
import { parseMebibytes } from './container.ts';
import { KINDS } from './kinds.ts';
import { besiege, type StrangerFigures, type Target } from './measure.ts';
import { type Held, renderReport, type StrangersReport } from './report.ts';
import { startAuthenticator, startIssuer, startWebhook } from './targets.ts';

const SERVERS = ['webhook', 'issuer', 'authenticator'] as const;
type ServerName = (typeof SERVERS)[number];

const USAGE = `npm run bench -- strangers [options]
  --seconds N     how long each kind is measured once it stands (12)
  --only NAMES    of ${SERVERS.join(',')} (all)
  --memory LIMIT  such as 128Mi: each server in a memory cgroup with that limit, with the settings that the chart
                  derives from it (no limit); takes root
  --quick         three seconds each: shows that it works, and no more
  --out FILE      where the figures go as JSON (a file in the temporary folder)`;

const CONNECTIONS = 500;
const ON_SERVER_CORE = ['taskset', '-c', SERVER_CORE];
const ON_LOAD_CORE = ['taskset', '-c', LOAD_CORE];

type Options = CommonOptions<ServerName, { readonly rounds: number; readonly seconds: number }>;
/** MiB; undefined: no limit. */
type Limited = Options & { readonly memory: number | undefined };

/** `npm run bench -- strangers`. @returns the exit code */
export async function benchStrangers(words: readonly string[]): Promise<number> {
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  const problems = findMissingTools();
  let options: Options | undefined;
  let memory: number | undefined;
  try {
    const amounts = { rounds: 1, seconds: 12 };
    options = readCommonOptions(words, {
      sections: SERVERS,
      thorough: amounts,
      quick: { ...amounts, seconds: 3 },
      others: ['memory'],
    });
    const limit = options.others['memory'];
    if (limit !== undefined) memory = parseMebibytes(limit);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error), USAGE);
  }
  if (options === undefined || problems.length > 0) {
    for (const problem of problems) tell(problem);
    return 2;
  }
  const bed = createBed();
  try {
    const report = await measure(bed, { ...options, memory }, tell);
    const out = resolve(options.out ?? join(tmpdir(), 'iam-bridge-bench-strangers.json'));
    writeFileSync(out, `${JSON.stringify(report, null, 2)}\n`);
    tell(`figures: ${out}\n`);
    process.stdout.write(`${renderReport(report)}\n`);
    return 0;
  } finally {
    await bed.end();
  }
}

async function measure(bed: Bed, options: Limited, tell: (text: string) => void): Promise<StrangersReport> {
  const machine = describeMachine();
  const signer = toUser('bench');
  const sts = await startLocalSts([signer]);
  const where = { bed, prefix: ON_SERVER_CORE, memory: options.memory };
  const starts: Readonly<Record<ServerName, () => Promise<Target>>> = {
    webhook: async () => await startWebhook(where, (await startStandIn(bed, REVIEW_COUNT)).port),
    issuer: () => startIssuer(where),
    authenticator: () => startAuthenticator(where, sts, signer),
  };
  const servers: Record<string, readonly StrangerFigures[]> = {};
  const held: Record<string, Held> = {};
  try {
    for (const name of SERVERS.filter((each) => options.sections.has(each))) {
      const target = await starts[name]();
      const { child, cgroup } = target;
      try {
        servers[name] = await besiegeByAll(bed, target, options.seconds, tell);
        if (cgroup !== undefined && options.memory !== undefined)
          held[name] = { limit: options.memory, ...cgroup.read(), ended: !child.isRunning() };
      } finally {
        await child.stop(2_000);
        cgroup?.remove();
      }
    }
  } finally {
    await sts.stop();
  }
  return { machine, connections: CONNECTIONS, servers, held };
}

/** Kind after kind. */
async function besiegeByAll(
  bed: Bed,
  target: Target,
  seconds: number,
  tell: (text: string) => void,
): Promise<StrangerFigures[]> {
  const figures: StrangerFigures[] = [];
  for (const kind of KINDS) {
    const siege = { kind, connections: CONNECTIONS, seconds, prefix: ON_LOAD_CORE };
    const one = await besiege(bed, target, siege);
    const { rss, p99, failed } = one;
    tell(`${target.name}, ${kind}: ${rss.toFixed(0)} MB, p99 ${p99.toFixed(0)} ms, ${failed} failed`);
    figures.push(one);
    if (!target.child.isRunning()) {
      tell(`${target.name} runs no more\n${target.child.readLogTail()}`);
      break;
    }
  }
  return figures;
}
