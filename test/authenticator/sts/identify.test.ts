import { describe, expect, test } from 'vitest';
import { createGate } from '../../../src/authenticator/sts/gate.ts';
import { createGateWatch } from '../../../src/authenticator/sts/gate-watch.ts';
import { createIdentify } from '../../../src/authenticator/sts/identify.ts';
import type { StsCall, StsReply } from '../../../src/authenticator/sts/transport.ts';
import { type CheckedToken, checkToken } from '../../../src/authenticator/token/check.ts';
import { createCheckOptions, signToken } from '../../support/authenticator/tokens.ts';
import { NOW } from '../../support/aws/signing-plan.ts';
import { createFakeClock } from '../../support/fake-clock.ts';
import { settle } from '../../support/settle.ts';

function identity(changes: object = {}): StsReply {
  const result = { Account: '111122223333', Arn: 'arn:aws:iam::111122223333:user/jane', UserId: 'AIDAJANE' };
  const body = { GetCallerIdentityResponse: { GetCallerIdentityResult: { ...result, ...changes } } };
  return toAnswer(200, body);
}

function toAnswer(status: number, body: unknown): StsReply {
  const text = Buffer.from(JSON.stringify(body));
  return { kind: 'answer', status, contentType: 'application/json', body: text };
}

const FAILED: StsReply = { kind: 'failed', failure: 'unreachable', detail: 'ECONNREFUSED' };
const TIMEOUT: StsReply = { kind: 'failed', failure: 'timeout', detail: 'no answer' };
const FORGED = toAnswer(403, { Error: { Code: 'SignatureDoesNotMatch', Message: '' } });

function createBed(answer: (call: StsCall, index: number) => StsReply | Promise<StsReply>) {
  const clock = createFakeClock();
  const calls: StsCall[] = [];
  const reports: unknown[] = [];
  const limits = { total: 64, perHost: 32, perKey: 16, waiting: 2_048, patience: 2_000 };
  const gate = createGate(limits, { now: clock.now, isKnown: () => false });
  const identify = createIdentify({
    transport: async (call) => answer(call, calls.push(call) - 1),
    gate,
    watchGate: createGateWatch(gate, clock).watch,
    partition: 'aws',
    now: clock.now,
    report: { call: (label, reason, status) => void reports.push([label, reason, status]) },
  });
  return { clock, calls, reports, gate, identify };
}

function check(at = NOW): CheckedToken {
  const verdict = checkToken(signToken({ at }), createCheckOptions());
  if (verdict.kind === 'refused') throw new Error(verdict.reason);
  return verdict;
}

test('whom STS names is named, with the key that signed', async () => {
  const { identify, calls, reports, gate } = createBed(() => identity());
  expect(await identify(check())).toEqual({
    kind: 'identity',
    identity: expect.objectContaining({
      arn: 'arn:aws:iam::111122223333:user/jane',
      accessKeyId: 'AKIAEXAMPLEEXAMPLE00',
    }),
  });
  expect(calls).toEqual([
    { host: 'sts.us-west-2.amazonaws.com', path: expect.stringMatching(/^\/\?Action=/), patience: 3_500 },
  ]);
  expect(reports).toEqual([['us-west-2', undefined, 200]]);
  expect(gate.inFlight()).toBe(0);
});

describe('an answer whose parts disagree names nobody', () => {
  test.each([
    ['another account', { Account: '444455556666' }, 'identity-unreadable'],
    ['another partition', { Arn: 'arn:aws-cn:iam::111122223333:user/jane' }, 'partition-mismatch'],
    [
      'a partition that there is not',
      { Arn: 'arn:aws-x:iam::111122223333:user/jane' },
      'identity-unreadable',
    ],
    ['no ARN', { Arn: 'arn' }, 'identity-unreadable'],
    ['a service', { Arn: 'arn:aws:s3:::bucket' }, 'identity-unreadable'],
    [
      'a session without its name',
      { Arn: 'arn:aws:sts::111122223333:assumed-role/a/b', UserId: 'AROA' },
      'identity-unreadable',
    ],
    [
      'three parts in the id',
      { Arn: 'arn:aws:sts::111122223333:assumed-role/a/b', UserId: 'not:valid:id' },
      'identity-unreadable',
    ],
  ])('%s', async (_, changes, reason) => {
    const { identify } = createBed(() => identity(changes));
    expect(await identify(check())).toMatchObject({ kind: 'refused', reason });
  });
});

