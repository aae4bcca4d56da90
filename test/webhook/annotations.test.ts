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

describe('a known name under a prefix that is almost ours', () => {
  test.each([
    'eks.amazon.com',
    'eks.amazonaws.con',
    'eks.amazonaws.com.cn',
    'eks.amazonaws.co',
    'eks.amazonawscom',
    'esk.amazonaws.com',
    'ecs.amazonaws.com',
    'sts.amazonaws.com',
    'EKS.AmazonAWS.com',
    'eks.amzonaws.com',
    'x.eks.amazonaws.com',
  ])('%s', (domain) => {
    for (const place of ['service-account', 'pod'] as const) {
      expect(checkKeys(place, `${domain}/token-expiration`)).toEqual([
        `annotation-prefix-unknown: annotation "${domain}/token-expiration" has no effect: did you mean ${PREFIX}/token-expiration?`,
      ]);
    }
  });

  test('on the wrong object is sent to the right one', () => {
    expect(checkKeys('pod', 'eks.amazon.com/role-arn')).toEqual([
      expect.stringMatching(/: did you mean eks\.amazonaws\.com\/role-arn on the ServiceAccount\?$/),
    ]);
  });

  test.each([
    'amazonaws.com',
    'iam.amazonaws.com',
    'pods.eks.amazonaws.com',
    'eks.example.com',
    'azure.workload.identity',
    '',
    'x'.repeat(10_000),
  ])('%.20j is another one', (domain) => {
    expect(checkKeys('service-account', `${domain}/role-arn`)).toEqual([]);
  });

  test('is for another webhook where the right annotation stands beside it', () => {
    expect(checkKeys('service-account', 'eks.amazon.com/role-arn', 'eks.amazonaws.com/role-arn')).toEqual([]);
    expect(
      checkKeys('service-account', 'eks.amazon.com/role-arn', 'eks.amazonaws.com/audience'),
    ).toHaveLength(1);
  });

  test('must be known to the letter', () => {
    expect(checkKeys('service-account', 'eks.amazon.com/role-arns', 'eks.amazon.com/role')).toEqual([]);
  });

  test('a short prefix has less room for errors, and a label is never another word altogether', () => {
    const near = (prefix: string, domain: string): boolean =>
      checkAnnotationNames([`${domain}/audience`], prefix, 'service-account').length > 0;
    expect(near('a.io', 'b.io')).toBe(false);
    expect(near('acme.io', 'acne.io')).toBe(true);
    expect(near('acme.io', 'acmes.it')).toBe(false);
    expect(near('iam.shop.example', 'app.shop.example')).toBe(false);
    expect(near('iam.shop.example', 'iam.shops.example')).toBe(true);
  });

  test('the remedy is whole, however long the prefix is', () => {
    for (const length of [5, 40, 41, 253]) {
      const prefix = `${'a'.repeat(length - 4)}.com`;
      for (const suffix of ['audience', 'sts-regional-endpoints', 'skip-containers']) {
        const [notice] = checkAnnotationNames([`${prefix}m/${suffix}`], prefix, 'service-account');
        expect(notice?.text.length).toBeLessThanOrEqual(120);
        expect(notice?.text).toMatch(length > 40 ? /: give it the prefix of --annotation-prefix$/ : /\?$/);
      }
    }
  });
});

/** Whole keys, under any prefix. */
function checkKeys(place: AnnotationPlace, ...keys: string[]): string[] {
  return checkAnnotationNames(keys, PREFIX, place).map(({ code, text }) => `${code}: ${text}`);
}

test('keys without a known name outside the prefix are not looked at', () => {
  const keys = [
    'role-arns',
    'eks.amazonaws.com',
    'eks.amazonaws.computer/role-arns',
    'x.eks.amazonaws.com/role-arns',
  ];
  expect(checkAnnotationNames(keys, PREFIX, 'service-account')).toEqual([]);
});
