import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admitPod, leaveForFault, readTarget } from '../../src/webhook/admit.ts';
import type { AccountFinding } from '../../src/webhook/identity.ts';
import {
  createNotice,
  NOTICE_CODES,
  type Notice,
  type NoticeCode,
  quote,
  quoted,
} from '../../src/webhook/notices.ts';
import { createAccountReader } from '../../src/webhook/sources/account.ts';
import { type ConfigMapEntries, readConfigMap } from '../../src/webhook/sources/config-map.ts';
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

describe('a notice', () => {
  const LONG = 'payment-reconciliation-worker-for-the-north-of-europe';

  test('has its values whole where there is room', () => {
    const { text } = createNotice('left-out', ['volume ', quoted(LONG), ' is taken'], 'rename it');
    expect(text).toBe(`volume "${LONG}" is taken: rename it`);
  });

  test('shares the room: a short value is whole, and long ones get the rest', () => {
    const fact = [quoted('x'.repeat(99)), ' ', quoted('api'), ' ', quoted('y'.repeat(200))];
    const { text } = createNotice('left-out', fact, 'rename it');
    expect(text).toBe(`"${'x'.repeat(46)}..." "api" "${'y'.repeat(46)}...": rename it`);
    expect(text).toHaveLength(120);
  });

  test('gives way with its words, too, where they are too long', () => {
    const { text } = createNotice('left-out', 'x'.repeat(200), 'rename it');
    expect(text).toBe(`${'x'.repeat(106)}...: rename it`);
  });

  test.each([undefined, null, 7, {}, ['a']])('takes %j for a name that is not there', (value) => {
    expect(createNotice('left-out', ['volume ', quoted(value)], 'rename it').text).toBe(
      'volume "": rename it',
    );
  });
});

/** What each warning ends with, whatever the names in it. */
const REMEDIES: Readonly<Record<NoticeCode, readonly string[]>> = {
  'annotation-misplaced': ['set it on the Pod', 'set it on the ServiceAccount'],
  'annotation-unknown': [
    ...['role-arn', 'audience', 'sts-regional-endpoints', 'token-expiration', 'skip-containers'].map(
      (name) => `did you mean ${name}?`,
    ),
  ],
  'annotation-prefix-unknown': ['did you mean eks.amazonaws.com/token-expiration?'],
  'audience-empty': ['give it a value, or remove it'],
  'audience-several': ['give one'],
  'env-from-aws-prefix': ['name yours in env'],
  'expiration-clamped': ['give 600 to 86400'],
  'expiration-unparsable': ['give seconds, such as 3600'],
  'left-out': [
    'write arn:<partition>:iam::<account>:role/<name>',
    'create the pod again',
    'create it, then the pod again',
    'correct the entry',
    'rename it',
    'see the log of the webhook',
  ],
  'mount-path-taken': ['mount it elsewhere'],
  'own-web-identity': ['remove it, with its role'],
  'pair-incomplete': ['set its counterpart too, or neither'],
  'regional-sts-unparsable': ['give true or false'],
  'skip-container-unmatched': ['correct the name'],
  'skip-containers-quoting': ['give names and commas alone'],
  'static-keys': ['remove its static keys'],
  'volume-audience-differs': ['correct one of them'],
};

/** A text of any length, from a letter to more than an annotation may hold, of any characters. */
const anyLength = fc.oneof(
  fc.string({ unit: oddCharacter }),
  fc
    .tuple(fc.string({ unit: oddCharacter, minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 9_000 }))
    .map(([unit, times]) => unit.repeat(times)),
);

interface Names {
  readonly first: string;
  readonly second: string;
  readonly third: string;
}

const names: fc.Arbitrary<Names> = fc.record({ first: anyLength, second: anyLength, third: anyLength });

const P = 'eks.amazonaws.com';