describe('a second try', () => {
  test('is made where the first found nobody', async () => {
    const { identify, reports } = createBed((_, index) => (index === 0 ? FAILED : identity()));
    expect((await identify(check())).kind).toBe('identity');
    expect(reports).toEqual([
      ['us-west-2', 'sts-unreachable', undefined],
      ['us-west-2', undefined, 200],
    ]);
  });

  test('is the last', async () => {
    const { identify, calls } = createBed(() => TIMEOUT);
    expect(await identify(check())).toMatchObject({ reason: 'sts-timeout' });
    expect(calls).toHaveLength(2);
  });

  test('is not made of what STS answered', async () => {
    const { identify, calls } = createBed(() => FORGED);
    expect(await identify(check())).toMatchObject({ reason: 'signature-mismatch' });
    expect(calls).toHaveLength(1);
  });
});

describe('a host that fails', () => {
  test('is spared after twenty calls, asked once a second, and used again once it answers', async () => {
    let dead = true;
    const { identify, calls, clock } = createBed(() => (dead ? FAILED : FORGED));
    for (let count = 0; count < 10; count += 1) await identify(check());
    expect([calls.length, identify.openCircuits()]).toEqual([20, 1]);
    expect(await identify(check())).toMatchObject({ reason: 'sts-circuit-open' });
    expect(calls).toHaveLength(20);
    clock.advance(1_000);
    expect(await identify(check())).toMatchObject({ reason: 'sts-unreachable' });
    expect(await identify(check())).toMatchObject({ reason: 'sts-circuit-open' });
    expect(calls).toHaveLength(21);
    dead = false;
    clock.advance(1_000);
    expect(await identify(check())).toMatchObject({ reason: 'signature-mismatch' });
    expect(await identify(check())).toMatchObject({ reason: 'signature-mismatch' });
    expect(identify.openCircuits()).toBe(0);
  });

  test('is not asked by those who waited until it was spared', async () => {
    const waiting: ((reply: StsReply) => void)[] = [];
    const { identify, calls, gate } = createBed(() => new Promise((resolve) => void waiting.push(resolve)));
    const asked = Array.from({ length: 60 }, () => identify(check()));
    await settle();
    expect(gate.waiting()).toBe(52);
    while (waiting.length > 0) {
      for (const resolve of waiting.splice(0)) resolve(FAILED);
      await settle();
    }
    const reasons = (await Promise.all(asked)).map((outcome) => outcome.kind === 'refused' && outcome.reason);
    expect(new Set(reasons)).toEqual(new Set(['sts-unreachable', 'sts-circuit-open']));
    expect(calls.length).toBeLessThan(40);
  });
});

test('a call that fails in our own house gives its place back', async () => {
  const { identify, gate } = createBed(() => Promise.reject(new TypeError('canary')));
  expect(await identify(check())).toEqual({
    kind: 'refused',
    reason: 'sts-unreachable',
    detail: 'TypeError',
  });
  expect(gate.inFlight()).toBe(0);
});

test('who waits too long for a place is told so, and the timer ends with the waiting', async () => {
  const { identify, clock, gate } = createBed(() => new Promise(() => {}));
  const asked = Array.from({ length: 9 }, () => identify(check()));
  await settle();
  expect([gate.inFlight(), gate.waiting(), clock.sleepers()]).toEqual([8, 1, [2_000]]);
  clock.advance(2_000);
  expect(await asked[8]).toMatchObject({ reason: 'sts-busy' });
  await settle();
  expect(clock.sleepers()).toEqual([]);
});
