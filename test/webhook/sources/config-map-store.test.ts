import { describe, expect, test } from 'vitest';
import type { ConfigMap } from '../../../src/kube/objects.ts';
import {
  CONFIG_MAP_NAME,
  type ConfigMapRefusal,
  type ConfigMapStore,
  createConfigMapStore,
} from '../../../src/webhook/sources/config-map-store.ts';
import { OTHER_ROLE, ROLE } from '../../support/webhook/accounts.ts';

function createStore(): { store: ConfigMapStore; problems: string[] } {
  const problems: string[] = [];
  const report = ({ of, problem }: ConfigMapRefusal): void => void problems.push(`${of}: ${problem}`);
  return { store: createConfigMapStore({ defaultExpiration: 3600, report }), problems };
}

function toConfigMap(config: string | undefined, name = CONFIG_MAP_NAME): ConfigMap {
  return {
    metadata: { name, namespace: 'eks', resourceVersion: '1' },
    data: config === undefined ? {} : { config },
  };
}

function toDocument(entries: Readonly<Record<string, unknown>>): ConfigMap {
  return toConfigMap(JSON.stringify(entries));
}

/** A whole list with this ConfigMap, or without one. */
function list(store: ConfigMapStore, object?: ConfigMap): void {
  store.listing();
  if (object !== undefined) store.set(object);
  store.listed();
}

/** `key → role` of the entries that have one; other entries by their kind. */
function readRoles(store: ConfigMapStore): Record<string, string> | 'pending' | 'malformed' {
  const entries = store.entries();
  if (typeof entries === 'string') return entries;
  return Object.fromEntries(
    [...entries].map(([key, entry]) => [key, entry.kind === 'role' ? entry.role : entry.kind]),
  );
}

describe('before and after the first list', () => {
  test('nothing is known until the list is complete', () => {
    const { store } = createStore();
    expect(store.entries()).toBe('pending');
    store.listing();
    expect(store.entries()).toBe('pending');
    store.listed();
    expect(readRoles(store)).toEqual({});
  });

  test('the entries of the list serve', () => {
    const { store, problems } = createStore();
    list(store, toDocument({ 'shop/web': { RoleARN: ROLE }, '*/logs': { RoleARN: OTHER_ROLE } }));
    expect(readRoles(store)).toEqual({ 'shop/web': ROLE, '*/logs': OTHER_ROLE });
    expect(problems).toEqual([]);
  });

  test('a ConfigMap of another name is none of ours', () => {
    const { store, problems } = createStore();
    list(store, toConfigMap('{', 'kube-root-ca.crt'));
    store.remove({ name: 'kube-root-ca.crt', namespace: 'eks', resourceVersion: '2' });
    expect(readRoles(store)).toEqual({});
    expect(problems).toEqual([]);
  });

  test.each([
    ['a comma too many', '{"shop/web": {"RoleARN": "x"},}', 'not JSON'],
    ['half a document', '{"shop/web": ', 'not JSON'],
    ['an empty text', '', 'not JSON'],
    ['no key config', undefined, 'missing'],
    ['a list', '[]', 'not a JSON object'],
  ])(
    'a document that was bad from the start (%s) is unknown, not empty, and says what is true',
    (_, config, problem) => {
      const { store, problems } = createStore();
      list(store, toConfigMap(config));
      expect(store.entries()).toBe('malformed');
      expect(problems).toEqual([
        expect.stringMatching(`^document: .*${problem}.*no entries were read before`),
      ]);
      expect(problems[0]).not.toContain('stay');
      expect(store.problem()).toBe(problems[0]?.replace('document: ', ''));
    },
  );

  test('a document that was bad from the start is unknown until it is good, or gone', () => {
    const { store } = createStore();
    list(store, toConfigMap('{'));
    list(store, toConfigMap('['));
    expect(store.entries()).toBe('malformed');
    store.set(toDocument({ 'shop/web': { RoleARN: ROLE } }));
    expect([readRoles(store), store.problem()]).toEqual([{ 'shop/web': ROLE }, undefined]);
    list(store);
    expect([readRoles(store), store.problem()]).toEqual([{}, undefined]);
    list(store, toConfigMap('{'));
    expect(store.entries()).toBe('malformed');
  });
});

describe('later on', () => {
  test('a change replaces all entries', () => {
    const { store } = createStore();
    list(store, toDocument({ 'shop/web': { RoleARN: ROLE }, 'shop/api': { RoleARN: ROLE } }));
    store.set(toDocument({ 'shop/web': { RoleARN: OTHER_ROLE } }));
    expect(readRoles(store)).toEqual({ 'shop/web': OTHER_ROLE });
  });

  test('deletion empties the source', () => {
    const { store, problems } = createStore();
    list(store, toDocument({ 'shop/web': { RoleARN: ROLE } }));
    store.remove({ name: CONFIG_MAP_NAME, namespace: 'eks', resourceVersion: '2' });
    expect(readRoles(store)).toEqual({});
    expect(problems).toEqual([]);
  });

  test('so does a deletion that only a new list tells of', () => {
    const { store } = createStore();
    list(store, toDocument({ 'shop/web': { RoleARN: ROLE } }));
    store.listing();
    expect(readRoles(store)).toEqual({ 'shop/web': ROLE });
    store.listed();
    expect(readRoles(store)).toEqual({});
  });

  test.each([
    ['no key config', undefined, 'missing'],
    ['an empty text', '', 'not JSON'],
    ['half a document', '{"shop/web"', 'not JSON'],
    ['YAML', 'shop/web:\n  RoleARN: x', 'not JSON'],
    ['null', 'null', 'not a JSON object'],
    ['a list', '[]', 'not a JSON object'],
    ['a text', '"shop/web"', 'not a JSON object'],
    ['a megabyte of brackets', '['.repeat(1_000_000), 'JSON'],
  ])('%s keeps the last good document, by event and by list', (_, config, problem) => {
    const { store, problems } = createStore();
    list(store, toDocument({ 'shop/web': { RoleARN: ROLE } }));
    store.set(toConfigMap(config));
    expect(readRoles(store)).toEqual({ 'shop/web': ROLE });
    list(store, toConfigMap(config));
    expect(readRoles(store)).toEqual({ 'shop/web': ROLE });
    expect(store.problem()).toMatch(/entries read before stay/);
    expect(problems).toHaveLength(2);
    for (const each of problems) expect(each).toMatch(new RegExp(`${problem}.*stay`));
  });

  test('a good document after a bad one is taken', () => {
    const { store } = createStore();
    list(store, toConfigMap('{'));
    store.set(toDocument({ 'shop/web': { RoleARN: ROLE } }));
    expect(readRoles(store)).toEqual({ 'shop/web': ROLE });
  });

  test('a bad document survives the deletion of the ConfigMap no more than a good one', () => {
    const { store } = createStore();
    list(store, toDocument({ 'shop/web': { RoleARN: ROLE } }));
    store.set(toConfigMap('{'));
    store.remove({ name: CONFIG_MAP_NAME, namespace: 'eks', resourceVersion: '3' });
    expect(readRoles(store)).toEqual({});
  });
});

