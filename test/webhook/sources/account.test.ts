import { describe, expect, test } from 'vitest';
import { createAccountReader } from '../../../src/webhook/sources/account.ts';
import { createAccountStore } from '../../../src/webhook/sources/account-store.ts';
import { DEFAULT_SETTINGS } from '../../support/webhook/default-settings.ts';

const P = 'eks.amazonaws.com';
const ROLE = 'arn:aws:iam::111122223333:role/web';
const DEFAULT_CHOICES = { audience: 'sts.amazonaws.com', expiration: 86_400, regionalSts: false };

const read = (annotations: Record<string, string>, settings = DEFAULT_SETTINGS) =>
  createAccountReader(settings).read(annotations);

describe('an account without annotations of our prefix', () => {
  test.each<[annotations: Record<string, string> | undefined]>([
    [undefined],
    [{}],
    [{ team: 'x' }],
    [{ 'eks.amazonaws.computer/role-arn': ROLE }],
    [{ constructor: 'x' }],
  ])('%j is the one plain account', (annotations) => {
    const reader = createAccountReader(DEFAULT_SETTINGS);
    expect(reader.read(annotations)).toBe(reader.plain);
    expect(reader.plain).toEqual({
      role: undefined,
      malformedRole: undefined,
      choices: DEFAULT_CHOICES,
      notices: [],
    });
  });
});

describe('the role', () => {
  test.each([
    [ROLE, { role: ROLE, malformedRole: undefined }],
    ['', { role: undefined, malformedRole: undefined }],
    ['web', { role: undefined, malformedRole: 'web' }],
    [`${ROLE} `, { role: undefined, malformedRole: `${ROLE} ` }],
    ['\u202e"', { role: undefined, malformedRole: '\u202e"' }],
  ])('%j', (text, expected) => {
    expect(read({ [`${P}/role-arn`]: text })).toMatchObject(expected);
  });

  test('of one that is malformed no more is kept than a warning can hold', () => {
    expect(read({ [`${P}/role-arn`]: 'x'.repeat(262_144) }).malformedRole).toBe('x'.repeat(64));
  });

  test.each([
    ['web', 'arn:aws-cn:iam::444455556666:role/web'],
    ['team/web', 'arn:aws-cn:iam::444455556666:role/team/web'],
    ['/team/web', 'arn:aws-cn:iam::444455556666:role/team/web'],
    [ROLE, ROLE],
    ['', undefined],
    ['//web', undefined],
    ['arn:web', undefined],
    ['role name', undefined],
  ])('composed from %j is %s', (text, role) => {
    const roleComposition = { partition: 'aws-cn', accountId: '444455556666' };
    expect(read({ [`${P}/role-arn`]: text }, { ...DEFAULT_SETTINGS, roleComposition }).role).toBe(role);
  });
});

