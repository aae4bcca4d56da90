import { describe, expect, test } from 'vitest';
import { findMappedGroups } from '../../src/access/mapped-groups.ts';
import { toEmptySource } from '../../src/mapping/mapping-source.ts';
import { toAwsAuthSource, toMappings, toObjectSource } from '../support/access/sources.ts';

const AWS_AUTH = toAwsAuthSource({
  mapRoles: `
- {rolearn: "arn:aws:iam::111122223333:role/dev", username: dev, groups: [dev, "team:{{SessionName}}"]}
- {rolearn: "arn:aws:iam::111122223333:role/path/old", username: old, groups: [old]}
`,
});

describe('groups that mappings give', () => {
  test('are those of their entries, of all sources', () => {
    const objects = toObjectSource({
      jane: { arn: 'arn:aws:iam::111122223333:user/jane', username: 'jane', groups: ['admins'] },
    });
    const mapped = findMappedGroups(toMappings(AWS_AUTH, objects));
    expect(mapped?.names).toEqual(['dev', 'old', 'admins']);
    expect(['dev', 'admins', 'Dev', 'ops'].map((group) => mapped?.gives(group))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('are also what a template can become', () => {
    const mapped = findMappedGroups(toMappings(AWS_AUTH));
    expect(mapped?.gives('team:jane')).toBe(true);
    expect(mapped?.gives('teams:jane')).toBe(false);
    expect(mapped?.names).not.toContain('team:{{SessionName}}');
  });

  test.each([
    ['nothing is mapped', []],
    [
      'one source may not be read',
      [AWS_AUTH, toEmptySource({ where: 'x', backend: 'CRD' }, 'refused', true)],
    ],
    ['a section cannot be read', [toAwsAuthSource({ mapRoles: '- {', mapUsers: '[]' }), AWS_AUTH]],
  ])('are not known where %s', (_, sources) => {
    expect(findMappedGroups(toMappings(...sources))).toBeUndefined();
  });
});