describe('a bad entry is refused alone', () => {
  test.each<[what: string, key: string, value: unknown, problem: RegExp]>([
    ['null', 'shop/bad', null, /not an object/],
    ['a text', 'shop/bad', ROLE, /not an object/],
    ['a list', 'shop/bad', [], /not an object/],
    ['a role that is no text', 'shop/bad', { RoleARN: 7 }, /RoleARN is not a string/],
    ['a role that is no ARN', 'shop/bad', { RoleARN: 'reader' }, /RoleARN "reader" is malformed/],
    ['an audience that is no text', 'shop/bad', { RoleARN: ROLE, Audience: 1 }, /Audience/],
    ['a switch that is a text', 'shop/bad', { RoleARN: ROLE, UseRegionalSTS: 'true' }, /UseRegionalSTS/],
    ['an expiration that is a text', 'shop/bad', { RoleARN: ROLE, TokenExpiration: '1h' }, /TokenExpiration/],
    ['an expiration with a fraction', 'shop/bad', { RoleARN: ROLE, TokenExpiration: 0.5 }, /TokenExpiration/],
    ['a deep one', 'shop/bad', { RoleARN: { a: { b: {} } } }, /RoleARN is not a string/],
  ])('%s', (_, key, value, problem) => {
    const { store, problems } = createStore();
    list(
      store,
      toDocument({ 'shop/web': { RoleARN: ROLE }, [key]: value, 'shop/api': { RoleARN: OTHER_ROLE } }),
    );
    expect(readRoles(store)).toEqual({ 'shop/web': ROLE, [key]: 'malformed', 'shop/api': OTHER_ROLE });
    expect(problems).toEqual([expect.stringMatching(problem)]);
    expect(problems[0]).toContain(`"${key}"`);
  });

  test.each(['', '/', 'web', '/web', 'shop/', '//'])('a key %j that names nothing is left out', (key) => {
    const { store, problems } = createStore();
    list(store, toDocument({ [key]: { RoleARN: ROLE }, 'shop/api': { RoleARN: OTHER_ROLE } }));
    expect(readRoles(store)).toEqual({ 'shop/api': OTHER_ROLE });
    expect(problems).toEqual([expect.stringContaining('not <namespace>/<name>')]);
  });

  test('keys that are parts of JavaScript objects are keys', () => {
    const { store, problems } = createStore();
    const role = JSON.stringify({ RoleARN: ROLE });
    list(
      store,
      toConfigMap(`{"__proto__": ${role}, "constructor": ${role}, "__proto__/constructor": ${role}}`),
    );
    expect(readRoles(store)).toEqual(Object.fromEntries([['__proto__/constructor', ROLE]]));
    expect(problems).toHaveLength(2);
    expect(Object.prototype).not.toHaveProperty('RoleARN');
  });

  test('what is quoted of it stays on one line and short', () => {
    const { store, problems } = createStore();
    list(store, toDocument({ [`shop/\n\u202e${'x'.repeat(10_000)}`]: null }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^[ -~]{1,210}$/);
  });
});

test("fields are read as Go reads them: any case, the flag's expiration for none, bounds for others", () => {
  const { store } = createStore();
  list(
    store,
    toDocument({
      'a/none': { rolearn: ROLE },
      'a/zero': { ROLEARN: ROLE, tokenexpiration: 0, audience: 'x', USEREGIONALSTS: true },
      'a/low': { RoleARN: ROLE, TokenExpiration: 5 },
      'a/high': { RoleARN: ROLE, TokenExpiration: 1e12 },
      'a/choices': { TokenExpiration: 7200 },
      'a/more/parts': { RoleARN: ROLE },
    }),
  );
  const entries = store.entries();
  const get = (key: string) => (entries instanceof Map ? entries.get(key) : undefined);
  expect(get('a/none')).toMatchObject({ choices: { audience: '', expiration: 3600, regionalSts: false } });
  expect(get('a/zero')).toMatchObject({ choices: { audience: 'x', expiration: 3600, regionalSts: true } });
  expect(get('a/low')).toMatchObject({ choices: { expiration: 600 } });
  expect(get('a/high')).toMatchObject({ choices: { expiration: 86_400 } });
  expect(get('a/choices')).toMatchObject({ kind: 'choices', choices: { expiration: 7200 } });
  expect(get('a/more')).toMatchObject({ kind: 'role', role: ROLE });
});