describe('the choices', () => {
  test.each<[suffix: string, text: string, choices: object, codes: string[]]>([
    ['audience', 'a', { audience: 'a' }, []],
    ['audience', '', { audience: '' }, ['audience-empty']],
    ['token-expiration', '700', { expiration: 700 }, []],
    ['token-expiration', '1', { expiration: 600 }, ['expiration-clamped']],
    ['token-expiration', 'x', {}, ['expiration-unparsable']],
    ['sts-regional-endpoints', 'TRUE', { regionalSts: true }, []],
    ['sts-regional-endpoints', 'yes', {}, ['regional-sts-unparsable']],
    ['skip-containers', 'web', {}, ['annotation-misplaced']],
    ['audiense', 'a', {}, ['annotation-unknown']],
    ['constructor', 'a', {}, []],
  ])('%s %j', (suffix, text, choices, codes) => {
    const account = read({ [`${P}/${suffix}`]: text });
    expect(account.choices).toEqual({ ...DEFAULT_CHOICES, ...choices });
    expect(account.notices.map(({ code }) => code)).toEqual(codes);
  });

  test.each([
    ['sts.amazonaws.com,vault', 1],
    ['sts.amazonaws.com vault', 1],
    ['sts.amazonaws.com ', 1],
    ['\tsts.amazonaws.com', 1],
    ['sts.amazonaws.com\n', 1],
    ['sts.amazonaws.com\u00a0', 1],
    [' ', 1],
    [',', 1],
    ['https://vault.example/?a=b;c', 0],
    ['sts.amazonaws.com', 0],
  ])('an audience %j that cannot be one is used, and said: %i', (audience, count) => {
    const { choices, notices } = read({ [`${P}/audience`]: audience });
    expect(choices.audience).toBe(audience);
    expect(notices.map(({ code }) => code)).toEqual(count === 1 ? ['audience-several'] : []);
  });

  test('are one object for accounts that say the same, so that many accounts stay small', () => {
    const reader = createAccountReader(DEFAULT_SETTINGS);
    reader.read({ [`${P}/audience`]: 'a third' });
    const first = reader.read({ [`${P}/role-arn`]: ROLE, [`${P}/token-expiration`]: '700' });
    const second = reader.read({ [`${P}/token-expiration`]: '+0700' });
    expect(second.choices).toBe(first.choices);
  });

  test('stay right past the bound of sharing', () => {
    const reader = createAccountReader(DEFAULT_SETTINGS);
    for (let index = 0; index < 1_500; index += 1) {
      const audience = `audience-${index}`;
      expect(reader.read({ [`${P}/audience`]: audience }).choices).toEqual({ ...DEFAULT_CHOICES, audience });
    }
  });

  test('of different accounts are never mixed up, whatever an audience contains', () => {
    const reader = createAccountReader(DEFAULT_SETTINGS);
    const first = reader.read({ [`${P}/audience`]: '600|true|x', [`${P}/token-expiration`]: '600' });
    const second = reader.read({
      [`${P}/audience`]: 'x',
      [`${P}/token-expiration`]: '600',
      [`${P}/sts-regional-endpoints`]: 'true',
    });
    expect(first.choices).toEqual({ audience: '600|true|x', expiration: 600, regionalSts: false });
    expect(second.choices).toEqual({ audience: 'x', expiration: 600, regionalSts: true });
  });
});

describe('an account that is annotated under a prefix which is almost ours', () => {
  const annotations = { 'eks.amazon.com/role-arn': ROLE, 'eks.amazon.com/audience': 'x', note: '1' };

  test('is as one without annotations, but for what is said of it', () => {
    const reader = createAccountReader(DEFAULT_SETTINGS);
    const account = reader.read(annotations);
    expect({ ...account, notices: [] }).toEqual(reader.plain);
    expect(account.notices.map(({ code }) => code)).toEqual([
      'annotation-prefix-unknown',
      'annotation-prefix-unknown',
    ]);
    expect(reader.isAnnotated(account)).toBe(false);
    expect(reader.isAnnotated(reader.plain)).toBe(false);
    expect(reader.isAnnotated(reader.read({ [`${P}/role-arn`]: '' }))).toBe(true);
  });

  test('is one value with all that say the same, so that a hundred thousand of them cost nothing', () => {
    const reader = createAccountReader(DEFAULT_SETTINGS);
    const first = reader.read(annotations);
    expect(reader.read({ ...annotations, 'eks.amazon.com/role-arn': `${ROLE}-2` })).toBe(first);
    for (let index = 0; index < 1_500; index += 1) {
      const { notices } = reader.read({ [`${index}.eks.amazonaws.com/role-arn`.slice(-20)]: ROLE });
      expect(notices.length).toBeLessThanOrEqual(1);
    }
    expect(reader.read({ ...annotations })).toBe(first);
  });

  test('counts as known, and not as annotated', () => {
    const store = createAccountStore(createAccountReader(DEFAULT_SETTINGS));
    store.set({ metadata: { name: 'a', namespace: 'shop', resourceVersion: '1', annotations } });
    expect(store.count()).toEqual({ known: 1, annotated: 0 });
  });
});
