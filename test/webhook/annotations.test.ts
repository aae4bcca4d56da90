import { describe, expect, test } from 'vitest';
import { type AnnotationPlace, checkAnnotationNames } from '../../src/webhook/annotations.ts';

const PREFIX = 'eks.amazonaws.com';

function check(place: AnnotationPlace, ...suffixes: string[]): string[] {
  const keys = suffixes.map((suffix) => `${PREFIX}/${suffix}`);
  return checkAnnotationNames(keys, PREFIX, place).map(({ code, text }) => `${code}: ${text}`);
}

test('every known annotation is silent where it belongs', () => {
  const ofAccount = ['role-arn', 'audience', 'sts-regional-endpoints', 'token-expiration'];
  expect(check('service-account', ...ofAccount)).toEqual([]);
  expect(check('pod', 'token-expiration', 'skip-containers')).toEqual([]);
});

describe('a known annotation on the wrong object', () => {
  test.each(['role-arn', 'audience', 'sts-regional-endpoints'])('%s on a Pod', (suffix) => {
    expect(check('pod', suffix)).toEqual([
      `annotation-misplaced: annotation ${suffix} has no effect on a Pod: set it on the ServiceAccount`,
    ]);
  });

  test('skip-containers on a ServiceAccount', () => {
    expect(check('service-account', 'skip-containers')).toEqual([
      'annotation-misplaced: annotation skip-containers has no effect on a ServiceAccount: set it on the Pod',
    ]);
  });
});

describe('a name within two typing errors of a known one', () => {
  test.each<[place: AnnotationPlace, suffix: string, meant: string]>([
    ['service-account', 'role-arns', 'role-arn'],
    ['service-account', 'rolearn', 'role-arn'],
    ['service-account', 'role-nar', 'role-arn'],
    ['service-account', 'Role-Arn', 'role-arn'],
    ['service-account', 'audiance', 'audience'],
    ['service-account', 'sts-regional-endpoint', 'sts-regional-endpoints'],
    ['service-account', 'skip-container', 'skip-containers'],
    ['pod', 'skipcontainers', 'skip-containers'],
    ['pod', 'token-expirations', 'token-expiration'],
    ['pod', 'role-arn ', 'role-arn'],
  ])('on a %s: %j probably means %s', (place, suffix, meant) => {
    expect(check(place, suffix)).toEqual([
      expect.stringMatching(`^annotation-unknown: .*did you mean ${meant}\\?$`),
    ]);
  });

  test('is quoted without what a terminal would act on', () => {
    expect(check('pod', 'role-arn\u001b')).toEqual([
      'annotation-unknown: unknown annotation "role-arn?" on the Pod: did you mean role-arn?',
    ]);
  });
});

test.each([
  'pod-identity',
  'compute-type',
  'constructor',
  '',
  'role',
  'role-arn/x/y',
  'skip',
  'r'.repeat(10_000),
])('other names of the prefix belong to others: %.20s', (suffix) => {
  expect(check('service-account', suffix)).toEqual([]);
  expect(check('pod', suffix)).toEqual([]);
});

test('keys outside the prefix are not looked at', () => {
  const keys = [
    'role-arns',
    'eks.amazonaws.com',
    'eks.amazonaws.computer/role-arns',
    'x.eks.amazonaws.com/role-arns',
  ];
  expect(checkAnnotationNames(keys, PREFIX, 'service-account')).toEqual([]);
});
