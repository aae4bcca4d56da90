import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createKubeApi } from '../../src/kube/api.ts';
import { createDirectAccess } from '../../src/kube/direct.ts';
import type { RunningBackend } from '../../src/mapping/backend.ts';
import { createIdentityMappingBackend } from '../../src/mapping/identity-mappings.ts';
import type { MappingEvent } from '../../src/mapping/mapping-events.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { event, listOf, refusal, watchOf } from '../support/kube/answers.ts';
import {
  type ScriptedServer,
  type SeenRequest,
  type Step,
  startScriptedServer,
} from '../support/kube/scripted-server.ts';
import { decide, toWords } from '../support/mapping/decide.ts';
import { ACCOUNT, toRoleSession, toUser } from '../support/mapping/identities.ts';
import { until } from '../support/until.ts';

const DEV = `arn:aws:iam::${ACCOUNT}:role/Dev`;
const PATH = '/apis/iamauthenticator.k8s.aws/v1alpha1/iamidentitymappings';

let server: ScriptedServer;
let backend: RunningBackend;
let clock: FakeClock;
let told: MappingEvent[];
let end: () => Promise<void>;

beforeEach(() => {
  clock = createFakeClock();
  told = [];
});
afterEach(() => end());

async function start(...script: Step[]): Promise<void> {
  server = await startScriptedServer(script);
  const api = createKubeApi(createDirectAccess(server.url));
  const report = (each: MappingEvent): void => void told.push(each);
  const watches = { report: () => () => {}, add: () => {} };
  backend = createIdentityMappingBackend({ api, clock, random: () => 0.5, report, watches });
  end = async () => {
    await backend.stop();
    api.close();
    await server.close();
  };
  backend.start();
}

interface Shape {
  readonly name?: string;
  readonly arn?: unknown;
  readonly username?: unknown;
  readonly groups?: unknown;
  /** undefined: already what it has to be */
  readonly status?: object;
  readonly version?: string;
}

function toObject({
  name = 'dev',
  arn = DEV,
  username = 'dev',
  groups = ['a'],
  status,
  version = '5',
}: Shape = {}): object {
  const canonicalARN = String(arn).toLowerCase();
  return {
    metadata: { name, resourceVersion: version, labels: { team: 'a' } },
    spec: { arn, username, groups },
    status: status ?? { canonicalARN },
  };
}

async function startWith(...objects: object[]): Promise<void> {
  await start(listOf(objects, '10'));
  await until(() => backend.pending() === undefined, 'the objects are listed');
}

async function map(identity = toRoleSession('Dev')): Promise<string> {
  return toWords(await decide([backend], identity));
}

const reads = (): number => told.filter((each) => each.kind === 'read').length;

