import { STSClient } from '@aws-sdk/client-sts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PARTITION_NAMES, toPartition } from '../../src/aws/partition.ts';
import { REGIONS } from '../../src/aws/regions.ts';
import { findStsHost, parseStsVpcEndpoint, stsHost } from '../../src/aws/sts-hosts.ts';

describe('the host of a region', () => {
  test.each([
    ['eu-west-1', {}, 'sts.eu-west-1.amazonaws.com'],
    ['eu-west-1', { fips: true }, 'sts-fips.eu-west-1.amazonaws.com'],
    ['eu-west-1', { dualStack: true }, 'sts.eu-west-1.api.aws'],
    ['us-east-2', { fips: true, dualStack: true }, 'sts-fips.us-east-2.api.aws'],
    ['us-gov-west-1', {}, 'sts.us-gov-west-1.amazonaws.com'],
    ['us-gov-west-1', { fips: true }, 'sts.us-gov-west-1.amazonaws.com'],
    ['us-gov-west-1', { fips: true, dualStack: true }, 'sts-fips.us-gov-west-1.api.aws'],
    ['cn-north-1', {}, 'sts.cn-north-1.amazonaws.com.cn'],
    ['cn-north-1', { fips: true }, 'sts-fips.cn-north-1.amazonaws.com.cn'],
    ['cn-northwest-1', { dualStack: true }, 'sts.cn-northwest-1.api.amazonwebservices.com.cn'],
    ['eusc-de-east-1', {}, 'sts.eusc-de-east-1.amazonaws.eu'],
    ['eusc-de-east-1', { dualStack: true }, 'sts.eusc-de-east-1.api.amazonwebservices.eu'],
    ['us-iso-east-1', {}, 'sts.us-iso-east-1.c2s.ic.gov'],
    ['us-isob-east-1', {}, 'sts.us-isob-east-1.sc2s.sgov.gov'],
    ['eu-isoe-west-1', {}, 'sts.eu-isoe-west-1.cloud.adc-e.uk'],
    ['eu-isoe-west-1', { dualStack: true }, 'sts.eu-isoe-west-1.api.cloud-aws.adc-e.uk'],
    ['us-isof-south-1', {}, 'sts.us-isof-south-1.csp.hci.ic.gov'],
    ['ap-nowhere-9', {}, 'sts.ap-nowhere-9.amazonaws.com'],
  ])('%s with %j is %s', (region, options, host) => {
    expect(stsHost(region, options)).toBe(host);
  });

  test.each([
    '',
    'EU-WEST-1',
    'eu_west_1',
    'eu-west-1.evil.example',
    'eu-west-1/',
    '-eu',
    'a@b',
    'a'.repeat(41),
  ])('no host is made of the region %j', (region) => {
    expect(() => stsHost(region)).toThrow('the region is malformed');
  });
});

