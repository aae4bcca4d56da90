import { isRegion } from '../aws/hosts.ts';
import type { Profile } from '../aws/shared-config.ts';
import { ConfigurationError } from '../base/errors.ts';

/** Where a region may be named, first to last; '' and undefined where it is not. */
export interface RegionSources {
  readonly given: string;
  readonly env: NodeJS.ProcessEnv;
  readonly profile: Profile;
  /** Of the cluster, as the kubeconfig has it. */
  readonly cluster?: string | undefined;
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
