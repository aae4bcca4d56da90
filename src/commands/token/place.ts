import type { Profile } from '../../aws/shared-config.ts';
import { findStsHost, parseStsVpcEndpoint, type StsHostOptions, stsHost } from '../../aws/sts-hosts.ts';

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