/** All that is told of pods and an account in which everything is wrong that can be, under these names. */
function noticesOf(
  { first, second, third }: Names,
  mode: 'web-identity' | 'container-credentials',
): Notice[] {
  const { webIdentity, containerCredentials } = DEFAULT_SETTINGS;
  const settings = {
    ...DEFAULT_SETTINGS,
    containerCredentials: { ...containerCredentials, volumeName: second },
  };
  const { mountPath } = mode === 'web-identity' ? webIdentity : containerCredentials;
  const variables = ['AWS_ROLE_ARN', 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'];
  const env = variables.map((name) => ({ name }));
  const containers = [
    { name: first, env, volumeMounts: [{ name: third, mountPath }] },
    {
      name: first,
      env: [{ name: 'AWS_ACCESS_KEY_ID', value: 'AKIAEXAMPLE' }],
      envFrom: [{ prefix: `AWS_${third}` }],
    },
    {
      name: third,
      env: ['AWS_ROLE_ARN', 'AWS_WEB_IDENTITY_TOKEN_FILE'].map((name) => ({ name, value: 'x' })),
    },
  ];
  const annotations = {
    [`${P}/token-expiration`]: third,
    [`${P}/skip-containers`]: second,
    [`${P}/role-arn${first.slice(0, 2)}`]: '',
  };
  const badVolume = { name: mode === 'web-identity' ? 'aws-iam-token' : second };
  const sources = [{ serviceAccountToken: { path: 'token', audience: first } }];
  const listed = mode === 'web-identity' ? [] : ['shop/web'];
  const account = createAccountReader(settings).read({
    [`${P}/role-arn`]: 'arn:aws:iam::111122223333:role/web',
    [`${P}/token-expiration`]: `9${third}`,
    [`${P}/sts-regional-endpoints`]: second,
    [`${P}/audience`]: `${first}, ${third}`,
  });
  const malformed = createAccountReader(settings).read({
    [`${P}/role-arn`]: first,
    [`${P}/audience`]: '',
    'eks.amazon.com/token-expiration': third,
  });
  const admit = (found: AccountFinding, spec: object, configMap?: ConfigMapEntries | 'pending') => {
    const target = readTarget({ ...REQUEST, object: { metadata: { annotations }, spec } });
    if (target.kind === 'none') throw new Error(target.reason);
    const context = {
      settings,
      sources: { containerCredentials: new Set(listed), configMap },
      random: () => 0,
    };
    return admitPod(target, found, context).notices;
  };
  const reading = readConfigMap(JSON.stringify({ 'shop/web': { RoleARN: `/${first}` } }), 3_600);
  const spec = { serviceAccountName: 'web', containers };
  return [
    ...admit({ kind: 'known', account }, spec),
    ...admit({ kind: 'known', account }, { ...spec, volumes: [badVolume] }),
    ...admit({ kind: 'known', account }, { ...spec, volumes: [{ ...badVolume, projected: { sources } }] }),
    ...admit({ kind: 'known', account: malformed }, spec),
    ...admit({ kind: 'unknown' }, spec),
    ...admit({ kind: 'unread', why: 'the API server did not answer' }, spec),
    ...admit({ kind: 'unknown' }, spec, 'pending'),
    ...admit({ kind: 'unknown' }, spec, reading.kind === 'entries' ? reading.entries : undefined),
    ...leaveForFault('internal-error', 'internal error (AggregateError)').notices,
  ];
}

const REQUEST = { namespace: 'shop', operation: 'CREATE', subResource: '', kind: 'Pod', dryRun: false };

/** Each of these is rare among random names. */
const RARE: readonly Names[] = [
  { first: '', second: '', third: '' },
  { first: 's', second: '"web', third: '5' },
  { first: 'x'.repeat(99), second: 'true,y'.repeat(99), third: 'z'.repeat(99) },
];
const MODES = ['web-identity', 'container-credentials'] as const;

describe('a warning of at most 120 characters, for names of any length', () => {
  test.each(MODES)('ends with its whole remedy: %s', (mode) => {
    fc.assert(
      fc.property(names, (any) => {
        for (const { code, text } of noticesOf(any, mode)) {
          expect(text).toMatch(/^[ -~]{1,120}$/);
          expect(REMEDIES[code].filter((remedy) => text.endsWith(`: ${remedy}`))).toHaveLength(1);
        }
      }),
      { examples: RARE.map((each) => [each]) },
    );
  });

  test('and every warning that there is was looked at', () => {
    const notices = MODES.flatMap((mode) => RARE.flatMap((each) => noticesOf(each, mode)));
    const seen = new Set(notices.map(({ code }) => code));
    expect(NOTICE_CODES.filter((code) => !seen.has(code))).toEqual([]);
  });
});
