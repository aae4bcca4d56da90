import type { ServiceAccountName } from '../../../base/names/account.ts';
import { checkNoWords, type SettingsReading } from '../../../settings/checks.ts';
import { type ClusterSettings, readClusterSettings } from '../../../settings/cluster.ts';
import type { FlagReading } from '../../../settings/pflag.ts';
import { checkIssuer, readAccount } from '../checks.ts';
import type { DRIFT_FLAGS } from '../flags.ts';

/** Everything that `iam-bridge issuer drift` was told, checked. */
export interface DriftCommandSettings {
  readonly issuer: string;
  readonly cluster: ClusterSettings;
  readonly account: ServiceAccountName | undefined;
  readonly publicCaPath: string;
  readonly privateHosts: readonly string[];
  readonly compareApiServers: boolean;
  readonly output: 'text' | 'json';
}

export function readDriftSettings(
  line: FlagReading<typeof DRIFT_FLAGS>,
  env: NodeJS.ProcessEnv,
): SettingsReading<DriftCommandSettings> {
  const flags = line.values;
  const problems: string[] = [...line.problems];
  checkNoWords(line.rest, problems);
  checkIssuer(flags.issuer, problems);
  if (flags.output !== '' && flags.output !== 'json') problems.push('--output is neither empty nor json');
  const settings = {
    issuer: flags.issuer,
    cluster: readClusterSettings(flags, env, problems),
    account: readAccount('service-account', flags['service-account'], problems),
    publicCaPath: flags['public-ca'],
    privateHosts: flags['private-host'],
    compareApiServers: flags['compare-api-servers'],
    output: flags.output === 'json' ? ('json' as const) : ('text' as const),
  };
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'settings', settings };
}
