import { beforeEach, describe, expect, test } from 'vitest';
import { readAwsAuth } from '../../src/mapping/aws-auth.ts';
import type { MappingEvent } from '../../src/mapping/mapping-events.ts';
import { createSectionStore, type SectionStore } from '../../src/mapping/section-store.ts';
import { type AwsAuthData, decide, TYPED, toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession, toUser } from '../support/mapping/identities.ts';

let store: SectionStore;
let told: MappingEvent[];

beforeEach(() => {
  told = [];
  store = createSectionStore({
    backend: 'EKSConfigMap',
    rules: TYPED,
    report: (event) => void told.push(event),
  });
});

const roles = (username: string, name = 'Dev'): string =>
  `- {rolearn: 'arn:aws:iam::${ACCOUNT}:role/${name}', username: ${username}}\n`;
const users = (username: string): string =>
  `- {userarn: 'arn:aws:iam::${ACCOUNT}:user/bob', username: ${username}}\n`;

function take(data: AwsAuthData): void {
  store.take(readAwsAuth(data));
}

async function map(identity = toRoleSession('Dev')): Promise<string> {
  return toWords(await decide([{ name: 'EKSConfigMap', find: store.find }], identity));
}

describe('a source that changes', () => {
  test('is unknown until it was read, which is not to say empty', async () => {
    expect(store.isKnown()).toBe(false);
    expect(await map()).toBe('source-unknown');
    take({});
    expect(store.isKnown()).toBe(true);
    expect(await map()).toBe('unmapped');
  });

  test('keeps the last good state of a section that cannot be read, and takes the others', async () => {
    take({ mapRoles: roles('one'), mapUsers: users('bob') });
    take({ mapRoles: 'broken', mapUsers: users('robert') });
    expect(await map()).toBe('one|');
    expect(await map(toUser('bob'))).toBe('robert|');
    take({ mapRoles: `${roles('two')}\tbroken`, mapUsers: 'broken' });
    expect([await map(), await map(toUser('bob'))]).toEqual(['one|', 'robert|']);
    take({ mapRoles: roles('two') });
    expect([await map(), await map(toUser('bob'))]).toEqual(['two|', 'unmapped']);
  });

  test('keeps accounts likewise', async () => {
    take({ mapAccounts: `["${ACCOUNT}"]` });
    take({ mapAccounts: ACCOUNT });
    expect(await map()).toContain('role/Dev');
    take({ mapAccounts: '[]' });
    expect(await map()).toBe('unmapped');
  });

  test('drops the old mapping of an entry that went bad, and keeps nobody else out', async () => {
    take({ mapRoles: roles('dev') + roles('ops', 'Ops') });
    take({ mapRoles: roles('7') + roles('ops', 'Ops') });
    expect(await map()).toBe('bad-entry');
    expect(await map(toRoleSession('Ops'))).toBe('ops|');
  });

  test.each([
    ['a deleted source', () => store.clear()],
    ['a source without the section', () => take({})],
    ['an empty section', () => take({ mapRoles: '[]' })],
    ['a section without the entry', () => take({ mapRoles: roles('x', 'Other') })],
  ])('%s ends its mappings', async (_, change) => {
    take({ mapRoles: roles('dev') });
    change();
    expect(await map()).toBe('unmapped');
  });

  test('does not bring back what was deleted where a bad one comes next', async () => {
    take({ mapRoles: roles('dev') });
    store.clear();
    take({ mapRoles: 'broken' });
    expect(await map()).toBe('source-unknown');
  });

  test('that is refused whole keeps all of it, or is unknown', async () => {
    store.refuse('cut off');
    expect([await map(), await map(toUser('bob'))]).toEqual(['source-unknown', 'source-unknown']);
    take({ mapRoles: roles('dev') });
    store.refuse('cut off');
    expect(await map()).toBe('dev|');
  });

  test('tells of each change once, with all that is wrong', () => {
    const bad = { mapRoles: roles('dev') + roles('7', 'Ops'), mapUsers: 'broken' };
    take(bad);
    take(bad);
    store.clear();
    store.clear();
    take({ mapRoles: roles('dev') });
    expect(told).toEqual([
      {
        kind: 'read',
        backend: 'EKSConfigMap',
        entries: 2,
        problems: [
          expect.stringMatching(/^mapUsers \(line 1, column 1\): it is text, not a list/),
          expect.stringMatching(/^mapRoles\[1\] \(line 2, column 3\): username is a number/),
        ],
        flaws: [],
      },
      { kind: 'absent', backend: 'EKSConfigMap' },
      { kind: 'read', backend: 'EKSConfigMap', entries: 1, problems: [], flaws: [] },
    ]);
  });

  test('tells what counts and is seldom meant, with what to do', async () => {
    take({ mapRoles: roles("'{{SessionNam}}'") });
    expect(await map()).toBe('{{SessionNam}}|');
    expect(told).toEqual([
      expect.objectContaining({
        problems: [],
        flaws: [
          expect.stringMatching(
            /^mapRoles\[0\]\.username: "\{\{SessionNam\}\}" is no placeholder.*; take one of /,
          ),
        ],
      }),
    ]);
  });
});
