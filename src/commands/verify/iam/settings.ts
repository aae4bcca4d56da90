import type { ProxyVariables } from '../../../aws/find-proxy.ts';
import { PARTITION_NAMES } from '../../../aws/partition.ts';
import { parseInstant } from '../../../base/names/instant.ts';
import type { Problems, SettingsReading } from '../../../settings/checks.ts';
import type { FlagReading, FlagTable } from '../../../settings/pflag.ts';
import { readStsAddress } from '../../authenticator/aws-settings.ts';
import { readConfigured } from '../../authenticator/config/read-config.ts';
import { COMMON_FLAGS } from '../../authenticator/flags.ts';
import { readGates } from '../../authenticator/gates.ts';
import { checkClusterId } from '../../authenticator/settings.ts';
import { MAPPING_VALUES } from '../../mapping-option.ts';
import { checkProxy, toProxyVariables } from '../../proxy-settings.ts';

/** Those of `aws-iam-authenticator verify`, and ours. */
export const VERIFY_IAM_FLAGS = {
  ...COMMON_FLAGS,
  token: { type: 'string', default: '', shorthand: 't', help: 'the token; - reads it from standard input' },
  output: { type: 'string', default: '', shorthand: 'o', help: 'json: print one document' },
  offline: { type: 'bool', default: false, help: 'ask nobody: not STS who has signed it, either' },
  at: { type: 'string', default: '', help: 'judge as of a time: 2026-03-18T12:00:00Z; with --offline' },
  mapping: {
    type: 'strings',
    default: [],
    help: `say whom the mappings make of it; repeatable, in the order of precedence: ${MAPPING_VALUES}`,
  },
  kubeconfig: { type: 'string', default: '', help: 'with --mapping of a cluster: how to reach it' },
  ca: { type: 'string', default: '', help: 'PEM file of authorities that the call to STS trusts, too' },
  proxy: {
    type: 'string',
    default: '',
    help: 'HTTP proxy for the call to STS; without it HTTPS_PROXY, unless NO_PROXY has the host',
  },
  'sts-hosts': {
    type: 'strings',
    default: [],
    help: 'hosts of STS beside the public ones, as the server has them',
  },
  'sts-address': {
    type: 'string',
    default: '',
    help: 'where STS is called in place of the host of the token',
  },
} as const satisfies FlagTable;

/** What is to be verified, and by whom. */
export interface IamVerifySettings {
  /** As it was given; `-` is standard input. */
  readonly token: string;
  readonly clusterId: string;
  readonly partition: string;
  readonly isJson: boolean;
  readonly offline: boolean;
  /** ms since epoch; undefined: now */
  readonly at: number | undefined;
  /** As they were given, in the order of precedence; none where nobody asks. */
  readonly mappings: readonly string[];
  readonly kubeconfig: string | undefined;
  readonly ssoRoleMatch: boolean;
  readonly authorities: { readonly by: string; readonly path: string } | undefined;
  readonly extraHosts: readonly string[];
  readonly stsAddress: { readonly address: string; readonly port: number } | undefined;
  readonly region: string | undefined;
  readonly proxies: ProxyVariables;
  readonly remarks: readonly string[];
}

export function readIamVerifySettings(
  line: FlagReading<typeof VERIFY_IAM_FLAGS>,
  env: NodeJS.ProcessEnv,
): SettingsReading<IamVerifySettings> {
  const { config: path, 'strict-config': isStrict } = line.values;
  const { values: flags, ...reading } = readConfigured(VERIFY_IAM_FLAGS, line, { env, path, isStrict });
  const problems: Problems = [...reading.problems];
  const { gates, problems: badGates } = readGates(flags['feature-gates']);
  problems.push(...badGates.map((problem) => `--feature-gates: ${problem}`));
  checkFlags(flags, problems);
  checkProxy(flags.proxy, env, problems);
  const at = readTime(flags.at, problems);
  const bundle = env['AWS_CA_BUNDLE'];
  const settings: IamVerifySettings = {
    token: flags.token,
    clusterId: flags['cluster-id'],
    partition: flags.partition,
    isJson: flags.output === 'json',
    offline: flags.offline,
    at,
    mappings: flags.mapping,
    kubeconfig: flags.kubeconfig || undefined,
    ssoRoleMatch: gates.ssoRoleMatch,
    authorities:
      flags.ca !== ''
        ? { by: '--ca', path: flags.ca }
        : bundle
          ? { by: 'AWS_CA_BUNDLE', path: bundle }
          : undefined,
    extraHosts: flags['sts-hosts'],
    stsAddress: readStsAddress(flags['sts-address'], problems),
    region: env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined,
    proxies: toProxyVariables(flags.proxy, env),
    remarks: reading.remarks,
  };
  return problems.length > 0 ? { kind: 'problems', problems } : { kind: 'settings', settings };
}

function checkFlags(flags: FlagReading<typeof VERIFY_IAM_FLAGS>['values'], problems: Problems): void {
  if (flags.token === '')
    problems.push('there is no token: give it with -t, or - to read it from standard input');
  if (!flags.offline) checkClusterId(flags['cluster-id'], problems);
  if (flags.offline && flags.mapping.length > 0)
    problems.push('--mapping needs the answer of STS: leave --offline out');
  if (flags.at !== '' && !flags.offline) problems.push('--at is for --offline: STS has a clock of its own');
  if (flags.output !== '' && flags.output !== 'json')
    problems.push('--output is json: leave it out for text');
  if (!PARTITION_NAMES.includes(flags.partition))
    problems.push(`--partition is none of AWS: give one of ${PARTITION_NAMES.join(', ')}`);
}

function readTime(text: string, problems: Problems): number | undefined {
  if (text === '') return undefined;
  const time = parseInstant(text);
  if (time === undefined) problems.push('--at is no time: give one such as 2026-03-18T12:00:00Z');
  return time;
}