describe('the table of hosts', () => {
  test.each([
    ['sts.amazonaws.com', 'aws', 'us-east-1', 'global'],
    ['sts.us-east-1.amazonaws.com', 'aws', 'us-east-1', 'regional'],
    ['sts-fips.us-east-1.amazonaws.com', 'aws', 'us-east-1', 'fips'],
    ['sts-fips.us-west-2.amazonaws.com', 'aws', 'us-west-2', 'fips'],
    ['sts.us-west-2.api.aws', 'aws', 'us-west-2', 'dual-stack'],
    ['sts-fips.us-west-2.api.aws', 'aws', 'us-west-2', 'fips-dual-stack'],
    ['sts.us-gov-east-1.amazonaws.com', 'aws-us-gov', 'us-gov-east-1', 'regional'],
    ['sts.us-gov-east-1.api.aws', 'aws-us-gov', 'us-gov-east-1', 'dual-stack'],
    ['sts.cn-northwest-1.amazonaws.com.cn', 'aws-cn', 'cn-northwest-1', 'regional'],
    ['sts-fips.cn-north-1.amazonaws.com.cn', 'aws-cn', 'cn-north-1', 'fips'],
    ['sts.cn-north-1.api.amazonwebservices.com.cn', 'aws-cn', 'cn-north-1', 'dual-stack'],
    ['sts.us-iso-east-1.c2s.ic.gov', 'aws-iso', 'us-iso-east-1', 'regional'],
    ['sts.us-iso-west-1.api.aws.ic.gov', 'aws-iso', 'us-iso-west-1', 'dual-stack'],
    ['sts.eusc-de-east-1.amazonaws.eu', 'aws-eusc', 'eusc-de-east-1', 'regional'],
  ])('%s is of %s, %s, %s', (host, partition, region, kind) => {
    expect(findStsHost(host)).toEqual({ partition, region, kind });
  });

  test.each([
    ['the region is none that is known', 'sts.not-a-region.amazonaws.com'],
    ['the region is none', 'sts.default-region.amazonaws.com'],
    ['another case', 'sts.US-EAST-1.amazonaws.com'],
    ['a pseudo region', 'sts-fips.aws-global.amazonaws.com'],
    ['a pseudo region without FIPS', 'sts.aws-global.amazonaws.com'],
    ['the suffix of another partition', 'sts.us-east-1.amazonaws.com.cn'],
    ['the region of another partition', 'sts.us-isob-east-1.amazonaws.com.cn'],
    ['a FIPS host that GovCloud has not', 'sts-fips.us-gov-west-1.amazonaws.com'],
    ['a global host of China', 'sts.amazonaws.com.cn'],
    ['another service', 's3.us-east-1.amazonaws.com'],
    ['no host of a service', 'website.amazonaws.com'],
    ['a final dot', 'sts.us-east-1.amazonaws.com.'],
    ['a port', 'sts.us-east-1.amazonaws.com:443'],
    ['a longer name', 'sts.us-east-1.amazonaws.com.evil.example'],
    ['a label before it', 'evil.sts.us-east-1.amazonaws.com'],
    ['a VPC endpoint', 'vpce-0a1b2c3d4e5f60718-abcdefgh.sts.eu-west-1.vpce.amazonaws.com'],
    ['a member of every object', 'constructor'],
    ['nothing', ''],
  ])('%s: %j is unknown', (_, host) => {
    expect(findStsHost(host)).toBeUndefined();
  });

  test('every region stands with the partition of its name, and all partitions have one', () => {
    expect(Object.keys(REGIONS).toSorted()).toEqual(PARTITION_NAMES.toSorted());
    for (const [partition, regions] of Object.entries(REGIONS)) {
      for (const region of regions) expect(toPartition(region)).toBe(partition);
    }
  });

  test('a host that is made is found again, as what it was made for', () => {
    const places = Object.entries(REGIONS).flatMap(([partition, regions]) =>
      regions.map((region) => ({ partition, region })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.boolean(), fc.boolean(), (place, fips, dualStack) => {
        expect(findStsHost(stsHost(place.region, { fips, dualStack }))).toMatchObject(place);
      }),
    );
  });
});

test('every name is the one that the rules of the AWS SDK give', () => {
  const { endpointProvider } = new STSClient({ region: 'us-east-1' }).config;
  for (const Region of Object.values(REGIONS).flat()) {
    for (const UseFIPS of [false, true]) {
      for (const UseDualStack of [false, true]) {
        const { url } = endpointProvider({ Region, UseFIPS, UseDualStack, UseGlobalEndpoint: false });
        expect(stsHost(Region, { fips: UseFIPS, dualStack: UseDualStack })).toBe(url.host);
      }
    }
  }
});

describe('the name of a VPC endpoint', () => {
  test.each([
    ['vpce-0a1b2c3d4e5f60718-abcdefgh.sts.eu-west-1.vpce.amazonaws.com', 'aws', 'eu-west-1'],
    ['vpce-0a1b2c3d4e5f60718-abcdefgh-eu-west-1a.sts.eu-west-1.vpce.amazonaws.com', 'aws', 'eu-west-1'],
    ['vpce-0a1b2c3d4e5f60718-0bcdef1h.sts-fips.us-east-1.vpce.amazonaws.com', 'aws', 'us-east-1'],
    ['vpce-0a1b2c3d4e5f60718-abcdefgh.sts.cn-north-1.vpce.amazonaws.com.cn', 'aws-cn', 'cn-north-1'],
  ])('%s is read', (host, partition, region) => {
    expect(parseStsVpcEndpoint(host)).toEqual({ partition, region, kind: 'vpc-endpoint' });
  });

  test.each([
    'vpce-0a1b2c3d4e5f60718-abcdefgh.ec2.eu-west-1.vpce.amazonaws.com',
    'vpce-0a1b2c3d4e5f60718-abcdefgh.sts.cn-north-1.vpce.amazonaws.com',
    'vpce-0a1b2c3d4e5f60718-abcdefgh.sts.eu-west-1.vpce.amazonaws.com.evil.example',
    'evil.example/vpce-0a1b2c3d4e5f60718-abcdefgh.sts.eu-west-1.vpce.amazonaws.com',
    'vpce-.sts.eu-west-1.vpce.amazonaws.com',
    'sts.eu-west-1.amazonaws.com',
  ])('%s is none', (host) => {
    expect(parseStsVpcEndpoint(host)).toBeUndefined();
  });
});
