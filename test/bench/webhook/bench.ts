import { existsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeMachine } from '../machine.ts';
import { findMissingTools } from '../tools.ts';
import { type Bed, type Contestant, createBed } from './bed.ts';
import { measureMemory } from './memory.ts';
import { type BenchOptions, readOptions, USAGE } from './options.ts';
import { measurePatch } from './patch.ts';
import { type Figures, renderReport } from './report.ts';
import { measureBareStart, measureStart } from './start.ts';
import { measureThroughput } from './throughput.ts';

const BUNDLE = join(import.meta.dirname, '..', '..', '..', 'dist', 'main.js');
/** Above this load average somebody else is at work here, and figures say little. */
const QUIET = 0.5;

/** `npm run bench -- webhook`. @returns the exit code */
export async function benchWebhook(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  const problems = [
    ...findMissingTools(),
    ...(existsSync(BUNDLE) ? [] : ['there is no bundle: run `npm run build`']),
  ];
  let options: BenchOptions;
  try {
    options = readOptions(words, env);
  } catch (error) {
    problems.push(error instanceof Error ? error.message : String(error), USAGE);
    return refuse(problems, tell);
  }
  if (problems.length > 0) return refuse(problems, tell);
  const bed = createBed();
  try {
    const figures = await measure(bed, options, tell);
    const out = resolve(options.out ?? join(tmpdir(), 'iam-bridge-bench-webhook.json'));
    writeFileSync(out, `${JSON.stringify(figures, null, 2)}\n`);
    tell(`figures: ${out}\n`);
    process.stdout.write(`${renderReport(figures)}\n`);
    return 0;
  } finally {
    await bed.end();
  }
}

function refuse(problems: readonly string[], tell: (text: string) => void): number {
  for (const problem of problems) tell(problem);
  return 2;
}

async function measure(bed: Bed, options: BenchOptions, tell: (text: string) => void): Promise<Figures> {
  const machine = describeMachine();
  if (machine.loadBefore > QUIET)
    tell(`load average ${machine.loadBefore.toFixed(2)}: something else runs here, do not publish these`);
  const { sections, peer } = options;
  const programs: Contestant[] = [{ kind: 'ours' }, ...(peer ? [peer] : [])];
  const inMemory: Contestant[] = [{ kind: 'ours' }, { kind: 'by kubeconfig' }, ...(peer ? [peer] : [])];
  return {
    machine,
    ...(sections.has('patch') && { patch: await measurePatch(bed) }),
    ...(sections.has('throughput') && { throughput: await measureThroughput(bed, options, tell) }),
    ...(sections.has('start') && {
      bareStart: await measureBareStart(options),
      start: (await inTurn(programs, (program) => measureStart(bed, program, options, tell))).flat(),
    }),
    ...(sections.has('memory') && {
      memory: await inTurn(inMemory, (program) => measureMemory(bed, program, options, tell)),
    }),
  };
}

async function inTurn<From, To>(values: readonly From[], one: (value: From) => Promise<To>): Promise<To[]> {
  const results: To[] = [];
  for (const value of values) results.push(await one(value));
  return results;
}
