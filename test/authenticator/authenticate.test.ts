import { describe, expect, test } from 'vitest';
import { createAuthenticate } from '../../src/authenticator/authenticate.ts';
import type { Identification } from '../../src/authenticator/sts/identify.ts';
import type { CheckedToken } from '../../src/authenticator/token/check.ts';
import { type CallerIdentity, toCallerIdentity } from '../../src/aws/caller-identity.ts';
import type { Mapper, MappingDecision } from '../../src/mapping/mapper.ts';
import { createMapper, mapTo } from '../support/authenticator/bed.ts';
import { createCheckOptions, signToken, toToken } from '../support/authenticator/tokens.ts';
import { NOW } from '../support/aws/signing-plan.ts';
import { settle } from '../support/settle.ts';

const ARN = 'arn:aws:iam::111122223333:user/jane';
const JANE = toCallerIdentity(
  { account: '111122223333', arn: ARN, userId: 'AIDAJANE' },
  'AKIAJANE',
) as CallerIdentity;
const IDENTITY: Identification = { kind: 'identity', identity: JANE };

const refused = (reason: Extract<Identification, { kind: 'refused' }>['reason']): Identification => ({
  kind: 'refused',
  reason,
  detail: 'x',
});

interface BedOptions {
  readonly mapper?: Mapper;
  readonly keep?: number;
  readonly answer?: () => Identification | Promise<Identification>;
}

function createBed({
  mapper = createMapper({ [ARN]: mapTo('jane') }),
  keep = 60_000,
  answer = () => IDENTITY,
}: BedOptions = {}) {
  const clock = { time: NOW };
  const asked: CheckedToken[] = [];
  const welcomed: string[] = [];
  const { now: _, ...check } = createCheckOptions();
  const authenticate = createAuthenticate({
    check,
    async identify(token) {
      asked.push(token);
      return await answer();
    },
    keep,
    now: () => clock.time,
    welcome: (key) => void welcomed.push(key),
    mapper,
    scrubbedAccounts: new Set(),
  });
  return { authenticate, clock, asked, welcomed };
}

describe('a token', () => {
  test('is let in whom STS names and a mapping knows', async () => {
    const { authenticate, welcomed } = createBed();
    expect(await authenticate(signToken())).toMatchObject({
      reason: 'granted',
      user: { username: 'jane', groups: [], uid: 'aws-iam-authenticator:111122223333:AIDAJANE' },
      region: 'us-west-2',
      source: 'sts',
      tokenHash: expect.stringMatching(/^[0-9a-f]{12}$/),
    });
    expect(welcomed).toHaveLength(1);
  });

  test.each([
    ['another kind', 'eyJhbGciOiJSUzI1NiJ9.e30.x', 'not-an-iam-token'],
    ['none', '', 'not-an-iam-token'],
    ['far too long', `k8s-aws-v1.${'a'.repeat(20_000)}`, 'token-too-large'],
    ['of another form', toToken('https://sts.amazonaws.com/'), 'query-malformed'],
  ])('that is %s is refused at once, and STS hears nothing', (_, token, reason) => {
    const { authenticate, asked } = createBed();
    expect(authenticate(token)).toMatchObject({ reason });
    expect(asked).toEqual([]);
  });
});

