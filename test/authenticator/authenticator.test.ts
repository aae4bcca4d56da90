import { afterEach, describe, expect, test } from 'vitest';
import { createAuthenticator } from '../../src/authenticator/create.ts';
import { DEFAULT_SETTINGS } from '../../src/authenticator/settings.ts';
import {
  type Bed,
  type BedOptions,
  createMapper,
  mapTo,
  openAuthenticator,
  ROLE,
  toReview,
} from '../support/authenticator/bed.ts';
import { startStandIn } from '../support/authenticator/sts-stand-in.ts';
import { HOST, signToken, toToken, toUrl } from '../support/authenticator/tokens.ts';
import { KEYS, NOW, SESSION } from '../support/aws/signing-plan.ts';
import { scrape } from '../support/http/scrape.ts';
import { USER } from '../support/local-aws/local-aws.ts';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function open(options: BedOptions = {}): Promise<Bed> {
  const mapper = createMapper({ [USER.arn]: mapTo('alice', ['devs']), [ROLE]: mapTo('jane') });
  const bed = await openAuthenticator({ mapper, ...options });
  cleanups.push(bed.stop);
  return bed;
}

describe('a TokenReview', () => {
  test.each(['v1', 'v1beta1'] as const)(
    'of %s is answered with the user, as the Go program tells of it',
    async (version) => {
      const bed = await open();
      const answer = await bed.review(signToken(), { version });
      expect(answer).toMatchObject({ status: 200 });
      expect(answer.body).toEqual({
        apiVersion: `authentication.k8s.io/${version}`,
        kind: 'TokenReview',
        status: {
          authenticated: true,
          user: {
            username: 'alice',
            uid: `aws-iam-authenticator:111122223333:${USER.userId}`,
            groups: ['devs'],
            extra: {
              arn: [USER.arn],
              canonicalArn: [USER.arn],
              sessionName: [''],
              accessKeyId: [KEYS.accessKeyId],
              principalId: [USER.userId],
              'sigs.k8s.io/aws-iam-authenticator/principalId': [USER.userId],
              'iam-bridge/partition': ['aws'],
              'iam-bridge/mapping': ['EKSConfigMap mapRoles[0]'],
            },
          },
        },
      });
    },
  );

  test('of the session of a role is mapped as the role', async () => {
    const bed = await open();
    const { body } = await bed.review(signToken({ keys: SESSION }));
    expect(body).toMatchObject({
      status: {
        user: { username: 'jane', extra: { sessionName: ['jane@example.com'], canonicalArn: [ROLE] } },
      },
    });
  });

  test('asks STS once for the same token', async () => {
    const bed = await open();
    for (let count = 0; count < 5; count += 1) await bed.review(signToken());
    expect(bed.calls).toHaveLength(1);
    expect((await scrape(bed.registry)).get('iam_bridge_token_cache_hits_total')).toBe(4);
  });
});

describe('a forged token is refused by STS', () => {
  test.each([
    [
      'tampered',
      signToken().slice(0, -5) + signToken({ at: NOW - 1_000 }).slice(-5),
      'signature-mismatch',
      'none',
    ],
    [
      'with another session token',
      signToken({ keys: { ...SESSION, sessionToken: 'forged' } }),
      'sts-key-unknown',
      'error',
    ],
    ['of another cluster', signToken({ cluster: 'another' }), 'signature-mismatch', 'none'],
    [
      'of an unknown key',
      signToken({ keys: { ...KEYS, accessKeyId: 'AKIAUNKNOWNUNKNOWN00' } }),
      'sts-key-unknown',
      'error',
    ],
    [
      'of another secret',
      signToken({ keys: { ...KEYS, secretAccessKey: 'guessed' } }),
      'signature-mismatch',
      'none',
    ],
  ])('%s: %s', async (_, token, reason, error) => {
    const bed = await open();
    const { status, body } = await bed.review(token);
    expect(status).toBe(200);
    expect(body).toMatchObject({ status: { authenticated: false } });
    expect(JSON.stringify(body).includes('error')).toBe(error === 'error');
    expect(bed.log.lines.at(-1)?.fields).toMatchObject({ reason });
    expect(bed.calls).toHaveLength(1);
  });

  test('and one whose date is another than that which was signed', async () => {
    const bed = await open();
    const url = Buffer.from(signToken().slice(11), 'base64url').toString();
    const token = toToken(url.replace('20230428T120000Z', '20230428T120500Z'));
    await bed.review(token);
    expect(bed.log.lines.at(-1)?.fields).toMatchObject({ reason: 'signature-mismatch' });
  });
});

