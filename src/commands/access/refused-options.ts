import { type Command, Option } from 'commander';

/** Options that most commands about rights have. */
const KINDS = {
  identity: [
    '--as <user>',
    '--as-group <group>',
    '--sa <account>',
    '--arn <arn>',
    '--session <name>',
    '--user-id <id>',
  ],
  namespace: ['-n, --namespace <name>'],
  everywhere: ['-A, --all-namespaces'],
} as const;

export type RefusedKind = keyof typeof KINDS;

/**
 * Knows options that mean nothing to a command, so that whoever gives one reads why, and not that there is none such.
 * @param why of each kind, and what to do instead
 */
export function refuseOptions(
  command: Command,
  why: Readonly<Partial<Record<RefusedKind, string>>>,
): Command {
  const kinds = ['identity', 'namespace', 'everywhere'] as const;
  for (const kind of kinds) {
    const reason = why[kind];
    if (reason !== undefined) for (const flags of KINDS[kind]) refuse(command, flags, reason);
  }
  return command;
}

function refuse(command: Command, flags: string, reason: string): void {
  const option = new Option(flags).hideHelp();
  command.addOption(option);
  command.on(`option:${option.name()}`, () => {
    const given = option.short ?? option.long ?? flags;
    command.error(`iam-bridge ${command.name()}: ${given} means nothing here: ${reason}`, { exitCode: 2 });
  });
}
