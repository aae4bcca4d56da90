import { readBudgets } from '../../settings/budgets.ts';
import {
  checkAddress,
  checkFilePath,
  checkPorts,
  checkSubdomain,
  checkVolumeName,
  checkVolumePath,
  type Problems,
  type SettingsReading,
} from '../../settings/checks.ts';
import { type ClusterSettings, readClusterSettings } from '../../settings/cluster.ts';
import type { FlagReading, FlagValues } from '../../settings/pflag.ts';
import { readTlsSettings } from '../../settings/tls.ts';
import { isSeveralAudiences } from '../../webhook/audience.ts';
import type { ClientTrustSettings } from '../server/client-trust.ts';
import { readClientTrust } from '../server/client-trust-settings.ts';
import type { CertificateSettings, ServerSettings } from '../server/descriptor.ts';
import { readServerFlags } from '../server/flags.ts';
import { readKeptCertificate, readTargets } from '../server/kept-settings.ts';
import { WEBHOOK_FLAGS } from './flags.ts';

type Flags = FlagValues<typeof WEBHOOK_FLAGS>;

/** Everything that `iam-bridge webhook` was told, checked. Times in ms, lifetimes of tokens in seconds. */
export interface WebhookCommandSettings extends ServerSettings {
  readonly tls: NonNullable<ServerSettings['tls']>;
  readonly cluster: ClusterSettings;
  /** Who may call, by certificates; undefined: everybody. */
  readonly clients: ClientTrustSettings | undefined;
  readonly annotationPrefix: string;
  readonly webIdentity: { readonly audience: string; readonly mountPath: string };
  readonly containerCredentials: ContainerCredentials & { readonly listPath: string };
  readonly tokenExpiration: number;
  readonly defaultRegion: string;
  readonly regionalSts: boolean;
  /** Where EC2's metadata service answers; undefined: bare role names are not completed. */
  readonly composeRoleFrom: string | undefined;
  /** Namespace of the ConfigMap; undefined: it is not read. */
  readonly configMapNamespace: string | undefined;
  readonly liveRead: boolean;
  readonly gracePeriod: number;
}

interface ContainerCredentials {
  readonly audience: string;
  readonly mountPath: string;
  readonly volumeName: string;
  readonly tokenPath: string;
  readonly fullUri: string;
}

/** @param env the environment of the process; {@link ClusterSettings} names what is read from it */
export function readWebhookSettings(
  line: FlagReading<typeof WEBHOOK_FLAGS>,
  env: NodeJS.ProcessEnv,
): SettingsReading<WebhookCommandSettings> {
  const problems: string[] = [...line.problems];
  const settings = toSettings(line, env, problems);
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'settings', settings };
}

function toSettings(
  reading: FlagReading<typeof WEBHOOK_FLAGS>,
  env: NodeJS.ProcessEnv,
  problems: Problems,
): WebhookCommandSettings {
  const flags = reading.values;
  const remarks = [...describeIdleFlags(reading), ...describeAudience(flags['token-audience'])];
  checkFlags(flags, problems);
  const cluster = readClusterSettings(flags, env, problems);
  return {
    listen: { host: flags['bind-address'], port: flags.port, metricsPort: flags['metrics-port'] },
    tls: {
      ...readTlsSettings(flags, problems, remarks),
      certificate: readCertificate(flags, cluster, problems),
    },
    cluster,
    clients: readClientTrust(flags, problems),
    annotationPrefix: flags['annotation-prefix'],
    webIdentity: { audience: flags['token-audience'], mountPath: flags['token-mount-path'] },
    containerCredentials: readContainerCredentials(flags),
    tokenExpiration: readTokenExpiration(flags, remarks),
    defaultRegion: flags['aws-default-region'],
    regionalSts: flags['sts-regional-endpoint'],
    composeRoleFrom: flags['compose-role-arn'] ? readMetadataEndpoint(env, problems) : undefined,
    configMapNamespace: flags['watch-config-map'] ? flags.namespace : undefined,
    liveRead: flags['service-account-live-read'],
    gracePeriod: flags['service-account-lookup-grace-period'],
    budgets: readBudgets(flags, problems),
    ...readServerFlags(flags),
    verbosity: flags.v,
    remarks,
  };
}

