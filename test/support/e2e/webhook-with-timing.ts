/**
 * `iam-bridge webhook` whose certificates live by another timing, which no flag can do: a year is a long time for a test.
 * The first argument is that timing as JSON, the others are the flags.
 */
import { TIMING, type Timing } from '../../../src/certificates/timing.ts';
import { readCommandLine } from '../../../src/commands/flag-command.ts';
import { runServer } from '../../../src/commands/server/run.ts';
import { WEBHOOK } from '../../../src/commands/webhook/descriptor.ts';

const [timing = '{}', ...flags] = process.argv.slice(2);
const line = readCommandLine(WEBHOOK, flags, {});
if (line.kind !== 'run') throw new Error(`not settings: ${JSON.stringify(line)}`);
const { tls } = line.settings;
if (tls.certificate.kind !== 'kept') throw new Error('--in-cluster=false has no timing');
const kept: Timing = { ...TIMING, ...JSON.parse(timing) };
const certificate = { ...tls.certificate, kept: { ...tls.certificate.kept, timing: kept } };
const settings = { ...line.settings, tls: { ...tls, certificate } };
process.exitCode = await runServer({ descriptor: WEBHOOK, settings }, process);
