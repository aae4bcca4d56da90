import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admitPod, readTarget } from '../../src/webhook/admit.ts';
import { createNotice, quote } from '../../src/webhook/notices.ts';
import { createAccountReader } from '../../src/webhook/sources/account.ts';
import { DEFAULT_SETTINGS } from '../support/webhook/default-settings.ts';
import { oddCharacter } from '../support/webhook/odd-text.ts';

describe('quoting a value from outside', () => {
  test.each([
    ['web', '"web"'],
    ['', '""'],
    ['a"b\\c', '"a?b?c"'],
    ['a\nb\u001b[31m', '"a?b?[31m"'],
    ['\u202e\u0000ü', '"???"'],
    ['x'.repeat(40), `"${'x'.repeat(40)}"`],
    ['x'.repeat(41), `"${'x'.repeat(37)}..."`],
  ])('%j is %s', (value, quoted) => {
    expect(quote(value)).toBe(quoted);
  });

  test('never lets through a character that a terminal would act on, or a quotation mark', () => {
    fc.assert(
      fc.property(fc.string({ unit: oddCharacter }), fc.integer({ min: 4, max: 80 }), (value, max) => {
        expect(quote(value, max)).toMatch(/^"[ !#-[\]-~]*"$/);
        expect(quote(value, max).length).toBeLessThanOrEqual(max + 2);
      }),
    );
  });
});

test('a text that is too long is cut below 120 characters', () => {
  expect(createNotice('left-out', 'x'.repeat(119)).text).toBe('x'.repeat(119));
  expect(createNotice('left-out', 'x'.repeat(120)).text).toBe(`${'x'.repeat(116)}...`);
});

const CONTAINER_NAME = 'payment-reconciliation-worker';

/** The warnings for one container, in a pod whose account has a role and may be on the container credentials list. */
function warn(container: object, listed: readonly string[], settings = DEFAULT_SETTINGS): string[] {
  const containers = [{ name: CONTAINER_NAME, ...container }];
  const object = { metadata: {}, spec: { serviceAccountName: 'web', containers } };
  const request = {
    namespace: 'shop',
    operation: 'CREATE',
    subResource: '',
    kind: 'Pod',
    dryRun: false,
    object,
  };
  const target = readTarget(request);
  if (target.kind === 'none') throw new Error(target.reason);
  const role = { 'eks.amazonaws.com/role-arn': 'arn:aws:iam::111122223333:role/web' };
  const account = createAccountReader(settings).read(role);
  const sources = { containerCredentials: new Set(listed), configMap: undefined };
  const context = { settings, sources, random: () => 0 };
  return admitPod(target, { kind: 'known', account }, context).notices.map(({ text }) => text);
}

describe('a warning says what was done, to its end', () => {
  const { webIdentity, containerCredentials } = DEFAULT_SETTINGS;

  test.each<[mode: string, listed: string[], variable: string, mountPath: string]>([
    ['web identity', [], 'AWS_ROLE_ARN', webIdentity.mountPath],
    [
      'container credentials',
      ['shop/web'],
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      containerCredentials.mountPath,
    ],
  ])('with the default settings, for %s', (_mode, listed, variable, mountPath) => {
    const texts = [
      ...warn({ env: [{ name: variable }] }, listed),
      ...warn({ volumeMounts: [{ name: 'own', mountPath }] }, listed),
      ...warn({ envFrom: [{ prefix: 'AWS_' }] }, listed),
    ];
    expect(texts).toHaveLength(3);
    expect(texts.filter((text) => text.endsWith('...'))).toEqual([]);
  });
});

test('a mount path from a flag is printable in a warning, too', () => {
  const mountPath = '/gro\u00dfe\u0122';
  const settings = { ...DEFAULT_SETTINGS, webIdentity: { ...DEFAULT_SETTINGS.webIdentity, mountPath } };
  const [text] = warn({ volumeMounts: [{ name: 'own', mountPath }] }, [], settings);
  expect(text).toMatch(/^[ -~]+$/);
});