function checkFlags(flags: Flags, problems: Problems): void {
  checkPorts(flags, problems);
  checkAddress('bind-address', flags['bind-address'], problems);
  checkSubdomain('annotation-prefix', flags['annotation-prefix'], problems);
  checkVolumePath('token-mount-path', flags['token-mount-path'], problems);
  checkVolumePath(
    'container-credentials-token-mount-path',
    flags['container-credentials-token-mount-path'],
    problems,
  );
  checkVolumeName(
    'container-credentials-token-volume-name',
    flags['container-credentials-token-volume-name'],
    problems,
  );
  checkFilePath('container-credentials-token-path', flags['container-credentials-token-path'], problems);
}

function readCertificate(flags: Flags, cluster: ClusterSettings, problems: Problems): CertificateSettings {
  if (!flags['in-cluster']) return { kind: 'files', certPath: flags['tls-cert'], keyPath: flags['tls-key'] };
  const targets = readTargets(flags['webhook-configuration'], problems);
  return { kind: 'kept', cluster, kept: readKeptCertificate(flags, targets, problems) };
}

function readContainerCredentials(flags: Flags): WebhookCommandSettings['containerCredentials'] {
  return {
    audience: flags['container-credentials-audience'],
    mountPath: flags['container-credentials-token-mount-path'],
    volumeName: flags['container-credentials-token-volume-name'],
    tokenPath: flags['container-credentials-token-path'],
    fullUri: flags['container-credentials-full-uri'],
    listPath: flags['watch-container-credentials-config'],
  };
}

function describeAudience(audience: string): string[] {
  if (!isSeveralAudiences(audience)) return [];
  return ['--token-audience has a comma or blank, and AWS STS takes one audience: give one'];
}

function readTokenExpiration(flags: Flags, remarks: string[]): number {
  const asked = flags['token-expiration'];
  const used = Math.min(Math.max(asked, 600), 86_400);
  if (used !== asked) remarks.push(`--token-expiration=${asked} is not within 600 to 86400: ${used} used`);
  return used;
}

/** The variable that AWS SDKs read, too. */
function readMetadataEndpoint(env: NodeJS.ProcessEnv, problems: Problems): string {
  const endpoint = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || 'http://169.254.169.254';
  if (!URL.canParse(endpoint))
    problems.push('AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL: unset it, or give one');
  return endpoint;
}

const FILE_FLAGS = ['tls-cert', 'tls-key'];
const KEPT_FLAGS = ['service-name', 'tls-secret', 'tls-san', 'webhook-configuration'];

function describeIdleFlags({ given, values }: FlagReading<typeof WEBHOOK_FLAGS>): string[] {
  const remarks: string[] = [];
  for (const [name, spec] of Object.entries(WEBHOOK_FLAGS)) {
    if ('noEffect' in spec && given.has(name)) remarks.push(`--${name} has no effect: ${spec.noEffect}`);
  }
  const inCluster = values['in-cluster'];
  for (const name of (inCluster ? FILE_FLAGS : KEPT_FLAGS).filter((flag) => given.has(flag))) {
    remarks.push(`--${name} has no effect: it is for --in-cluster=${!inCluster}`);
  }
  if (given.has('namespace') && !values['watch-config-map'] && !inCluster) {
    remarks.push('--namespace has no effect: it is for --watch-config-map and --in-cluster, which are off');
  }
  const listed = values['watch-container-credentials-config'] !== '';
  for (const name of [...given].filter((flag) => !listed && flag.startsWith('container-credentials-'))) {
    remarks.push(`--${name} has no effect: it is for --watch-container-credentials-config, which is off`);
  }
  return remarks;
}
