import type { AuthenticatorSettings } from '../../authenticator/settings.ts';
import { isAccountId } from '../../aws/arn.ts';
import { isClusterId } from '../../aws/eks-token.ts';
import { PARTITION_NAMES } from '../../aws/partition.ts';
import { readBudgets } from '../../settings/budgets.ts';
import {
  checkAddress,
  checkPort,
  checkPorts,
  type Problems,
  type SettingsReading,
} from '../../settings/checks.ts';
import { type ClusterSettings, toClusterSettings } from '../../settings/cluster.ts';
import type { FlagReading, FlagValues } from '../../settings/pflag.ts';
import { readTlsSettings } from '../../settings/tls.ts';
import type { ClientTrustSettings } from '../server/client-trust.ts';
import { readClientTrust } from '../server/client-trust-settings.ts';
import type { ServerSettings } from '../server/descriptor.ts';
import { readServerFlags } from '../server/flags.ts';
import { type AwsSettings, readAwsSettings } from './aws-settings.ts';
import { type ConfiguredReading, readConfigured } from './config/read-config.ts';
import { AUTHENTICATOR_FLAGS } from './flags.ts';
import { readGates } from './gates.ts';
import { type MappingSettings, readMappingSettings } from './mapping-settings.ts';
import { readServing, type ServingSettings, toCertificateFiles } from './serving/settings.ts';
import { readVerbosity } from './verbosity.ts';

type Table = typeof AUTHENTICATOR_FLAGS;
type Flags = FlagValues<Table>;

/** Everything that `iam-bridge authenticator` was told, checked. Times in ms. */
export interface AuthenticatorCommandSettings extends ServerSettings {
  readonly tls: NonNullable<ServerSettings['tls']>;
  readonly serving: ServingSettings;
  /** '' is all addresses. */
  readonly health: { readonly host: string; readonly port: number };
  readonly cluster: ClusterSettings;
  /** Who may call, by certificates; undefined: everybody. */
  readonly clients: ClientTrustSettings | undefined;
  readonly mapping: MappingSettings;
  readonly aws: AwsSettings;
  readonly room: Omit<AuthenticatorSettings, 'stsAuthorities'>;
}

/** @param env the environment of the process */
export function readAuthenticatorSettings(
  line: FlagReading<Table>,
  env: NodeJS.ProcessEnv,
): SettingsReading<AuthenticatorCommandSettings> {
  const { config: path, 'strict-config': isStrict } = line.values;
  const reading = readConfigured(AUTHENTICATOR_FLAGS, line, { env, path, isStrict });
  const problems: Problems = [...reading.problems];
  const settings = toSettings(reading, env, problems);
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'settings', settings };
}

function toSettings(
  reading: ConfiguredReading<Table>,
  env: NodeJS.ProcessEnv,
  problems: Problems,
): AuthenticatorCommandSettings {
  const { values: flags, config } = reading;
  const remarks = [...reading.remarks];
  const { gates, problems: badGates } = readGates(flags['feature-gates']);
  problems.push(...badGates.map((problem) => `--feature-gates: ${problem}`));
  const serving = readServing(flags, problems);
  checkAllPorts(flags, problems);
  return {
    listen: {
      host: flags.address,
      port: flags.port,
      opsHost: flags['metrics-address'] || flags.address,
      metricsPort: flags['metrics-port'],
      opsOptional: true,
    },
    tls: {
      ...readTlsSettings(flags, problems, remarks),
      certificate: { kind: 'files', ...toCertificateFiles(serving) },
    },
    serving,
    health: { host: flags['health-address'], port: flags['health-port'] },
    cluster: toClusterSettings(
      { kubeconfig: flags.kubeconfig, server: flags.master, flag: 'master' },
      env,
      problems,
    ),
    clients: readClientTrust(flags, problems),
    mapping: readMappingSettings({ flags, config, ssoRoleMatch: gates.ssoRoleMatch }, problems, remarks),
    aws: readAwsSettings(flags, env, problems, remarks),
    room: readRoom(flags, problems, remarks),
    budgets: readBudgets(flags, problems),
    ...readServerFlags(flags),
    verbosity: readVerbosity(flags['log-verbosity'], problems),
    remarks,
  };
}

function checkAllPorts(flags: Flags, problems: Problems): void {
  checkPorts(flags, problems);
  const { 'health-port': health, port, 'metrics-port': metrics } = flags;
  checkPort('health-port', health, problems);
  checkAddress('health-address', flags['health-address'], problems);
  checkAddress('metrics-address', flags['metrics-address'], problems);
  if (health !== 0 && (health === port || health === metrics))
    problems.push(`--health-port is ${health}, and so is another port: they are different servers`);
}

function readRoom(flags: Flags, problems: Problems, remarks: string[]): AuthenticatorCommandSettings['room'] {
  const { 'cluster-id': clusterId, partition, 'sts-hosts': extraHosts } = flags;
  checkClusterId(clusterId, problems);
  if (!PARTITION_NAMES.includes(partition))
    problems.push(`--partition is none of AWS: give one of ${PARTITION_NAMES.join(', ')}`);
  if (!extraHosts.every((host) => HOST.test(host)))
    problems.push(
      '--sts-hosts has one that is no host name: give it in lower case, without https:// and port',
    );
  const scrubbed = flags['scrubbed-accounts'];
  if (!scrubbed.every(isAccountId))
    remarks.push('--scrubbed-accounts has one without 12 digits, which is no account: put it in quotes');
  return {
    clusterId,
    partition,
    maxTokenLength: readBounded('max-token-size', flags['max-token-size'], [4_096, 65_536], problems),
    extraHosts,
    tokenCache: flags['token-cache'],
    maxCalls: readBounded('max-sts-calls', flags['max-sts-calls'], [4, 1_024], problems),
    audiences: flags.audiences,
    scrubbedAccounts: scrubbed,
    compatStatusCodes: flags['compat-status-codes'],
  };
}

const HOST = /^(?=.{4,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)+$/;

/** @param problems takes why it is none */
export function checkClusterId(clusterId: string, problems: Problems): void {
  if (isClusterId(clusterId) && clusterId.length <= 255) return;
  problems.push(
    clusterId === ''
      ? 'there is no cluster ID: give --cluster-id, clusterID in the configuration, or KUBERNETES_AWS_AUTHENTICATOR_CLUSTER_ID'
      : '--cluster-id is no cluster ID: it has 1 to 255 printable ASCII characters, and no blank at an end or beside another',
  );
}

function readBounded(
  flag: string,
  value: number,
  [least, most]: readonly [number, number],
  problems: Problems,
): number {
  if (value < least || value > most)
    problems.push(`--${flag}=${value} is out of range: give a number from ${least} to ${most}`);
  return value;
}
