import type { SettingsReading } from '../settings/checks.ts';
import { type FlagReading, type FlagTable, readFlags } from '../settings/pflag.ts';
import { complain } from './diagnostics.ts';
import type { ExitCode, Surroundings, Terminal } from './surroundings.ts';
import { renderFlags } from './usage.ts';
import { readVersion } from './version.ts';

/**
 * A command whose flags follow the grammar of pflag, as those of the Go programs do. Its function is a method, so that a
 * list may hold commands of different settings.
 */
export interface FlagCommand<Flags extends FlagTable, Settings> {
  /** Behind `iam-bridge`, such as `issuer drift`. */
  readonly name: string;
  /** What stands above the flags, and below them. */
  readonly help: { readonly head: string; readonly foot: string };
  readonly flags: Flags;
  /** Those that help lists, where it says in other words which the others are. */
  readonly shown?: FlagTable;
  read(line: FlagReading<Flags>, env: NodeJS.ProcessEnv): SettingsReading<Settings>;
}

/** What a command line asks for. */
export type CommandLine<Settings> =
  | { readonly kind: 'run'; readonly settings: Settings }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'problems'; readonly problems: readonly string[] };

/** @param env the environment of the process */
export function readCommandLine<Flags extends FlagTable, Settings>(
  command: FlagCommand<Flags, Settings>,
  words: readonly string[],
  env: NodeJS.ProcessEnv,
): CommandLine<Settings> {
  const line = readFlags(command.flags, words);
  if (line.help) return { kind: 'help' };
  // The Go programs print their version before anything else can go wrong.
  if (asksVersion(line) && line.problems.length === 0) return { kind: 'version' };
  const reading = command.read(line, env);
  return reading.kind === 'settings' ? { kind: 'run', settings: reading.settings } : reading;
}

function asksVersion({ values }: { readonly values: Readonly<Record<string, unknown>> }): boolean {
  return values['version'] === true;
}

/** Reads a command line, and runs what it asks for. */
export async function runFlagCommand<Flags extends FlagTable, Settings>(
  command: FlagCommand<Flags, Settings>,
  words: readonly string[],
  { env, terminal }: Pick<Surroundings, 'env' | 'terminal'>,
  run: (settings: Settings) => Promise<ExitCode>,
): Promise<ExitCode> {
  const line = readCommandLine(command, words, env);
  switch (line.kind) {
    case 'help':
      terminal.out(command.help.head + renderFlags(command.shown ?? command.flags) + command.help.foot);
      return 0;
    case 'version':
      terminal.out(`${await readVersion()}\n`);
      return 0;
    case 'problems':
      return refuse(command.name, line.problems, terminal);
    case 'run':
      return await run(line.settings);
  }
}

function refuse(name: string, problems: readonly string[], terminal: Terminal): ExitCode {
  complain(name, problems, terminal, 2);
  const command = `iam-bridge ${name}`;
  terminal.err(`\nUsage: ${command} [flags]\n\nRun \`${command} --help\` for all flags.\n`);
  return 2;
}
