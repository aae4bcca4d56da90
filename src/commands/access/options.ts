import { type Command, Option } from 'commander';
import { MAPPING_VALUES } from '../mapping-option.ts';

/** Which cluster is asked, or what was written of one. */
export interface ClusterOptions {
  readonly kubeconfig?: string;
  readonly context?: string;
  /** The same, as rbac-tool calls it. */
  readonly clusterContext?: string;
  readonly snapshot?: string;
}

/** Which cluster is asked, and whose mappings: of every command about rights. */
export interface SourceOptions extends ClusterOptions {
  readonly mapping?: readonly string[];
  readonly ssoRoleMatch?: boolean;
  readonly output?: OutputFormat;
}

export type OutputFormat = 'json' | 'yaml';

/** Whom a question is about. */
export interface IdentityOptions {
  readonly as?: string;
  readonly asGroup?: readonly string[];
  readonly sa?: string;
  readonly arn?: string;
  readonly session?: string;
  readonly userId?: string;
}

/** Where a request would be. */
export interface NamespaceOptions {
  readonly namespace?: string;
  readonly allNamespaces?: boolean;
}

export const collect = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  value,
];

/** Which cluster, or what was written of one. */
export function addClusterOptions(command: Command): Command {
  return command
    .option('--kubeconfig <file>', 'how to reach the cluster (default: as kubectl finds it)')
    .addOption(new Option('--context <name>', 'of the kubeconfig'))
    .addOption(new Option('--cluster-context <name>', 'the same').hideHelp())
    .option(
      '--snapshot <file>',
      'ask no cluster but what `iam-bridge snapshot` or kubectl wrote; - reads standard input',
    );
}

/** @param formats of `-o` */
export function addSourceOptions(command: Command, formats: readonly string[] = ['json', 'yaml']): Command {
  return addClusterOptions(command)
    .option(
      '--mapping <where>',
      `mappings of IAM, repeatable, in the order of precedence: ${MAPPING_VALUES}`,
      collect,
    )
    .option('--sso-role-match', 'entries with sso count: the gate SSORoleMatch of the authenticator')
    .addOption(new Option('-o, --output <format>', 'print data').choices(formats));
}

export function addIdentityOptions(command: Command): Command {
  return command
    .option('--as <user>', 'ask about this user, with the groups that impersonation gives')
    .option('--as-group <group>', 'and these groups; repeatable', collect)
    .option('--sa <namespace:name>', 'or about this ServiceAccount')
    .option('--arn <arn>', 'or about this IAM principal, as the mappings have it')
    .option('--session <name>', 'with --arn of a role: the name of the session')
    .option('--user-id <id>', 'with --arn: the unique id, where mappings ask for it (AROA…, AIDA…)');
}

/** @param meaning of `-n` */
export function addNamespaceOptions(
  command: Command,
  meaning = "of the request (default: the context's; with --snapshot: cluster-wide)",
): Command {
  return command
    .option('-n, --namespace <name>', meaning)
    .option('-A, --all-namespaces', 'a request across all namespaces');
}
