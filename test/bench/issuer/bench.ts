import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describeMachine } from '../machine.ts';
import { findMissingTools } from '../tools.ts';
import { measureAssume } from './assume.ts';
import { type IssuerBenchOptions, readOptions, USAGE } from './options.ts';
import { type IssuerFigures, renderReport } from './report.ts';
import { measureUnknownKids } from './unknown-kids.ts';
import { measureVerify } from './verify.ts';

/** Above this load average somebody else is at work here, and figures say little. */
const QUIET = 0.5;

/** `npm run bench -- issuer`. @returns the exit code */
export async function benchIssuer(words: readonly string[]): Promise<number> {
  const tell = (text: string): void => void process.stderr.write(`${text}\n`);
  let options: IssuerBenchOptions;
  try {
    options = readOptions(words);
  } catch (error) {
    tell(error instanceof Error ? error.message : String(error));
    tell(USAGE);
    return 2;
  }
  const missing = options.sections.has('assume') ? findMissingTools() : [];
  if (missing.length > 0) {
    for (const problem of missing) tell(problem);
    return 2;
  }
  const machine = describeMachine();
  if (machine.loadBefore > QUIET)
    tell(`load average ${machine.loadBefore.toFixed(2)}: something else runs here, do not publish these`);
  const { sections } = options;
  const figures: IssuerFigures = {
    machine,
    ...(sections.has('verify') && { verify: await measureVerify(options) }),
    ...(sections.has('assume') && { assume: await measureAssume(options) }),
    ...(sections.has('unknown-kids') && { unknownKids: await measureUnknownKids() }),
  };
  const out = resolve(options.out ?? join(tmpdir(), 'iam-bridge-bench-issuer.json'));
  writeFileSync(out, `${JSON.stringify(figures, null, 2)}\n`);
  tell(`figures: ${out}\n`);
  process.stdout.write(`${renderReport(figures)}\n`);
  return 0;
}
