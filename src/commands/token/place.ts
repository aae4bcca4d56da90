import { isRegion } from '../../aws/hosts.ts';
import type { Profile } from '../../aws/shared-config.ts';
import { findStsHost, parseStsVpcEndpoint, type StsHostOptions, stsHost } from '../../aws/sts-hosts.ts';
import { ConfigurationError } from '../../base/errors.ts';

/** Where a region may be named, first to last; '' and undefined where it is not. */
export interface RegionSources {
  readonly given: string;
  readonly env: NodeJS.ProcessEnv;
  readonly profile: Profile;
  /** Of the cluster, as the kubeconfig has it. */
  readonly cluster: string | undefined;
}

/**
 * The first region that is named; undefined where none is.
 * @throws ConfigurationError that says where one stands that is none
 */
export function findRegion({ given, env, profile, cluster }: RegionSources): string | undefined {
  const sources: readonly (readonly [name: string, region: string | undefined])[] = [
    ['--region', given],
    ['AWS_REGION', env['AWS_REGION']],
    ['AWS_DEFAULT_REGION', env['AWS_DEFAULT_REGION']],
    ['the region of the profile', profile.get('region')],
    ['the region in the configuration of the cluster', cluster],
  ];
  const [name, region] = sources.find(([, value]) => value) ?? [];
  // The SDKs' name for no region in particular.
  if (region === 'aws-global') return 'us-east-1';
  if (region !== undefined && !isRegion(region))
    throw new ConfigurationError(`${name} is no region: set one such as eu-west-1`);
  return region;
}

/** Which of STS's hosts environment and profile ask for (AWS SDKs and Tools reference guide). */
export function readHostOptions(env: NodeJS.ProcessEnv, profile: Profile): Required<StsHostOptions> {
  const isOn = (variable: string, setting: string): boolean =>
    (env[variable] || profile.get(setting))?.toLowerCase() === 'true';
  return {
    fips: isOn('AWS_USE_FIPS_ENDPOINT', 'use_fips_endpoint'),
    dualStack: isOn('AWS_USE_DUALSTACK_ENDPOINT', 'use_dualstack_endpoint'),
  };
}

/** The host that a token names, and the region that it is signed for. */
export interface TokenPlace {
  readonly host: string;
  readonly region: string;
}

/**
 * A public host, whatever endpoint is configured for calls: servers refuse others, unless they are told of them.
 * @param tokenHost '' where the region decides; a host that has a region of its own is signed for that
 */
export function toTokenPlace(region: string, options: StsHostOptions, tokenHost: string): TokenPlace {
  if (tokenHost === '') return { host: stsHost(region, options), region };
  const known = findStsHost(tokenHost) ?? parseStsVpcEndpoint(tokenHost);
  return { host: tokenHost, region: known?.region ?? region };
}
