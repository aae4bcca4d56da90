import { isRegion, toHostSuffixes } from '../../aws/hosts.ts';
import { findStsHost, parseStsVpcEndpoint } from '../../aws/sts-hosts.ts';

/** A host of STS that may be called. */
export interface AllowedHost {
  /** Region that requests to it are signed for; undefined: several, or nobody said. */
  readonly region: string | undefined;
  /** For metrics, out of a list that no caller can lengthen: a region, `global`, or `other`. */
  readonly label: string;
}

export interface HostTableOptions {
  /** One of `PARTITION_NAMES`. */
  readonly partition: string;
  /** Hosts beside the public ones, to the letter: VPC endpoints, regions newer than this program. */
  readonly extraHosts: readonly string[];
  /** The region that the server runs in, once that is known. */
  readonly ownRegion: () => string | undefined;
}

/** Asks nothing but tables, whatever a token names. */
export function createHostTable(options: HostTableOptions): (host: string) => AllowedHost | undefined {
  const { partition, extraHosts, ownRegion } = options;
  const extras = new Map(extraHosts.map((host) => [host, readExtraHost(host, partition)]));
  return (host) => {
    const known = findStsHost(host);
    if (known !== undefined && known.partition === partition) {
      return known.kind === 'global' ? GLOBAL : { region: known.region, label: known.region };
    }
    return extras.get(host) ?? findInOwnRegion(host, partition, ownRegion());
  };
}

/** Which regions it takes signatures of has changed over the years: that is left to STS. */
const GLOBAL: AllowedHost = { region: undefined, label: 'global' };

function readExtraHost(host: string, partition: string): AllowedHost {
  const named = /^sts(?:-fips)?\.([^.]+)\./.exec(host)?.[1];
  const region = parseStsVpcEndpoint(host)?.region ?? findInOwnRegion(host, partition, named)?.region;
  return { region, label: region ?? 'other' };
}

/** A region may be newer than the table of this program. */
function findInOwnRegion(
  host: string,
  partition: string,
  region: string | undefined,
): AllowedHost | undefined {
  if (region === undefined || !isRegion(region)) return undefined;
  const { plain, dualStack } = toHostSuffixes(partition);
  const own = ['sts', 'sts-fips'].flatMap((name) => [
    `${name}.${region}.${plain}`,
    `${name}.${region}.${dualStack}`,
  ]);
  return own.includes(host) ? { region, label: region } : undefined;
}
