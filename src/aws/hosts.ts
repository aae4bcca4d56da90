import { toPartition } from './partition.ts';

/** What the service hosts of a partition end in. */
export interface HostSuffixes {
  readonly plain: string;
  /** Of the hosts that have an IPv6 address, too. */
  readonly dualStack: string;
}

const COMMERCIAL: HostSuffixes = { plain: 'amazonaws.com', dualStack: 'api.aws' };

/** Of each partition that has its own. Source: the endpoint rules that AWS SDKs ship. */
const SUFFIXES: Readonly<Record<string, HostSuffixes>> = {
  'aws-cn': { plain: 'amazonaws.com.cn', dualStack: 'api.amazonwebservices.com.cn' },
  'aws-eusc': { plain: 'amazonaws.eu', dualStack: 'api.amazonwebservices.eu' },
  'aws-iso': { plain: 'c2s.ic.gov', dualStack: 'api.aws.ic.gov' },
  'aws-iso-b': { plain: 'sc2s.sgov.gov', dualStack: 'api.aws.scloud' },
  'aws-iso-e': { plain: 'cloud.adc-e.uk', dualStack: 'api.cloud-aws.adc-e.uk' },
  'aws-iso-f': { plain: 'csp.hci.ic.gov', dualStack: 'api.aws.hci.ic.gov' },
};

/** @param partition one of `PARTITION_NAMES`; `aws` and `aws-us-gov` share theirs */
export function toHostSuffixes(partition: string): HostSuffixes {
  return SUFFIXES[partition] ?? COMMERCIAL;
}

/** A region becomes a part of a host name: nothing may come in with it. */
export function isRegion(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(text);
}

/** `s3.eu-west-1.amazonaws.com`, with the suffix of the region's partition. */
export function toS3Host(region: string): string {
  return `s3.${region}.${toHostSuffixes(toPartition(region)).plain}`;
}