describe("STS's word", () => {
  test('serves for a minute, without a promise', async () => {
    const { authenticate, clock, asked, welcomed } = createBed();
    await authenticate(signToken());
    clock.time += 59_999;
    expect(authenticate(signToken())).toMatchObject({ reason: 'granted', source: 'cache' });
    expect([asked.length, welcomed.length]).toEqual([1, 1]);
    clock.time += 1;
    await authenticate(signToken());
    expect(asked).toHaveLength(2);
  });

  test('on many tokens of one session holds its principal once', async () => {
    const mapper = createMapper({ [ARN]: mapTo('jane') });
    const answer = (): Identification => ({ kind: 'identity', identity: { ...JANE } });
    const { authenticate, asked } = createBed({ mapper, answer });
    await authenticate(signToken());
    await authenticate(signToken({ at: NOW - 1_000 }));
    expect(asked).toHaveLength(2);
    expect(mapper.asked[1]).toBe(mapper.asked[0]);
  });

  test('never serves beyond the end of the token', async () => {
    const { authenticate, clock } = createBed();
    clock.time = NOW + 15 * 60_000 - 1_000;
    expect(await authenticate(signToken())).toMatchObject({ reason: 'granted' });
    clock.time += 999;
    expect(authenticate(signToken())).toMatchObject({ reason: 'granted', source: 'cache' });
    clock.time += 2;
    expect(authenticate(signToken())).toMatchObject({ reason: 'token-expired' });
  });

  test('is asked for each time where it is not to be kept', async () => {
    const { authenticate, asked } = createBed({ keep: 0 });
    for (let count = 0; count < 3; count += 1) await authenticate(signToken());
    expect(asked).toHaveLength(3);
  });

  test.each([
    ['signature-mismatch', 1],
    ['credentials-expired', 1],
    ['sts-key-unknown', 5],
    ['sts-throttled', 5],
    ['sts-timeout', 5],
    ['sts-busy', 5],
    ['sts-circuit-open', 5],
    ['sts-signature-early', 5],
  ] as const)('%s: five reviews ask %i times', async (reason, times) => {
    const { authenticate, asked } = createBed({ answer: () => refused(reason) });
    for (let count = 0; count < 5; count += 1) {
      expect(await authenticate(signToken())).toMatchObject({ reason });
    }
    expect(asked).toHaveLength(times);
  });

  test('of one token is not that of another spelling or another second', async () => {
    const { authenticate, asked } = createBed();
    await authenticate(signToken());
    await authenticate(signToken({ at: NOW - 1_000 }));
    expect(asked).toHaveLength(2);
    expect(authenticate(`${signToken()}\n`)).toMatchObject({ reason: 'not-base64url' });
  });

  test('is asked for once by all who come with the same token at once', async () => {
    const word = Promise.withResolvers<Identification>();
    const { authenticate, asked } = createBed({ answer: () => word.promise });
    const decisions = Array.from({ length: 50 }, () => authenticate(signToken()));
    word.resolve(IDENTITY);
    const reasons = (await Promise.all(decisions)).map(({ reason }) => reason);
    expect([asked.length, new Set(reasons)]).toEqual([1, new Set(['granted'])]);
  });

  test('is kept, and not what the mappings made of it', async () => {
    let decision: MappingDecision = mapTo('jane');
    const { authenticate, asked } = createBed({ mapper: { map: () => decision } });
    await authenticate(signToken());
    decision = { kind: 'unmapped' };
    expect(authenticate(signToken())).toMatchObject({ reason: 'unmapped', identity: JANE });
    decision = mapTo('jane', ['admins']);
    expect(authenticate(signToken())).toMatchObject({ reason: 'granted', user: { groups: ['admins'] } });
    expect(asked).toHaveLength(1);
  });

  test('takes a bounded place, whoever comes', async () => {
    const { authenticate } = createBed();
    for (let second = 0; second < 400; second += 1)
      await authenticate(signToken({ at: NOW - second * 1_000 }));
    expect(authenticate.kept()).toBe(400);
  });
});

describe('a mapper', () => {
  const waits = (work: Promise<MappingDecision>): Mapper => ({ map: () => work });

  test('that has to wait is waited for', async () => {
    const { authenticate } = createBed({ mapper: waits(Promise.resolve(mapTo('system:node:a'))) });
    await authenticate(signToken());
    expect(await authenticate(signToken())).toMatchObject({ reason: 'granted', source: 'cache' });
  });

  test('that refuses is told of by its own code', async () => {
    const failed = { kind: 'failed', code: 'node-name-unknown', message: 'i-0abc is not there' } as const;
    const { authenticate, welcomed } = createBed({ mapper: { map: () => failed } });
    expect(await authenticate(signToken())).toMatchObject({ reason: failed.code, detail: failed.message });
    expect(welcomed).toEqual([]);
  });

  test.each([
    [
      'throws',
      {
        map: () => {
          throw new TypeError('canary');
        },
      },
    ],
    ['rejects', { map: () => Promise.reject(new TypeError('canary')) }],
  ])('that %s lets nobody in, and its words stay with it', async (_, mapper) => {
    const { authenticate } = createBed({ mapper });
    const decision = await authenticate(signToken());
    expect(decision).toMatchObject({ reason: 'mapper-fault', detail: 'TypeError' });
    expect(JSON.stringify(decision)).not.toContain('canary');
    await settle();
  });

  test('welcomes no key of somebody who is not mapped', async () => {
    const { authenticate, welcomed } = createBed({ mapper: createMapper() });
    expect(await authenticate(signToken())).toMatchObject({ reason: 'unmapped' });
    expect(welcomed).toEqual([]);
  });
});
