import { findFirstWord } from './global-flags.ts';
import type { Registration } from './registration.ts';
import type { ServerDescriptor } from './server/descriptor.ts';
import type { RunCommand } from './surroundings.ts';

/** A command that lasts: its flags follow the grammar of pflag, and it starts without the command tree. */
export interface ServerEntry extends Named {
  readonly kind: 'server';
  load(): Promise<ServerDescriptor>;
  /** What stands in place of the server where its name is the first word. */
  readonly subcommands?: Readonly<Record<string, () => Promise<RunCommand>>>;
}

/** A command that reads its words by itself, and starts without the command tree: kubectl waits for it. */
export interface QuickEntry extends Named {
  readonly kind: 'quick';
  load(): Promise<RunCommand>;
}

/** A command of the tree. */
export interface TreeEntry extends Named {
  readonly kind: 'tree';
  /** Other names, which help lists beside it. */
  readonly aliases?: readonly string[];
  load(): Promise<Registration>;
}

export type CommandEntry = ServerEntry | QuickEntry | TreeEntry;

interface Named {
  readonly name: string;
  /** One line of help. */
  readonly summary: string;
  /** Works, and is not told of: the same under another name. */
  readonly isHidden?: true;
}

/** Every command of the executable, in the order in which help lists them. Each is loaded when it is asked for. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    kind: 'server',
    name: 'webhook',
    summary: 'the mutating admission webhook: ServiceAccount annotation → role, token volume, variables',
    load: async () => (await import('./webhook/descriptor.ts')).WEBHOOK,
  },
  {
    kind: 'server',
    name: 'issuer',
    summary: "the cluster's OIDC issuer for everybody: discovery, keys, verdicts, drift",
    load: async () => (await import('./issuer/descriptor.ts')).ISSUER,
    subcommands: { drift: async () => (await import('./issuer/drift/command.ts')).runDrift },
  },
  {
    kind: 'server',
    name: 'authenticator',
    summary: 'the token webhook of the API server: IAM token → STS → mapping → user and groups',
    load: async () => (await import('./authenticator/descriptor.ts')).AUTHENTICATOR,
  },
  {
    kind: 'quick',
    name: 'serve',
    summary: 'these three, or two of them, in one process, each at its own port',
    load: async () => (await import('./serve/command.ts')).runServe,
  },
  {
    kind: 'quick',
    name: 'token',
    summary: 'a token of yours for a cluster that knows people by IAM, as aws-iam-authenticator token',
    load: async () => (await import('./token/command.ts')).runTokenCommand,
  },
  {
    kind: 'quick',
    name: 'get-token',
    summary: 'the same, as aws eks get-token',
    load: async () => (await import('./token/command.ts')).runGetTokenCommand,
  },
  {
    kind: 'quick',
    name: 'eks',
    summary: 'eks get-token: the same, for kubeconfigs of the AWS CLI',
    load: async () => (await import('./token/command.ts')).runEksCommand,
  },
  {
    kind: 'quick',
    name: 'init',
    summary: 'certificate, key and webhook kubeconfig for the authenticator',
    load: async () => (await import('./init/command.ts')).runInitCommand,
  },
  {
    kind: 'quick',
    name: 'aws-iam-authenticator',
    summary: 'commands of that program by their names: server, token, verify, init, version',
    load: async () => (await import('./aws-iam-authenticator/command.ts')).runAwsIamAuthenticator,
  },
  {
    // Manifests of the Go program give arguments only, and the image starts as iam-bridge.
    kind: 'quick',
    name: 'server',
    summary: 'aws-iam-authenticator server',
    isHidden: true,
    load: async () => {
      const { runAwsIamAuthenticator } = await import('./aws-iam-authenticator/command.ts');
      return async (words, surroundings) => await runAwsIamAuthenticator(['server', ...words], surroundings);
    },
  },
  {
    kind: 'tree',
    name: 'verify',
    summary: 'judges a token, a JWT as AWS STS would, or one of IAM: every check, in order, and the reason',
    load: async () => (await import('./verify/command.ts')).registerVerify,
  },
  {
    kind: 'tree',
    name: 'trust',
    summary: "IAM roles' trust policies: would this pod get in, who else does, how to write one",
    load: async () => (await import('./trust/command.ts')).registerTrust,
  },
  {
    kind: 'tree',
    name: 'whoami',
    summary: 'who the API server takes you for, or an IAM principal: user, groups, and where each comes from',
    load: async () => (await import('./whoami/command.ts')).registerWhoami,
  },
  {
    kind: 'tree',
    name: 'can',
    summary: 'whether somebody may do something, and by which bindings and rules: as the API server decides',
    load: async () => (await import('./can/command.ts')).registerCan,
  },
  {
    kind: 'tree',
    name: 'who-can',
    summary: 'everybody who may do something, with where, and the people behind groups',
    load: async () => (await import('./who-can/command.ts')).registerWhoCan,
  },
  {
    kind: 'tree',
    name: 'lookup',
    summary: 'users, groups and ServiceAccounts with their bindings and roles, and who they are at AWS',
    load: async () => (await import('./lookup/command.ts')).registerLookup,
  },
  {
    kind: 'tree',
    name: 'rules',
    aliases: ['policy-rules', 'summary'],
    summary: 'what somebody may do, all over the cluster: resources, verbs, and where',
    load: async () => (await import('./rules/command.ts')).registerRules,
  },
  {
    kind: 'tree',
    name: 'matrix',
    aliases: ['access-matrix'],
    summary: 'a table of resources and verbs: of somebody, of all subjects, or of roles',
    load: async () => (await import('./matrix/command.ts')).registerMatrix,
  },
  {
    kind: 'tree',
    name: 'findings',
    aliases: ['analysis'],
    summary: 'rights that are more than they say, and roles and bindings that are not as somebody meant them',
    load: async () => (await import('./findings/command.ts')).registerFindings,
  },
  {
    kind: 'tree',
    name: 'role',
    summary: 'writes a role without wildcards from the resources that a cluster has, and its binding',
    load: async () => (await import('./role/command.ts')).registerRole,
  },
  {
    kind: 'tree',
    name: 'snapshot',
    summary:
      'writes what these answers are made of, without a Secret, so that they can be had without the cluster',
    load: async () => (await import('./snapshot/command.ts')).registerSnapshot,
  },
  {
    kind: 'tree',
    name: 'keys',
    summary: "the issuer's signing keys: make, show, rotate",
    load: async () => (await import('./keys/command.ts')).registerKeys,
  },
  {
    kind: 'tree',
    name: 'publish',
    summary: "publishes the issuer's discovery document and keys to a folder or to S3",
    load: async () => (await import('./publish/command.ts')).registerPublish,
  },
  {
    kind: 'tree',
    name: 'demo',
    summary:
      'shows the whole way on this machine: a Job writes its object as an IAM role, four pods do not, and why',
    load: async () => (await import('./demo/command.ts')).registerDemo,
  },
];

/** What a command line names. */
export interface NamedCommand {
  readonly entry: CommandEntry;
  /** All but the name. */
  readonly rest: readonly string[];
}

/** Programs that this one stands in for take global flags before these. */
const AFTER_FLAGS = ['eks', 'server'];

/**
 * The command that the first word names; the global flags of the AWS CLI and of aws-iam-authenticator may stand before
 * theirs, so that kubeconfigs and manifests need no other words.
 */
export function readCommand(words: readonly string[]): NamedCommand | undefined {
  const index = findFirstWord(words);
  const name = words[index];
  const entry = index === 0 || AFTER_FLAGS.includes(name ?? '') ? findCommand(name) : undefined;
  return entry && { entry, rest: words.toSpliced(index, 1) };
}

export function findCommand(name: string | undefined): CommandEntry | undefined {
  return COMMANDS.find(
    (entry) => entry.name === name || (entry.kind === 'tree' && entry.aliases?.includes(name ?? '')),
  );
}
