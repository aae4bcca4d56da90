import type { ProxyVariables } from '../../aws/find-proxy.ts';
import { isRegion } from '../../aws/hosts.ts';
import { parseRoleArn } from '../../aws/role-arn.ts';
import type { Problems } from '../../settings/checks.ts';
import type { FlagValues } from '../../settings/pflag.ts';
import { checkProxy, toProxyVariables } from '../proxy-settings.ts';
import type { AUTHENTICATOR_FLAGS } from './flags.ts';
import { type Unprinted, unprinted } from './unprinted.ts';

type Flags = FlagValues<typeof AUTHENTICATOR_FLAGS>;

/** How AWS is called. */
export interface AwsSettings {
  /** Of the server; undefined: the metadata service is asked. */
  readonly region: string | undefined;
  /** Where EC2's metadata service answers; undefined: it must not be asked. */
  readonly metadataEndpoint: string | undefined;
  /** Variables that name proxies, and hosts that are called without; empty: none are used. */
  readonly proxies: Unprinted<ProxyVariables>;
  /** Where keys, and the names of a profile and of shared files, are looked for once EC2 is asked. */
  readonly environment: Unprinted<NodeJS.ProcessEnv>;
  /** Authorities beside those of Node and the system. */
  readonly authorities: { readonly by: string; readonly path: string } | undefined;
  /** Where STS is called, whatever host a token names; undefined: there. */
  readonly stsAddress: { readonly address: string; readonly port: number } | undefined;
  /** Of ec2:DescribeInstances. */
  readonly describeInstances: {
    readonly perSecond: number;
    readonly burst: number;
    /** '' where no role is assumed for it. */
    readonly roleArn: string;
    readonly sourceArn: string;
  };
}

export function readAwsSettings(
  flags: Flags,
  env: NodeJS.ProcessEnv,
  problems: Problems,
  remarks: string[],
): AwsSettings {
  const { 'ec2-describeInstances-qps': perSecond, 'ec2-describeInstances-burst': burst } = flags;
  if (perSecond < 1 || burst < 1)
    problems.push(
      '--ec2-describeInstances-qps and --ec2-describeInstances-burst are 1 or more: give both so',
    );
  const roleArn = flags['ec2-describeInstances-role-arn'];
  if (roleArn !== '' && parseRoleArn(roleArn) === undefined)
    problems.push('--ec2-describeInstances-role-arn is no ARN of a role: give one, or leave it out');
  const sourceArn = flags['source-arn'];
  if (sourceArn !== '' && roleArn === '')
    remarks.push('--source-arn has no effect: it is for --ec2-describeInstances-role-arn, which is empty');
  const proxyEnv = flags['proxy-from-environment'] ? env : {};
  const region = readRegion(flags.region, env, problems, remarks);
  const metadataEndpoint = readMetadataEndpoint(env, problems);
  checkProxy(flags.proxy, proxyEnv, problems);
  return {
    region,
    metadataEndpoint,
    proxies: unprinted(toProxyVariables(flags.proxy, proxyEnv)),
    environment: unprinted(env),
    authorities: readAuthorities(flags['aws-ca-file'], env),
    stsAddress: readStsAddress(flags['sts-address'], problems),
    describeInstances: { perSecond, burst, roleArn, sourceArn },
  };
}

function readRegion(
  given: string,
  env: NodeJS.ProcessEnv,
  problems: Problems,
  remarks: string[],
): string | undefined {
  if (given !== '' && !isRegion(given)) problems.push('--region is no region: give one such as eu-west-1');
  if (given !== '') return given;
  const region = env['AWS_REGION'] || env['AWS_DEFAULT_REGION'] || undefined;
  if (region === undefined || isRegion(region)) return region;
  remarks.push(
    'AWS_REGION or AWS_DEFAULT_REGION is no region, and is passed over: set one such as eu-west-1',
  );
  return undefined;
}

/** The variables that AWS SDKs read, too. */
function readMetadataEndpoint(env: NodeJS.ProcessEnv, problems: Problems): string | undefined {
  if (env['AWS_EC2_METADATA_DISABLED']?.toLowerCase() === 'true') return undefined;
  const endpoint = env['AWS_EC2_METADATA_SERVICE_ENDPOINT'] || 'http://169.254.169.254';
  if (!URL.canParse(endpoint))
    problems.push('AWS_EC2_METADATA_SERVICE_ENDPOINT is not a URL: unset it, or give one');
  return endpoint;
}

export function readStsAddress(text: string, problems: Problems): AwsSettings['stsAddress'] {
  if (text === '') return undefined;
  const url = URL.parse(`https://${text}`);
  if (url === null || url.host !== text || url.port === '') {
    problems.push('--sts-address is no address with a port other than 443: give one such as 127.0.0.1:8443');
    return undefined;
  }
  return { address: url.hostname.replace(/^\[|\]$/g, ''), port: Number(url.port) };
}

function readAuthorities(file: string, env: NodeJS.ProcessEnv): AwsSettings['authorities'] {
  if (file !== '') return { by: '--aws-ca-file', path: file };
  const path = env['AWS_CA_BUNDLE'];
  return path ? { by: 'AWS_CA_BUNDLE', path } : undefined;
}
