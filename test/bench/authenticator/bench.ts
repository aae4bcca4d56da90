import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeMachine } from '../machine.ts';
import { findMissingTools } from '../tools.ts';
import { type Bed, createBed } from './bed.ts';
import { type AuthenticatorBenchOptions, readOptions, USAGE } from './options.ts';
import { type AuthenticatorFigures, renderReport } from './report.ts';
import { measureStall } from './stall.ts';
import { measureThroughput } from './throughput.ts';

/** Above this load average somebody else is at work here, and figures say little. */
const QUIET = 0.5;

/** `npm run bench -- authenticator`. @returns the exit code */
export async function benchAuthenticator(words: readonly string[], env: NodeJS.ProcessEnv): Promise<number> {
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  let options: AuthenticatorBenchOptions;
  try {
    options = readOptions(words, env);
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    tell(USAGE);
    return 2;
  }
  const missing = findMissingTools();
  if (missing.length > 0) {
    for (const problem of missing) tell(problem);
    return 2;
  }
  const machine = describeMachine();
  if (machine.loadBefore > QUIET)
    tell(`load average ${machine.loadBefore.toFixed(2)}: something else runs here, do not publish these`);
  const { sections } = options;
  const figures: AuthenticatorFigures = {
    machine,
    ...(sections.has('throughput') && {
      throughput: await inBed((bed) => measureThroughput(bed, options, tell)),
    }),
    ...(sections.has('stall') && { stall: await inBed(measureStall) }),
  };
  const out = resolve(options.out ?? join(tmpdir(), 'iam-bridge-bench-authenticator.json'));
  writeFileSync(out, `${JSON.stringify(figures, null, 2)}\n`);
  tell(`figures: ${out}\n`);
  process.stdout.write(`${renderReport(figures)}\n`);
  return 0;
}

async function inBed<Figures>(measure: (bed: Bed) => Promise<Figures>): Promise<Figures> {
  const bed = await createBed();
  try {
    return await measure(bed);
  } finally {
    await bed.end();
  }
}
