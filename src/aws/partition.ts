/** Region prefix → partition, longest first. Source: the endpoint rules that AWS SDKs ship. */
const PARTITIONS: readonly (readonly [prefix: string, partition: string])[] = [
  ['us-isob-', 'aws-iso-b'],
  ['us-isof-', 'aws-iso-f'],
  ['eu-isoe-', 'aws-iso-e'],
  ['us-gov-', 'aws-us-gov'],
  ['us-iso-', 'aws-iso'],
  ['eusc-', 'aws-eusc'],
  ['cn-', 'aws-cn'],
];

/** The partition that a region belongs to; `aws` for every region without a prefix of its own. */
export function toPartition(region: string): string {
  return PARTITIONS.find(([prefix]) => region.startsWith(prefix))?.[1] ?? 'aws';
}

/** All that AWS has; those of the isolated and sovereign clouds too. */
export const PARTITION_NAMES: readonly string[] = ['aws', ...PARTITIONS.map(([, partition]) => partition)];
