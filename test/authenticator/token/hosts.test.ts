import { describe, expect, test } from 'vitest';
import { createHostTable, type HostTableOptions } from '../../../src/authenticator/token/hosts.ts';

function labelOf(host: string, options: Partial<HostTableOptions> = {}): string | undefined {
  const find = createHostTable({ partition: 'aws', extraHosts: [], ownRegion: () => undefined, ...options });
  return find(host)?.label;
}

describe('hosts of STS', () => {
  test.each([
    ['aws', 'sts.amazonaws.com', 'global'],
    ['aws', 'sts.us-east-1.amazonaws.com', 'us-east-1'],
    ['aws', 'sts.eu-central-2.amazonaws.com', 'eu-central-2'],
    ['aws', 'sts-fips.us-east-1.amazonaws.com', 'us-east-1'],
    ['aws', 'sts-fips.us-west-2.amazonaws.com', 'us-west-2'],
    ['aws', 'sts.us-west-2.api.aws', 'us-west-2'],
    ['aws-cn', 'sts.cn-north-1.amazonaws.com.cn', 'cn-north-1'],
    ['aws-cn', 'sts.cn-northwest-1.amazonaws.com.cn', 'cn-northwest-1'],
    ['aws-cn', 'sts.cn-north-1.api.amazonwebservices.com.cn', 'cn-north-1'],
    ['aws-us-gov', 'sts.us-gov-east-1.amazonaws.com', 'us-gov-east-1'],
    ['aws-iso', 'sts.us-iso-east-1.c2s.ic.gov', 'us-iso-east-1'],
    ['aws-iso', 'sts.us-iso-east-1.api.aws.ic.gov', 'us-iso-east-1'],
    ['aws-iso-b', 'sts.us-isob-east-1.sc2s.sgov.gov', 'us-isob-east-1'],
    ['aws-iso-e', 'sts.eu-isoe-west-1.cloud.adc-e.uk', 'eu-isoe-west-1'],
    ['aws-eusc', 'sts.eusc-de-east-1.amazonaws.eu', 'eusc-de-east-1'],
  ])('%s: %s', (partition, host, label) => {
    expect(labelOf(host, { partition })).toBe(label);
  });

  test.each([
    ['aws-cn', 'sts.amazonaws.com'],
    ['aws-us-gov', 'sts.amazonaws.com'],
    ['aws-iso', 'sts.amazonaws.com'],
    ['aws', 'sts.cn-north-1.api.amazonwebservices.com.cn'],
    ['aws', 'sts.us-gov-east-1.amazonaws.com'],
    ['aws-us-gov', 'sts.us-east-1.amazonaws.com'],
    ['aws-cn', 'sts-fips.us-east-1.amazonaws.com.cn'],
    ['aws-cn', 'sts.not-a-region.amazonaws.com.cn'],
    ['aws-cn', 'sts.us-isob-east-1.amazonaws.com.cn'],
    ['aws-iso-b', 'sts.us-isob-east-1.amazonaws.com.cn'],
    ['aws', 'sts.amazonaws.com.cn'],
    ['aws', 'website.amazonaws.com'],
    ['aws', 'amazonaws.com'],
    ['aws', 'sts.default-region.amazonaws.com'],
    ['aws', 'sts.not-a-region.amazonaws.com'],
    ['aws', 'sts.US-EAST-1.amazonaws.com'],
    ['aws', 'sts-fips.not-a-region.amazonaws.com'],
    ['aws', 'sts-fips.aws-global.amazonaws.com'],
    ['aws', 'sts.aws-global.amazonaws.com'],
    ['aws', 'sts.not-a-region.api.aws'],
    ['aws', 'sts.us-east-1.amazonaws.com.evil.example'],
    ['aws', 'evil.sts.us-east-1.amazonaws.com'],
    ['aws', 'vpce-0a1b2c3d4e5f60718-abcdefgh.sts.eu-west-1.vpce.amazonaws.com'],
    ['aws', 'constructor'],
    ['aws', '__proto__'],
    ['aws', ''],
  ])('%s: not %s', (partition, host) => {
    expect(labelOf(host, { partition })).toBeUndefined();
  });

  test('of a region that is newer than the table are taken where the server runs there', () => {
    const ownRegion = (): string => 'not-a-region';
    const china = { ownRegion, partition: 'aws-cn' };
    expect(labelOf('sts.not-a-region.amazonaws.com', { ownRegion })).toBe('not-a-region');
    expect(labelOf('sts.not-a-region.api.aws', { ownRegion })).toBe('not-a-region');
    expect(labelOf('sts.not-a-region.amazonaws.com.cn', { ownRegion })).toBeUndefined();
    expect(labelOf('sts.not-a-region.amazonaws.com.cn', china)).toBe('not-a-region');
    expect(labelOf('sts.another-region.amazonaws.com', { ownRegion })).toBeUndefined();
    expect(labelOf('sts.a.b.amazonaws.com', { ownRegion: () => 'a.b' })).toBeUndefined();
  });

  test('learn of the own region as soon as it is known', () => {
    let region: string | undefined;
    const find = createHostTable({ partition: 'aws', extraHosts: [], ownRegion: () => region });
    expect(find('sts.new-one-1.amazonaws.com')).toBeUndefined();
    region = 'new-one-1';
    expect(find('sts.new-one-1.amazonaws.com')).toEqual({ region, label: region });
  });

  test('that were configured are taken to the letter, with their region where their name says it', () => {
    const endpoint = 'vpce-0a1b2c3d4e5f60718-abcdefgh.sts.eu-west-1.vpce.amazonaws.com';
    const extraHosts = [endpoint, 'sts.new-one-1.amazonaws.com', 'sts.corp.example', 'login.example'];
    const labels = [...extraHosts, 'x.login.example'].map((host) => labelOf(host, { extraHosts }));
    expect(labels).toEqual(['eu-west-1', 'new-one-1', 'other', 'other', undefined]);
  });
});
