import { describe, expect, test } from 'vitest';
import type { MappingEntry } from '../../src/mapping/entry.ts';
import { describeFlaws, findEntryFlaws } from '../../src/mapping/findings.ts';

function toEntry(username: string, groups: readonly string[] = []): MappingEntry {
  return {
    kind: 'good',
    label: 'mapRoles[3]',
    place: () => undefined,
    principal: { arn: 'arn' },
    username,
    groups,
  };
}

const find = (username: string, ...groups: string[]): string[] =>
  findEntryFlaws(toEntry(username, groups)).map(({ code, where, remedy }) => `${code} ${where}: ${remedy}`);

describe('what is seldom meant in an entry', () => {
  test.each([
    ['dev'],
    ['system:node:{{EC2PrivateDNSName}}'],
    ['{{AccountID}}{{SessionName}}{{SessionNameRaw}}{{AccessKeyID}}'],
    ['{AccountId}'],
  ])('is nothing of %s', (username) => expect(find(username, username)).toEqual([]));

  test.each([
    ['{{AccountId}}', 'write {{AccountID}}'],
    ['x:{{ SessionName }}', 'write {{SessionName}}'],
    ['{{sessionnameraw}}', 'write {{SessionNameRaw}}'],
    [
      '{{User}}',
      'take one of {{AccountID}}, {{SessionName}}, {{SessionNameRaw}}, {{AccessKeyID}}, {{EC2PrivateDNSName}}',
    ],
    [
      '{{}}',
      'take one of {{AccountID}}, {{SessionName}}, {{SessionNameRaw}}, {{AccessKeyID}}, {{EC2PrivateDNSName}}',
    ],
  ])('is the placeholder in %s, which there is not', (template, remedy) => {
    expect(find(template)).toEqual([`unknown-placeholder mapRoles[3].username: ${remedy}`]);
    expect(find('dev', 'a', template)).toEqual([`unknown-placeholder mapRoles[3].groups[1]: ${remedy}`]);
  });

  test('is a username that is missing', () => {
    expect(find('', 'admins')).toEqual(['no-username mapRoles[3]: give it a username']);
  });
});

test('as many are told as somebody reads, however many there are', () => {
  const many = Array.from({ length: 200_000 }, () => '{{b}}');
  const crowd = Array.from({ length: 1_000 }, () => toEntry('{{a}}'.repeat(100_000), many));
  const told = describeFlaws(crowd);
  expect(told).toHaveLength(11);
  expect(told[0]).toMatch(/^mapRoles\[3\]\.username: "\{\{a\}\}" is no placeholder/);
  expect(told.at(-1)).toBe('and more');
  expect(describeFlaws([toEntry('{{a}}', ['{{b}}'])])).toHaveLength(2);
});
