import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  isServiceAccountSubject,
  parseServiceAccount,
  parseSubject,
  toSubject,
} from '../../../src/base/names/account.ts';

describe('namespace/name', () => {
  test.each([
    ['demo/s3-echoer', { namespace: 'demo', name: 's3-echoer' }],
    ['demo/a.b', { namespace: 'demo', name: 'a.b' }],
    [`${'n'.repeat(63)}/${'a'.repeat(253)}`, { namespace: 'n'.repeat(63), name: 'a'.repeat(253) }],
  ])('%s', (text, account) => {
    expect(parseServiceAccount(text)).toEqual(account);
  });

  test.each([
    '',
    '/',
    'demo',
    'demo/',
    '/a',
    'demo/a/b',
    'demo//a',
    'de.mo/a',
    'demo/a..b',
    'demo/a.-b',
    'demo/.a',
    'Demo/a',
    'demo/A',
    'demo/a_b',
    ' demo/a',
    'demo/a\n',
    'demo/*',
    `${'n'.repeat(64)}/a`,
    `demo/${'a'.repeat(254)}`,
  ])('%j is none', (text) => {
    expect(parseServiceAccount(text)).toBeUndefined();
  });

  test('what is taken is given back, and its subject is one that a token can have', () => {
    const names = fc.stringMatching(/^[a-z0-9.-]{0,8}$/);
    const texts = fc.oneof(
      fc.tuple(names, names).map(([namespace, name]) => `${namespace}/${name}`),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const account = parseServiceAccount(text);
        if (account === undefined) return;
        expect(`${account.namespace}/${account.name}`).toBe(text);
        expect(parseSubject(toSubject(account))).toEqual(account);
        expect(isServiceAccountSubject(toSubject(account))).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  ['system:serviceaccount:demo:s3-echoer', true],
  ['system:serviceaccount:demo:a..b', false],
  ['system:serviceaccount:demo:*', false],
  ['system:serviceaccount:demo', false],
  ['system:serviceaccount:demo:a:b', false],
  ['system:serviceaccounts:demo:a', false],
  ['demo:a', false],
])('%s is the subject of a ServiceAccount: %j', (subject, is) => {
  expect(isServiceAccountSubject(subject)).toBe(is);
});

describe('the subject of a ServiceAccount', () => {
  test('has its two names', () => {
    const name = { namespace: 'demo', name: 's3.echoer' };
    expect(parseSubject(toSubject(name))).toEqual(name);
    expect(parseSubject('system:serviceaccount:demo')).toBeUndefined();
    expect(parseSubject('system:serviceaccount:demo:a:b')).toBeUndefined();
    expect(parseSubject('repo:demo:a')).toBeUndefined();
  });
});