describe('an IAMIdentityMapping', () => {
  test.each([
    ['of a role', toObject(), 'dev|a'],
    ['of a role in another case', toObject({ arn: DEV.replace('Dev', 'DEV') }), 'dev|a'],
    [
      'of a session',
      toObject({
        arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Dev/x`,
        status: { canonicalARN: DEV.toLowerCase() },
      }),
      'dev|a',
    ],
    [
      'whose status says another',
      toObject({ status: { canonicalARN: 'arn:aws:iam::1:role/other' } }),
      'dev|a',
    ],
    ['without a status', toObject({ status: {} }), 'dev|a'],
    ['without groups', toObject({ groups: null }), 'dev|'],
    ['with a template', toObject({ username: 'dev:{{SessionName}}' }), 'dev:jane|a'],
    ['of another role', toObject({ arn: DEV.replace('Dev', 'Ops') }), 'unmapped'],
    ['of a role with a path', toObject({ arn: DEV.replace('Dev', 'team/Dev') }), 'unmapped'],
    ['with groups in one text', toObject({ groups: 'a,b' }), 'bad-entry'],
    ['with a number as username', toObject({ username: 7 }), 'bad-entry'],
    ['of nobody', toObject({ arn: '' }), 'unmapped'],
    ['of no ARN', toObject({ arn: 'Dev' }), 'unmapped'],
    ['without a spec', { metadata: { name: 'dev', resourceVersion: '5' } }, 'unmapped'],
  ])('%s', async (_, object, words) => {
    await startWith(object);
    expect(await map()).toBe(words);
  });

  test('of a user', async () => {
    await startWith(toObject({ arn: `arn:aws:iam::${ACCOUNT}:user/team/Bob`, username: 'bob' }));
    expect(await map(toUser('team/bob'))).toBe('bob|a');
  });

  test.each([
    ['z', 'a'],
    ['a', 'z'],
  ])('counts by its name where several are for one principal (%s, %s)', async (...names) => {
    await startWith(...names.map((name) => toObject({ name, username: name })));
    expect(await map()).toBe('a|a');
  });

  test('is unknown until all were listed', async () => {
    await start(listOf([toObject()], '10', 'more'), refusal(500, 'no'));
    await until(() => server.seen.length === 2, 'the list breaks off');
    expect(await map()).toBe('source-unknown');
    expect(backend.pending()).toContain('IAMIdentityMapping');
  });

  test('is followed when it comes, changes, goes bad and goes', async () => {
    await startWith();
    expect(await map()).toBe('unmapped');
    await until(() => server.openWatches() === 1, 'the watch is open');
    const steps = [
      ['ADDED', toObject(), 'dev|a'],
      ['MODIFIED', toObject({ username: 'two', version: '6' }), 'two|a'],
      ['MODIFIED', toObject({ username: 7, version: '7' }), 'bad-entry'],
      ['MODIFIED', toObject({ arn: DEV.replace('Dev', 'Ops'), version: '8' }), 'unmapped'],
      ['MODIFIED', toObject({ version: '9' }), 'dev|a'],
      ['DELETED', toObject({ version: '10' }), 'unmapped'],
    ] as const;
    for (const [type, object, words] of steps) {
      const before = reads();
      server.send(event(type, object));
      await until(() => reads() > before, 'it is told');
      expect(await map()).toBe(words);
    }
  });

  test('that was deleted while nobody watched has ended with the next list', async () => {
    await start(
      listOf([toObject(), toObject({ name: 'ops', arn: DEV.replace('Dev', 'Ops') })], '10'),
      refusal(410, 'gone'),
      listOf([toObject({ name: 'ops', arn: DEV.replace('Dev', 'Ops') })], '20'),
    );
    await until(() => reads() === 2, 'the second list is there');
    expect(await map()).toBe('unmapped');
    expect(await map(toRoleSession('Ops'))).toBe('dev|a');
  });

  test('that cannot be used is told', async () => {
    await startWith(toObject({ groups: 'x' }), toObject({ name: 'no', arn: 'x' }));
    expect(told).toEqual([
      {
        kind: 'read',
        backend: 'CRD',
        entries: 2,
        problems: [
          expect.stringMatching(/^IAMIdentityMapping dev: groups is text/),
          expect.stringMatching(/^IAMIdentityMapping no: spec.arn is none of a role/),
        ],
        flaws: [],
      },
    ]);
  });

  test('that counts and is seldom meant is told', async () => {
    await startWith(toObject({ username: '' }));
    expect(told).toEqual([
      expect.objectContaining({
        problems: [],
        flaws: [
          expect.stringMatching(/^IAMIdentityMapping dev: it has no username: .*; give it a username$/),
        ],
      }),
    ]);
  });
});

describe('the status of an IAMIdentityMapping', () => {
  const stale = toObject({ status: { canonicalARN: 'old', userID: 'U' } });
  const hold = watchOf([]);
  const puts = () => server.seen.filter(({ method }) => method === 'PUT');
  const ok: Step = { kind: 'whole', status: 200, body: '{}' };
  const byMethod = (answer: Step) => (request: SeenRequest) =>
    request.method === 'PUT' ? (typeof answer === 'function' ? answer(request) : answer) : hold;

  test('is written as what the mapping is found by, and nothing else of the object changes', async () => {
    await start(listOf([stale], '10'), byMethod(ok), byMethod(ok));
    await until(() => puts().length === 1, 'it is written');
    const [put] = puts();
    expect(put?.path).toBe(`${PATH}/dev/status`);
    expect(JSON.parse((await put?.body) ?? '')).toEqual({
      apiVersion: 'iamauthenticator.k8s.aws/v1alpha1',
      kind: 'IAMIdentityMapping',
      metadata: { name: 'dev', resourceVersion: '5', labels: { team: 'a' } },
      spec: { arn: DEV, username: 'dev', groups: ['a'] },
      status: { canonicalARN: DEV.toLowerCase(), userID: 'U' },
    });
  });

  test('is left alone where it says so already, or where the ARN is none', async () => {
    await startWith(toObject(), toObject({ name: 'x', arn: 'x', status: {} }));
    await until(() => server.openWatches() === 1, 'the watch is open');
    expect(puts()).toEqual([]);
  });

  test('that may not be written only warns, once, and the mapping holds', async () => {
    const second = toObject({ name: 'ops', arn: DEV.replace('Dev', 'Ops'), status: {} });
    const forbidden = byMethod(refusal(403, 'no'));
    await start(listOf([stale, second], '10'), forbidden, forbidden, forbidden);
    await until(() => told.some((each) => each.kind === 'status-not-written'), 'it is told');
    expect([await map(), await map(toRoleSession('Ops'))]).toEqual(['dev|a', 'dev|a']);
    expect(puts()).toHaveLength(1);
    expect(told.filter((each) => each.kind === 'status-not-written')).toEqual([
      {
        kind: 'status-not-written',
        object: 'dev',
        problem: 'the API server refuses it (403): allow update of iamidentitymappings/status',
      },
    ]);
  });

  test('that was refused waits no longer because the clock was set back', async () => {
    await start(listOf([stale], '10'), byMethod(refusal(403, 'no')), byMethod(refusal(403, 'no')));
    await until(() => told.length === 2 && server.openWatches() === 1, 'it is told');
    clock.setBack(24 * 3_600_000);
    clock.advance(5 * 60_000);
    server.send(event('MODIFIED', toObject({ status: {}, version: '6' })));
    server.play(ok);
    await until(() => puts().length === 2, 'it is tried again');
  });

  test.each([[409], [404]])('that met %i waits for what the watch brings', async (status) => {
    await start(listOf([stale], '10'), byMethod(refusal(status, 'no')), byMethod(refusal(status, 'no')));
    await until(() => puts().length === 1 && server.openWatches() === 1, 'it was tried');
    server.send(event('MODIFIED', toObject({ status: {}, version: '6' })));
    server.play(ok);
    await until(() => puts().length === 2, 'it is tried again');
    expect(told.some((each) => each.kind === 'status-not-written')).toBe(false);
  });

  test('is tried again after a failure', async () => {
    const failure = byMethod(refusal(503, 'no'));
    await start(listOf([stale], '10'), failure, failure);
    await until(() => told.some((each) => each.kind === 'status-not-written'), 'it is told');
    await until(() => server.openWatches() === 1 && clock.sleepers().length > 0, 'it waits');
    server.play(ok);
    clock.advance(60_000);
    await until(() => puts().length === 2, 'it is tried again');
  });
});
