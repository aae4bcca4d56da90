import { describe, expect, test } from 'vitest';
import {
  isComplete,
  type PodEnvironment,
  planEnvironment,
  readPresentEnvironment,
} from '../../../src/webhook/plan/environment.ts';
import type { EnvEntry } from '../../../src/webhook/pod.ts';

const PAIR: PodEnvironment['pair'] = [
  { name: 'AWS_ROLE_ARN', value: 'arn:aws:iam::111122223333:role/web' },
  { name: 'AWS_WEB_IDENTITY_TOKEN_FILE', value: '/token' },
];
const EVERYTHING: PodEnvironment = { regionalSts: true, region: 'eu-west-1', pair: PAIR };

/** The names that are injected beside those that are there. */
function plan(names: readonly string[], wanted: PodEnvironment = EVERYTHING, withPair = true): string[] {
  const present = readPresentEnvironment({ env: names.map((name) => ({ name })) }, wanted);
  if (isComplete(present)) return ['complete'];
  return planEnvironment(wanted, present, withPair).map(({ name }) => name);
}

const STS = 'AWS_STS_REGIONAL_ENDPOINTS';
const REGIONS = ['AWS_DEFAULT_REGION', 'AWS_REGION'];
const NAMES = PAIR.map(({ name }) => name);
const [ROLE = '', FILE = ''] = NAMES;

describe('what is injected beside what a container has', () => {
  test.each<[has: string[], injected: string[]]>([
    [[], [STS, ...REGIONS, ...NAMES]],
    [['PATH'], [STS, ...REGIONS, ...NAMES]],
    [
      ['aws_region', 'AWS_REGION_'],
      [STS, ...REGIONS, ...NAMES],
    ],
    [['AWS_CONTAINER_CREDENTIALS_FULL_URI'], [STS, ...REGIONS, ...NAMES]],
    [['AWS_REGION'], [STS, ...NAMES]],
    [['AWS_DEFAULT_REGION'], [STS, ...NAMES]],
    [[STS], [...REGIONS, ...NAMES]],
    [[STS, 'AWS_REGION'], NAMES],
    [[ROLE], [STS, ...REGIONS]],
    [[FILE], [STS, ...REGIONS]],
    [NAMES, [STS, ...REGIONS]],
    [[ROLE, STS], REGIONS],
    [[FILE, 'AWS_REGION'], [STS]],
    [[ROLE, STS, 'AWS_REGION'], ['complete']],
    [[FILE, STS, 'AWS_DEFAULT_REGION'], ['complete']],
    [[...NAMES, STS, ...REGIONS], ['complete']],
  ])('%j: %j', (has, injected) => {
    expect(plan(has)).toEqual(injected);
  });

  test('settings that ask for neither STS nor region leave the pair', () => {
    const wanted = { ...EVERYTHING, regionalSts: false, region: '' };
    expect(plan([], wanted)).toEqual(NAMES);
    expect(plan([ROLE], wanted)).toEqual([]);
    expect(plan([ROLE, STS], wanted)).toEqual([]);
  });

  test('a container that cannot have the mount gets no pair, but the rest', () => {
    expect(plan([], EVERYTHING, false)).toEqual([STS, ...REGIONS]);
  });

  test('both regions have the same value, and the STS variable is regional', () => {
    const added = planEnvironment(EVERYTHING, readPresentEnvironment({}, EVERYTHING), true);
    expect(added.map(({ value }) => value)).toEqual([
      'regional',
      'eu-west-1',
      'eu-west-1',
      ...PAIR.map(({ value }) => value),
    ]);
  });
});

test('how much of the pair is there is counted by name, however often a name stands', () => {
  const count = (...names: string[]) =>
    readPresentEnvironment({ env: names.map((name) => ({ name })) }, EVERYTHING).pairMembers;
  expect([count(), count(ROLE), count(ROLE, ROLE), count(FILE, ROLE)]).toEqual([0, 1, 1, 2]);
});

test.each([undefined, null, []])('env %j is an empty environment', (env) => {
  expect(readPresentEnvironment({ env }, EVERYTHING)).toEqual({
    pairMembers: 0,
    region: false,
    sts: false,
    staticKeys: false,
    ownWebIdentity: false,
  });
});

describe('an access key in a container', () => {
  const KEY = 'AWS_ACCESS_KEY_ID';
  const secretKeyRef = { name: 'aws', key: 'id' };

  test.each<[says: string, env: EnvEntry[], there: boolean]>([
    ['a text', [{ name: KEY, value: 'AKIAEXAMPLE' }], true],
    ['a text of other variables', [{ name: KEY, value: '$(KEY)' }], true],
    ['of a Secret', [{ name: KEY, valueFrom: { secretKeyRef } }], true],
    [
      'of a Secret that must be there',
      [{ name: KEY, valueFrom: { secretKeyRef: { ...secretKeyRef, optional: false } } }],
      true,
    ],
    ['of a ConfigMap', [{ name: KEY, value: '', valueFrom: { configMapKeyRef: secretKeyRef } }], true],
    [
      'of a Secret that may be missing',
      [{ name: KEY, valueFrom: { secretKeyRef: { ...secretKeyRef, optional: true } } }],
      false,
    ],
    ['an empty text', [{ name: KEY, value: '' }], false],
    ['no value', [{ name: KEY }], false],
    ['null', [{ name: KEY, value: null, valueFrom: null }], false],
    [
      'emptied by the last of two',
      [
        { name: KEY, value: 'AKIAEXAMPLE' },
        { name: KEY, value: '' },
      ],
      false,
    ],
    [
      'set by the last of two',
      [
        { name: KEY, value: '' },
        { name: KEY, value: 'AKIAEXAMPLE' },
      ],
      true,
    ],
    ['the secret alone', [{ name: 'AWS_SECRET_ACCESS_KEY', value: 's' }], false],
    ['another name', [{ name: 'aws_access_key_id', value: 'AKIAEXAMPLE' }], false],
  ])('%s', (_says, env, there) => {
    expect(readPresentEnvironment({ env }, EVERYTHING).staticKeys).toBe(there);
  });
});

describe('a web identity in a container that gets another pair', () => {
  const other = {
    ...EVERYTHING,
    pair: [
      { name: 'A', value: 'a' },
      { name: 'B', value: 'b' },
    ],
  } as const;
  const set = (...entries: [name: string, value: string][]): EnvEntry[] =>
    entries.map(([name, value]) => ({ name, value }));

  test.each<[says: string, env: EnvEntry[], there: boolean]>([
    ['both variables', set([ROLE, 'r'], [FILE, 'f']), true],
    ['a role alone', set([ROLE, 'r']), false],
    ['a token alone', set([FILE, 'f']), false],
    ['an empty role', set([ROLE, ''], [FILE, 'f']), false],
  ])('%s', (_says, env, there) => {
    expect(readPresentEnvironment({ env }, other).ownWebIdentity).toBe(there);
    expect(readPresentEnvironment({ env }, EVERYTHING).ownWebIdentity).toBe(false);
  });
});
