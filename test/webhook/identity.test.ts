import { describe, expect, test } from 'vitest';
import { parseRoleArn, type RoleArn } from '../../src/aws/role-arn.ts';
import { type AccountFinding, decideIdentity, type IdentitySources } from '../../src/webhook/identity.ts';
import { type Account, createAccountReader } from '../../src/webhook/sources/account.ts';
import { readConfigMap } from '../../src/webhook/sources/config-map.ts';
import { DEFAULT_SETTINGS } from '../support/webhook/default-settings.ts';

const P = 'eks.amazonaws.com';
const reader = createAccountReader(DEFAULT_SETTINGS);

const role = (name: string): RoleArn => {
  const arn = parseRoleArn(`arn:aws:iam::111122223333:role/${name}`);
  if (arn === undefined) throw new Error(`not a role name: ${name}`);
  return arn;
};
const known = (annotations: Record<string, string>): AccountFinding => ({
  kind: 'known',
  account: reader.read(annotations),
});

const WITH_ROLE = known({ [`${P}/role-arn`]: role('annotated'), [`${P}/token-expiration`]: '1000' });
const MALFORMED = known({ [`${P}/role-arn`]: 'annotated' });
const PLAIN = known({});
const UNKNOWN: AccountFinding = { kind: 'unknown' };
const UNREAD: AccountFinding = { kind: 'unread', why: 'timed out' };

function sources(
  configMap?: Record<string, unknown> | 'pending' | 'malformed',
  listed: string[] = [],
): IdentitySources {
  const containerCredentials = new Set(listed);
  if (configMap === undefined || typeof configMap === 'string') return { containerCredentials, configMap };
  const reading = readConfigMap(JSON.stringify(configMap), 3_600);
  if (reading.kind === 'malformed') throw new Error(reading.problem);
  return { containerCredentials, configMap: reading.entries };
}

const EXACT = { 'shop/web': { RoleARN: role('exact'), TokenExpiration: 700 } };
const ANY = { '*/web': { RoleARN: role('any') } };
const BAD_EXACT = { 'shop/web': { RoleARN: 'nonsense' } };
const NO_ROLE = { 'shop/web': { Audience: 'a', TokenExpiration: 800 } };
const BAD_KEY = { web: { RoleARN: role('x') } };
const LISTED = ['shop/web'];

/** The identity in a word, or the reason why there is none. */
function decide(found: AccountFinding, from: IdentitySources, name = 'web'): string {
  const decision = decideIdentity('shop', name, found, from);
  if (decision.kind === 'none') return decision.reason;
  const { identity } = decision;
  return identity.kind === 'web-identity' ? (identity.role.split('/').at(-1) ?? '') : identity.kind;
}

