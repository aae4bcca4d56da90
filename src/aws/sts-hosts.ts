import { isRegion, toHostSuffixes } from './hosts.ts';
import { toPartition } from './partition.ts';
import { REGIONS } from './regions.ts';

/** Which of its names a host of STS is. */
export type StsHostKind =
  | 'regional'
  | 'fips'
  | 'dual-stack'
  | 'fips-dual-stack'
  /** `sts.amazonaws.com`, which only the partition `aws` has. */
  | 'global'
  /** Of an interface endpoint in somebody's VPC. */
  | 'vpc-endpoint';

export interface StsHost {
  /** One of `PARTITION_NAMES`. */
  readonly partition: string;
  /** `us-east-1` for the global host: requests to it are signed for that region. */
  readonly region: string;
  readonly kind: StsHostKind;
}

export interface StsHostOptions {
  readonly fips?: boolean;
  readonly dualStack?: boolean;
}

/**
 * The host that STS has in a region, a region that is newer than this program too. Where one name serves for two kinds
 * (GovCloud's plain host is its FIPS host), it is that name.
 * Source: the endpoint rules of STS that AWS SDKs ship.
 * @throws Error where the region is malformed
 */
export function stsHost(region: string, { fips = false, dualStack = false }: StsHostOptions = {}): string {
  if (!isRegion(region)) throw new Error('the region is malformed: give one such as eu-west-1');
  const partition = toPartition(region);
  const suffixes = toHostSuffixes(partition);
  if (dualStack) return `${fips ? 'sts-fips' : 'sts'}.${region}.${suffixes.dualStack}`;
  return `${fips && partition !== 'aws-us-gov' ? 'sts-fips' : 'sts'}.${region}.${suffixes.plain}`;
}

/** The global host, and the region that requests to it are signed for. */
const GLOBAL_STS_HOST = 'sts.amazonaws.com';
const GLOBAL_REGION = 'us-east-1';

const HOSTS = new Map<string, StsHost>([
  [GLOBAL_STS_HOST, { partition: 'aws', region: GLOBAL_REGION, kind: 'global' }],
  ...Object.entries(REGIONS).flatMap(([partition, regions]) =>
    regions.flatMap((region) => toHosts(partition, region)),
  ),
]);

function toHosts(partition: string, region: string): (readonly [string, StsHost])[] {
  return [
    // A name that serves for two kinds comes twice: the last one stays, and that is the plain one.
    [stsHost(region, { fips: true }), { partition, region, kind: 'fips' }],
    [stsHost(region, { dualStack: true }), { partition, region, kind: 'dual-stack' }],
    [stsHost(region, { fips: true, dualStack: true }), { partition, region, kind: 'fips-dual-stack' }],
    [stsHost(region), { partition, region, kind: 'regional' }],
  ];
}

/**
 * What a host is, by a table of every public name of STS in the regions that are known. A host is compared to the letter:
 * no other case, port or final dot. VPC endpoints are not in it: who may be asked of those, settings say.
 */
export function findStsHost(host: string): StsHost | undefined {
  return HOSTS.get(host);
}

const VPC_ENDPOINT =
  /^vpce-[0-9a-f]{8,32}-[0-9a-z]{4,32}(?:-[a-z0-9-]{1,40})?\.sts(?:-fips)?\.([a-z0-9-]{1,40})\.vpce\.([a-z0-9.-]{1,60})$/;

/**
 * Reads the DNS name of an interface endpoint for STS, such as
 * `vpce-0a1b2c3d4e5f60718-abcdefgh.sts.eu-west-1.vpce.amazonaws.com`, with or without an availability zone.
 * Source: AWS PrivateLink, "Access an AWS service using an interface VPC endpoint", "DNS hostnames".
 */
export function parseStsVpcEndpoint(host: string): StsHost | undefined {
  const [, region = '', suffix] = VPC_ENDPOINT.exec(host) ?? [];
  if (!isRegion(region)) return undefined;
  const partition = toPartition(region);
  return suffix === toHostSuffixes(partition).plain ? { partition, region, kind: 'vpc-endpoint' } : undefined;
}
