import { toPartition } from './partition.ts';

/** DNS suffix of each partition's service hosts. Source: the endpoint rules that AWS SDKs ship. */
const DNS_SUFFIXES: Readonly<Record<string, string>> = {
  'aws-cn': 'amazonaws.com.cn',
  'aws-eusc': 'amazonaws.eu',
  'aws-iso': 'c2s.ic.gov',
  'aws-iso-b': 'sc2s.sgov.gov',
  'aws-iso-e': 'cloud.adc-e.uk',
  'aws-iso-f': 'csp.hci.ic.gov',
};

/** A region becomes a part of a host name: nothing may come in with it. */
export function isRegion(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/.test(text);
}

/** `s3.eu-west-1.amazonaws.com`, with the suffix of the region's partition. */
export function toS3Host(region: string): string {
  return `s3.${region}.${DNS_SUFFIXES[toPartition(region)] ?? 'amazonaws.com'}`;
}
