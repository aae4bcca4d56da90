import type { SettingsReading } from '../../settings/checks.ts';
import type { FlagReading, FlagTable } from '../../settings/pflag.ts';
import { readConfigured } from '../authenticator/config/read-config.ts';
import { COMMON_FLAGS, PLACE_FLAGS } from '../authenticator/flags.ts';
import { readGates } from '../authenticator/gates.ts';
import { readServing, type ServingSettings } from '../authenticator/serving/settings.ts';

export const INIT_FLAGS = {
  ...COMMON_FLAGS,
  ...PLACE_FLAGS,
  'client-cert': {
    type: 'bool',
    default: false,
    help: 'also a certificate for kube-apiserver into the kubeconfig, for --client-ca-file of the server',
  },
} as const satisfies FlagTable;

/** What `init` is asked for. */
export interface InitSettings {
  /** Where it writes. */
  readonly serving: ServingSettings;
  /** Where server and API server look; the same, or files have to be copied there. */
  readonly expected: ServingSettings;
  readonly clientCertificate: boolean;
  readonly remarks: readonly string[];
}

/** @param env the environment of the process */
export function readInitSettings(
  line: FlagReading<typeof INIT_FLAGS>,
  env: NodeJS.ProcessEnv,
): SettingsReading<InitSettings> {
  const { config: path, 'strict-config': isStrict } = line.values;
  const { values: flags, ...reading } = readConfigured(INIT_FLAGS, line, { env, path, isStrict });
  const problems = [...reading.problems];
  const { gates, problems: badGates } = readGates(flags['feature-gates']);
  problems.push(...badGates.map((problem) => `--feature-gates: ${problem}`));
  const expected = readServing(flags, problems);
  const here = { ...expected, stateDir: '.', kubeconfigPath: 'aws-iam-authenticator.kubeconfig' };
  const settings = {
    serving: gates.configuredDirectories ? expected : here,
    expected,
    clientCertificate: flags['client-cert'],
    remarks: reading.remarks,
  };
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'settings', settings };
}