describe('STS hears nothing of', () => {
  test.each([
    ['an expired token', signToken({ at: NOW - 901_000 }), 'token-expired'],
    ['one of the future', signToken({ at: NOW + 901_000 }), 'token-not-yet-valid'],
    ['one for another action', signToken({ action: 'AssumeRole' }), 'action-not-allowed'],
    ['one of another host', toToken(toUrl({}, 'sts.evil.example')), 'host-not-allowed'],
    ['another kind of token', 'eyJhbGciOiJSUzI1NiJ9.e30.c2ln', 'not-an-iam-token'],
  ])('%s', async (_, token, reason) => {
    const bed = await open();
    expect((await bed.review(token)).body).toMatchObject({ status: { authenticated: false } });
    expect(bed.log.lines.at(-1)?.fields).toMatchObject({ reason });
    expect(bed.calls).toEqual([]);
  });
});

test('a key that has expired is told so by STS, and not cached beyond it', async () => {
  const bed = await open();
  bed.clock.time = NOW + 3_600_000;
  await bed.review(signToken({ keys: SESSION, at: bed.clock.time }));
  expect(bed.log.lines.at(-1)?.fields).toMatchObject({ reason: 'credentials-expired' });
});

describe('the request', () => {
  test.each([
    ['GET', { method: 'GET' }, 405],
    ['PUT', { method: 'PUT', body: '{}' }, 405],
    ['no body', { method: 'POST' }, 400],
    ['no JSON', { body: 'token' }, 400],
    ['a compressed body', { body: '{}', headers: { 'content-encoding': 'gzip' } }, 415],
    ['a compressed body in disguise', { body: '{}', headers: { 'content-encoding': 'identity' } }, 415],
    ['more than 64 KiB', { body: ' '.repeat(65_537) }, 413],
    ['another path', { path: '/authenticate/', body: toReview('a') }, 404],
    ['an encoded path', { path: '/%61uthenticate', body: toReview('a') }, 404],
    ['another case', { path: '/Authenticate', body: toReview('a') }, 404],
    ['a query', { path: '/authenticate?timeout=30s', body: toReview('a') }, 200],
    ['any content type', { body: toReview('a'), headers: { 'content-type': 'text/plain' } }, 200],
  ])('with %s', async (_, options, status) => {
    const bed = await open();
    const answer = await bed.call({ path: '/authenticate', ...options });
    expect(answer.status).toBe(status);
    expect(answer.headers).not.toHaveProperty('retry-after');
  });

  test('has room for the longest token that is allowed', async () => {
    const maxTokenLength = 65_536;
    const bed = await open({ settings: { maxTokenLength } });
    const { status, text } = await bed.review(`k8s-aws-v1.${'A'.repeat(maxTokenLength - 11)}`);
    expect([status, text]).toEqual([200, expect.stringContaining('"authenticated":false')]);
    const { status: tooLarge } = await bed.review('a'.repeat(2 * maxTokenLength));
    expect(tooLarge).toBe(413);
  });

  test('whose body is JSON but no TokenReview gets one, with an error', async () => {
    const bed = await open();
    const { status, body } = await bed.send('{"apiVersion":"authentication.k8s.io/v1beta1","spec":{}}');
    expect(status).toBe(200);
    expect(body).toEqual({
      apiVersion: 'authentication.k8s.io/v1beta1',
      kind: 'TokenReview',
      status: { authenticated: false, error: expect.stringMatching(/^review-malformed: /) },
    });
  });

  test('is turned away where the caller may not ask', async () => {
    const bed = await open({ deps: { mayCall: () => false } });
    expect((await bed.review(signToken())).status).toBe(401);
    expect(bed.calls).toEqual([]);
    expect((await bed.call({ path: '/healthz', method: 'GET' })).text).toBe('ok');
  });
});

describe('audiences', () => {
  const settings = { audiences: ['one', 'two'] };
  const statusOf = async (bed: Bed, audiences?: readonly string[]) =>
    ((await bed.review(signToken(), { ...(audiences && { audiences }) })).body as { status: object }).status;

  test('are not looked at where none are set', async () => {
    const status = await statusOf(await open(), ['three']);
    expect(status).toMatchObject({ authenticated: true });
    expect(status).not.toHaveProperty('audiences');
  });

  test('are answered with those that are ours', async () => {
    const bed = await open({ settings });
    expect(await statusOf(bed, ['three', 'two'])).toMatchObject({ authenticated: true, audiences: ['two'] });
    expect(await statusOf(bed)).not.toHaveProperty('audiences');
    expect(await statusOf(bed)).toMatchObject({ authenticated: true });
  });

  test('refuse where none is', async () => {
    const bed = await open({ settings });
    expect(await statusOf(bed, ['three'])).toEqual({
      authenticated: false,
      error: expect.stringMatching(/^audience-not-allowed: /),
    });
    expect(bed.calls).toEqual([]);
  });
});

