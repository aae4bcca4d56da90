import { expect, test } from 'vitest';
import { toPartition } from '../../src/aws/partition.ts';

test.each([
  ['eu-west-1', 'aws'],
  ['us-east-1', 'aws'],
  ['cn-north-1', 'aws-cn'],
  ['cn-northwest-1', 'aws-cn'],
  ['us-gov-west-1', 'aws-us-gov'],
  ['us-iso-east-1', 'aws-iso'],
  ['us-isob-east-1', 'aws-iso-b'],
  ['us-isof-south-1', 'aws-iso-f'],
  ['eu-isoe-west-1', 'aws-iso-e'],
  ['eusc-de-east-1', 'aws-eusc'],
  ['mars-north-1', 'aws'],
  ['', 'aws'],
])('%j is in the partition %s', (region, partition) => {
  expect(toPartition(region)).toBe(partition);
});
