import { type FlagTable, readFlags } from '../../settings/pflag.ts';
import type { ExitCode, RunCommand, Surroundings, Terminal } from '../surroundings.ts';
import { renderFlags } from '../usage.ts';
import { readVersion } from '../version.ts';

const USAGE = `iam-bridge under the name aws-iam-authenticator, with that program's commands, flags and exit codes

Commands
  server    the token webhook of the API server
  token     a token of yours, as kubectl takes it
  verify    judges a token
  init      certificate, key and webhook kubeconfig for the server
  version   version of the program

Each has --help. Exit codes: 0 done, 1 anything else.
`;

type Load = () => Promise<RunCommand>;

/** The Go program's commands. */
const COMMANDS: Readonly<Record<string, Load>> = {
  server: async () => {
    const [{ runServerDescriptor }, { AUTHENTICATOR }] = await Promise.all([
      import('../server/run-descriptor.ts'),
      import('../authenticator/descriptor.ts'),
    ]);
    // There the environment names the proxies.
    return async (words, surroundings) =>
      await runServerDescriptor(AUTHENTICATOR, ['--proxy-from-environment', ...words], surroundings);
  },
  token: async () => (await import('../token/command.ts')).runTokenCommand,
  verify: async () => (await import('../verify/iam/command.ts')).runVerifyIamCommand,
  init: async () => (await import('../init/command.ts')).runInitCommand,
  version: async () => runVersion,
  add: async () => runAdd,
};

/** `iam-bridge aws-iam-authenticator …`, and `bin/aws-iam-authenticator …`. */
export const runAwsIamAuthenticator: RunCommand = async (words, surroundings) => {
  const { name, rest, isCut } = readName(toAsked(words));
  const { terminal } = surroundings;
  if (isCut) return refuse(`${words.at(-1)} needs a value`, terminal);
  if (name === undefined || name === 'help') return runWithoutCommand(words, terminal);
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) return refuse(`${quote(name)} is no command: see --help`, terminal);
  const run = await load();
  return toGoCode(await run(rest, { ...surroundings, terminal: inItsName(terminal, rest) }));
};

function runWithoutCommand(words: readonly string[], terminal: Terminal): ExitCode {
  const unknown = words.find((word) => word.startsWith('-') && !isKnown(word));
  if (unknown !== undefined) return refuse(`${quote(unknown)} is no flag: see --help`, terminal);
  terminal.out(USAGE);
  return 0;
}

function refuse(problem: string, terminal: Terminal): ExitCode {
  terminal.err(`aws-iam-authenticator: ${problem}\n`);
  return 1;
}

function quote(word: string): string {
  return JSON.stringify(word.slice(0, 40));
}

/** Whoever calls the program by this name may have no other: usage, examples and problems say the command that was called. */
function inItsName(terminal: Terminal, words: readonly string[]): Terminal {
  const rename = (text: string): string =>
    text.replaceAll(
      /\biam-bridge (token|verify|init|authenticator)\b/g,
      (_, name) => `aws-iam-authenticator ${name === 'authenticator' ? 'server' : name}`,
    );
  // What is no help is data.
  const isHelp = words.includes('--help') || words.includes('-h');
  return {
    out: (text) => terminal.out(isHelp ? rename(text) : text),
    err: (text) => terminal.err(rename(text)),
  };
}

/** `help token` is `token --help`. */
function toAsked(words: readonly string[]): readonly string[] {
  const [first, second] = words;
  return first === 'help' && second !== undefined ? [second, '--help'] : words;
}

/** Flags that every command has, and that may stand before its name; each takes a value. */
const GLOBAL = new Set([
  '-c',
  '--config',
  '-i',
  '--cluster-id',
  '-l',
  '--log-format',
  '-v',
  '--log-verbosity',
  '--feature-gates',
]);

/** Whether a flag may stand where no command does. */
function isKnown(word: string): boolean {
  const [name = ''] = word.split('=');
  return name === '-h' || name === '--help' || GLOBAL.has(name) || /^-[cilv]/.test(name);
}

/** The first word that is neither a flag nor a flag's value. */
function readName(words: readonly string[]): {
  readonly name: string | undefined;
  readonly rest: readonly string[];
  /** The last flag has no value. */
  readonly isCut: boolean;
} {
  let index = 0;
  while (words[index]?.startsWith('-')) index += GLOBAL.has(words[index] ?? '') ? 2 : 1;
  return { name: words[index], rest: words.toSpliced(index, 1), isCut: index > words.length };
}

function toGoCode(code: ExitCode): ExitCode {
  return code === 0 ? 0 : 1;
}

const NOT_HERE = 'a version is the same, whatever the cluster';

const VERSION_FLAGS = {
  short: { type: 'bool', default: false, shorthand: 's', help: 'the number alone' },
  output: { type: 'string', default: 'json', shorthand: 'o', help: 'json or yaml' },
  config: { type: 'string', default: '', shorthand: 'c', help: '', noEffect: NOT_HERE },
  'cluster-id': { type: 'string', default: '', shorthand: 'i', help: '', noEffect: NOT_HERE },
  'log-format': { type: 'string', default: '', shorthand: 'l', help: '', noEffect: NOT_HERE },
  'log-verbosity': { type: 'string', default: '', shorthand: 'v', help: '', noEffect: NOT_HERE },
  'feature-gates': { type: 'string', default: '', help: '', noEffect: NOT_HERE },
} as const satisfies FlagTable;

async function runVersion(words: readonly string[], { terminal }: Surroundings): Promise<ExitCode> {
  const { values, problems, help } = readFlags(VERSION_FLAGS, words);
  if (help) {
    terminal.out(
      `aws-iam-authenticator version: the version of the program\n\n${renderFlags(VERSION_FLAGS)}\n`,
    );
    return 0;
  }
  for (const problem of problems) terminal.err(`aws-iam-authenticator version: ${problem}\n`);
  if (problems.length > 0) return 2;
  const version = await readVersion();
  if (values.short) terminal.out(`${version}\n`);
  else if (values.output === 'yaml') terminal.out(`version: ${version}\n`);
  else if (values.output === 'json') terminal.out(`${JSON.stringify({ Version: version })}\n`);
  else {
    terminal.err('aws-iam-authenticator version: --output is json or yaml\n');
    return 2;
  }
  return 0;
}

async function runAdd(_words: readonly string[], { terminal }: Surroundings): Promise<ExitCode> {
  terminal.err('aws-iam-authenticator add: it is not here yet: edit the ConfigMap aws-auth with kubectl\n');
  return 1;
}
