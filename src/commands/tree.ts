import { Command, CommanderError } from 'commander';
import { COMMANDS, type CommandEntry, findCommand, type QuickEntry, type ServerEntry } from './list.ts';
import type { TreeContext } from './registration.ts';
import type { ExitCode, RunCommand, Surroundings } from './surroundings.ts';
import { readVersion } from './version.ts';

const DESCRIPTION = `AWS IAM and Kubernetes identity, on any cluster.

Pods get the IAM role of their ServiceAccount (IRSA), and whoever did not get one is told why.`;

const FOOT = `
Try it without a cluster:      iam-bridge demo
Why a pod did not get in:      iam-bridge verify --issuer https://issuer.example - < token
Run it in place of the Go one: iam-bridge webhook --in-cluster=false --tls-cert tls.crt --tls-key tls.key

Exit codes: 0 done, 1 the answer is no, 2 usage or configuration, 3 something outside failed.`;

/** Runs the command that the words of a command line name. */
export async function runCommandTree(
  asked: readonly string[],
  surroundings: Surroundings,
): Promise<ExitCode> {
  let exitCode: ExitCode = 0;
  const context: TreeContext = {
    ...surroundings,
    finish(code) {
      exitCode = code;
    },
  };
  const words = toOwnHelp(asked);
  const program = createProgram(await readVersion(), surroundings);
  const named = findCommand(words[0]);
  // Help, and what to say of a mistyped name, need to know them all.
  for (const entry of named === undefined ? COMMANDS : [named]) await add(program, entry, { words, context });
  try {
    await program.parseAsync([...words], { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

/** Servers and quick commands have help of their own, which commander's `help` knows nothing of. */
function toOwnHelp(asked: readonly string[]): readonly string[] {
  const [first, second] = asked;
  const entry = first === 'help' ? findCommand(second) : undefined;
  return entry === undefined || entry.kind === 'tree' ? asked : [entry.name, '--help'];
}

function createProgram(version: string, { terminal }: Surroundings): Command {
  return new Command('iam-bridge')
    .description(DESCRIPTION)
    .version(version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addHelpText('after', FOOT)
    .configureOutput({ writeOut: terminal.out, writeErr: terminal.err })
    .showSuggestionAfterError()
    .exitOverride();
}

interface AddOptions {
  readonly words: readonly string[];
  readonly context: TreeContext;
}

async function add(program: Command, entry: CommandEntry, options: AddOptions): Promise<void> {
  const command = program.command(entry.name, { hidden: entry.isHidden === true }).description(entry.summary);
  if (entry.kind === 'tree') {
    command.aliases(entry.aliases ?? []);
    (await entry.load())(command, options.context);
  } else addOwnReader(command, entry, options);
}

/** Its flags follow the grammar of Go's pflag, which commander does not speak. */
function addOwnReader(
  command: Command,
  entry: ServerEntry | QuickEntry,
  { words, context }: AddOptions,
): void {
  const rest = words.slice(1);
  command
    .helpOption(false)
    .allowUnknownOption()
    .argument('[flags...]')
    .action(async () => {
      const run = await loadReader(entry);
      context.finish(await run(rest, context));
    });
}

async function loadReader(entry: ServerEntry | QuickEntry): Promise<RunCommand> {
  if (entry.kind === 'quick') return await entry.load();
  const { runServerEntry } = await import('./server/command.ts');
  return runServerEntry.bind(undefined, entry);
}
