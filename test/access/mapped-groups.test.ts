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
  test('are those of their entries, of all sources', async () => {
    const objects = toObjectSource({
      jane: { arn: 'arn:aws:iam::111122223333:user/jane', username: 'jane', groups: ['admins'] },
    });
    const mapped = await findMappedGroups(toMappings(AWS_AUTH, objects));
    expect(mapped?.names).toEqual(['dev', 'old', 'admins']);
    expect(['dev', 'admins', 'Dev', 'ops'].map((group) => mapped?.gives(group))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  test('are also what a template can become', async () => {
    const mapped = await findMappedGroups(toMappings(AWS_AUTH));
    expect(mapped?.gives('team:jane')).toBe(true);
    expect(mapped?.gives('teams:jane')).toBe(false);
    expect(mapped?.names).not.toContain('team:{{SessionName}}');
  });

  test('are none of an entry that never decides', async () => {
    const first = toObjectSource({ dev: { arn: 'arn:aws:iam::111122223333:role/dev', groups: ['viewers'] } });
    const mapped = await findMappedGroups(toMappings(first, AWS_AUTH));
    expect(['viewers', 'dev', 'old'].map((group) => mapped?.gives(group))).toEqual([true, false, false]);
  });

  test.each([
    ['nothing is mapped', []],
    [
      'one source may not be read',
      [AWS_AUTH, toEmptySource({ where: 'x', backend: 'CRD' }, 'refused', true)],
    ],
    ['a section cannot be read', [toAwsAuthSource({ mapRoles: '- {', mapUsers: '[]' }), AWS_AUTH]],
  ])('are not known where %s', async (_, sources) => {
    expect(await findMappedGroups(toMappings(...sources))).toBeUndefined();
  });
});