test('status codes are those of the Go program where that is wanted', async () => {
  const bed = await open({ settings: { compatStatusCodes: true } });
  const statuses = [
    (await bed.review(signToken())).status,
    (await bed.review('junk')).status,
    (await bed.review(signToken({ cluster: 'another' }))).status,
    (await bed.send('{"spec":{}}')).status,
  ];
  expect(statuses).toEqual([200, 403, 403, 400]);
});

test('of a scrubbed account nothing is told but the user', async () => {
  const bed = await open({ settings: { scrubbedAccounts: ['111122223333'] } });
  const { body } = await bed.review(signToken());
  expect(body).toMatchObject({
    status: {
      user: { username: 'alice', uid: 'aws-iam-authenticator:administrative:alice', groups: ['devs'] },
    },
  });
  expect(JSON.stringify(body)).not.toMatch(/extra|arn:|AIDA|AKIA/);
  expect(JSON.stringify(bed.log.lines)).not.toMatch(/arn:|AIDA|AKIA|111122223333/);
  expect(bed.log.lines.at(-1)).toMatchObject({ message: 'access granted', fields: { username: 'alice' } });
});

describe('the log', () => {
  test('has a line for a login: who, by which mapping, and why', async () => {
    const bed = await open();
    await bed.review(signToken({ keys: SESSION }));
    expect(bed.log.lines).toEqual([
      {
        level: 'info',
        message: 'access granted',
        fields: {
          answer: 'granted',
          reason: 'granted',
          arn: 'arn:aws:sts::111122223333:assumed-role/Deployer/jane@example.com',
          canonicalArn: ROLE,
          accountId: '111122223333',
          userId: expect.stringMatching(/^AROA/),
          sessionName: 'jane@example.com',
          accessKeyId: SESSION.accessKeyId,
          username: 'jane',
          groups: [],
          uid: expect.stringMatching(/^aws-iam-authenticator:111122223333:AROA/),
          mapping: 'EKSConfigMap mapRoles[0]',
          region: 'us-west-2',
          source: 'sts',
          tokenHash: expect.stringMatching(/^[0-9a-f]{12}$/),
          ms: expect.any(Number),
        },
      },
    ]);
  });

  test('names whom STS named where no mapping does', async () => {
    const bed = await open({ mapper: createMapper() });
    await bed.review(signToken());
    expect(bed.log.lines.at(-1)).toMatchObject({
      message: 'access denied',
      fields: { answer: 'error', reason: 'unmapped', canonicalArn: USER.arn },
    });
  });

  test('has one line a second for tokens of other kinds, and says how many there were', async () => {
    const bed = await open();
    for (let count = 0; count < 20; count += 1) await bed.review(`junk ${count}`);
    expect(bed.log.lines).toHaveLength(1);
    bed.clock.time += 1_000;
    await bed.review('junk');
    expect(bed.log.lines.at(-1)?.fields).toMatchObject({ reason: 'not-an-iam-token', suppressed: 19 });
  });

  test('and the answers have nothing secret, whatever becomes of a token', async () => {
    const bed = await open();
    const keys = { ...SESSION, sessionToken: 'canary/session+token', secretAccessKey: 'canary secret' };
    const url = Buffer.from(signToken({ keys }).slice(11), 'base64url').toString();
    const tokens = [
      signToken({ keys }),
      signToken({ keys, at: NOW - 1_000_000 }),
      signToken({ keys, action: 'AssumeRole' }),
      toToken(`${url}&X-Amz-Security-Token=canary`),
      toToken(url.replace('https', 'http')),
      toToken(url.replace(HOST, `canary:canary@${HOST}`)),
      'canary',
      `k8s-aws-v1.canary canary`,
    ];
    const answers = [];
    for (const token of tokens)
      answers.push(await bed.review(token), await bed.send(`{"spec":{"token":["${token}"]}}`));
    const signature = /X-Amz-Signature=([0-9a-f]{64})/.exec(url)?.[1] ?? 'none';
    const told = JSON.stringify([bed.log.lines, answers, await bed.registry.metrics()]);
    expect(bed.log.lines.length).toBeGreaterThan(5);
    expect(told).not.toContain('canary');
    expect(told).not.toContain(signature);
  });
});