describe('the first source that speaks decides alone', () => {
  test.each<[what: string, found: AccountFinding, from: IdentitySources, outcome: string]>([
    ['listed, with a role', WITH_ROLE, sources({ ...EXACT, ...ANY }, LISTED), 'container-credentials'],
    ['listed, with a malformed role', MALFORMED, sources(BAD_EXACT, LISTED), 'container-credentials'],
    ['listed, unknown', UNKNOWN, sources('pending', LISTED), 'container-credentials'],
    ['listed, unread', UNREAD, sources(undefined, LISTED), 'container-credentials'],
    ['listed for another namespace', WITH_ROLE, sources(undefined, ['stage/web', '*/web']), 'annotated'],
    ['a role before the ConfigMap', WITH_ROLE, sources({ ...EXACT, ...ANY }), 'annotated'],
    ['a role while the ConfigMap is pending', WITH_ROLE, sources('pending'), 'annotated'],
    ['a role before a malformed entry', WITH_ROLE, sources(BAD_EXACT), 'annotated'],
    ['a malformed role is final', MALFORMED, sources({ ...EXACT, ...ANY }), 'role-arn-malformed'],
    ['no role, exact before any', PLAIN, sources({ ...ANY, ...EXACT }), 'exact'],
    ['no role, any namespace', PLAIN, sources(ANY), 'any'],
    ['unknown, exact', UNKNOWN, sources({ ...EXACT, ...ANY }), 'exact'],
    ['unread, any namespace', UNREAD, sources(ANY), 'any'],
    ['a malformed entry is final', PLAIN, sources({ ...BAD_EXACT, ...ANY }), 'config-map-entry-malformed'],
    ['an entry without role is final', PLAIN, sources({ ...NO_ROLE, ...ANY }), 'no-role'],
    ['a bad key is nobody', PLAIN, sources({ ...BAD_KEY, ...ANY }), 'any'],
    ['pending', PLAIN, sources('pending'), 'config-map-not-delivered'],
    ['pending, unknown', UNKNOWN, sources('pending'), 'config-map-not-delivered'],
    ['a malformed ConfigMap', PLAIN, sources('malformed'), 'config-map-malformed'],
    ['a malformed ConfigMap, unknown', UNKNOWN, sources('malformed'), 'config-map-malformed'],
    ['a malformed ConfigMap, unread', UNREAD, sources('malformed'), 'config-map-malformed'],
    ['a role while the ConfigMap is malformed', WITH_ROLE, sources('malformed'), 'annotated'],
    ['a malformed role, and ConfigMap', MALFORMED, sources('malformed'), 'role-arn-malformed'],
    ['listed, malformed ConfigMap', UNKNOWN, sources('malformed', LISTED), 'container-credentials'],
    ['nothing', PLAIN, sources({}), 'no-role'],
    ['nothing, no ConfigMap', PLAIN, sources(), 'no-role'],
    ['unknown', UNKNOWN, sources({}), 'service-account-unknown'],
    ['unread', UNREAD, sources(), 'service-account-unread'],
  ])('%s', (_what, found, from, outcome) => {
    expect(decide(found, from)).toBe(outcome);
  });

  test('an empty name is a miss in every source', () => {
    expect(decide(UNKNOWN, sources({ 'shop/': {}, '*/': {}, '/': {}, ...ANY }), '')).toBe(
      'service-account-name-empty',
    );
  });

  test.each(['pending', 'malformed'] as const)(
    'an empty name is nobody, also while the ConfigMap is %s',
    (state) => {
      expect(decide(UNKNOWN, sources(state), '')).toBe('service-account-name-empty');
    },
  );

  test.each(['constructor', '__proto__', 'toString'])('%s is a name like any other', (name) => {
    expect(decide(UNKNOWN, sources({}), name)).toBe('service-account-unknown');
    const entry = JSON.parse(`{"shop/${name}":{"RoleARN":"${role('named')}"}}`);
    expect(decide(UNKNOWN, sources(entry), name)).toBe('named');
  });
});

describe('lifetime and STS of container credentials', () => {
  const choices = (found: AccountFinding, from: IdentitySources) => {
    const decision = decideIdentity('shop', 'web', found, from);
    return decision.kind === 'identity' ? decision.identity.choices.expiration : undefined;
  };

  test.each<[what: string, found: AccountFinding, from: IdentitySources, expiration: number]>([
    ['the account, role or not', WITH_ROLE, sources(EXACT, LISTED), 1_000],
    ['the flags, for an account that says nothing', PLAIN, sources(EXACT, LISTED), 86_400],
    ['the entry of that name, for an unknown account', UNKNOWN, sources(EXACT, LISTED), 700],
    ['the entry of that name, though it has no role', UNKNOWN, sources(NO_ROLE, LISTED), 800],
    ['a day, where the entry is malformed', UNKNOWN, sources(BAD_EXACT, LISTED), 86_400],
    ['a day, never the entry for any namespace', UNKNOWN, sources(ANY, LISTED), 86_400],
    ['a day, where nobody says', UNREAD, sources(undefined, LISTED), 86_400],
  ])('come from %s', (_what, found, from, expiration) => {
    expect(choices(found, from)).toBe(expiration);
  });
});

describe('what the user is told', () => {
  const warn = (found: AccountFinding, from: IdentitySources) =>
    decideIdentity('shop', 'web', found, from).notices.map(({ text }) => text);
  const noted: Account = reader.read({ [`${P}/role-arm`]: 'x' });

  test('the notices of an account go with every decision that rests on it', () => {
    const found: AccountFinding = { kind: 'known', account: noted };
    expect(warn(found, sources())).toEqual([expect.stringContaining('did you mean role-arn?')]);
    expect(warn(found, sources(undefined, LISTED))).toHaveLength(1);
  });

  test('the notices of an account are heard where the ConfigMap decides, too', () => {
    const known: AccountFinding = { kind: 'known', account: noted };
    expect(warn(known, sources(EXACT))).toEqual(noted.notices.map(({ text }) => text));
    expect(warn(known, { containerCredentials: new Set(), configMap: 'pending' })).toHaveLength(2);
  });

  test('a pod that was left out is told why, first', () => {
    expect(warn(MALFORMED, sources())[0]).toBe(
      'role-arn "annotated" is malformed: write arn:<partition>:iam::<account>:role/<name>',
    );
    expect(warn(UNREAD, sources())).toEqual([
      'the ServiceAccount could not be read (timed out), so no AWS role: create the pod again',
    ]);
    expect(warn(PLAIN, sources({}))).toEqual([]);
  });
});