test('metrics are there under the names of the Go program, and under ours', async () => {
  const bed = await open();
  await bed.review(signToken());
  await bed.review('junk');
  await bed.review(signToken({ cluster: 'another' }));
  await bed.call({ path: '/authenticate', method: 'GET' });
  const series = await scrape(bed.registry);
  const latency = 'aws_iam_authenticator_authenticate_latency_seconds_count';
  expect(series.get(`${latency}{result="success"}`)).toBe(1);
  expect(series.get(`${latency}{result="invalid_token"}`)).toBe(1);
  expect(series.get(`${latency}{result="sts_error"}`)).toBe(1);
  expect(series.get(`${latency}{result="malformed_request"}`)).toBe(1);
  expect(series.get(`${latency}{result="uknown_user"}`)).toBe(0);
  const responses = 'aws_iam_authenticator_sts_responses_total';
  expect(series.get(`${responses}{ResponseCode="200",StsRegion="us-west-2"}`)).toBe(1);
  expect(series.get(`${responses}{ResponseCode="403",StsRegion="us-west-2"}`)).toBe(1);
  expect(series.get('iam_bridge_token_reviews_total{answer="granted",reason="granted"}')).toBe(1);
  expect(series.get('iam_bridge_sts_calls_total{outcome="signature-mismatch",region="us-west-2"}')).toBe(1);
  expect(series.get('iam_bridge_token_cache_entries')).toBe(2);
  const answer = await bed.call({ path: '/metrics', method: 'GET' });
  expect(answer.text).toContain('iam_bridge_sts_calls_in_flight 0');
});

describe('where STS fails', () => {
  const standIn = async (answer: Parameters<typeof startStandIn>[0]) => {
    const sts = await startStandIn(answer);
    cleanups.push(sts.stop);
    return sts;
  };
  const ERROR = (code: string) => JSON.stringify({ Error: { Code: code, Message: 'canary' } });
  const JSON_TYPE = { 'content-type': 'application/json' };

  test.each<[string, string, Parameters<typeof startStandIn>[0]]>([
    [
      'a server error',
      'sts-server-error',
      (_, response) => void response.writeHead(503, JSON_TYPE).end(ERROR('x')),
    ],
    [
      'throttling',
      'sts-throttled',
      (_, response) => void response.writeHead(400, JSON_TYPE).end(ERROR('Throttling')),
    ],
    [
      'a redirect',
      'sts-unreadable',
      (_, response) => void response.writeHead(302, { location: 'https://169.254.169.254/' }).end(),
    ],
    ['a giant body', 'sts-unreadable', (_, response) => void response.end(Buffer.alloc(1_000_000, ' '))],
    [
      'a page of a proxy',
      'sts-unreadable',
      (_, response) => void response.writeHead(200, { 'content-type': 'text/html' }).end('<p>canary'),
    ],
    ['a connection that ends', 'sts-unreachable', ({ socket }) => void socket.destroy()],
  ])('%s is an error, which kube-apiserver does not remember', async (_, reason, answer) => {
    const bed = await open({ sts: await standIn(answer) });
    const { status, body } = await bed.review(signToken());
    expect(status).toBe(200);
    expect(body).toMatchObject({
      status: { authenticated: false, error: expect.stringMatching(`^${reason}: `) },
    });
    expect(JSON.stringify([body, bed.log.lines])).not.toContain('canary');
  });
});

test('a token that is known is let in while STS is gone, and others are told so without a call', async () => {
  let gone = false;
  let asked = 0;
  const result = { Account: '111122223333', Arn: USER.arn, UserId: USER.userId };
  const text = JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult: result } });
  const sts = await startStandIn(({ socket }, response) => {
    asked += 1;
    if (gone) socket.destroy();
    else response.writeHead(200, { 'content-type': 'application/json' }).end(text);
  });
  cleanups.push(sts.stop);
  const bed = await open({ sts });
  await bed.review(signToken());
  gone = true;
  for (let second = 1; second <= 25; second += 1) await bed.review(signToken({ at: NOW - second * 1_000 }));
  expect(bed.log.lines.at(-1)?.fields).toMatchObject({ reason: 'sts-circuit-open' });
  const before = asked;
  expect((await bed.review(signToken())).body).toMatchObject({ status: { authenticated: true } });
  expect(asked).toBe(before);
});

test.each(['', ' a', 'a ', 'a\nb', 'ä', 'a  b', 'a'.repeat(300)])(
  'the cluster ID %j is refused at the start',
  (clusterId) => {
    const settings = { ...DEFAULT_SETTINGS, clusterId, partition: 'aws' };
    expect(() => createAuthenticator(settings, {} as never)).toThrow(/^the cluster ID has \d+ characters/);
  },
);
