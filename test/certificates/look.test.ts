import { X509Certificate } from 'node:crypto';
import { beforeEach, describe, expect, test } from 'vitest';
import { createFakeApi, type FakeApi, toWebhook } from '../support/certificates/fake-api.ts';
import {
  createReplica,
  DAY,
  KEPT,
  MINUTE,
  type Replica,
  type ReplicaOptions,
} from '../support/certificates/replica.ts';
import { createAuthority } from '../support/certificates.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

let clock: FakeClock;
let api: FakeApi;

beforeEach(() => {
  clock = createFakeClock();
  api = createFakeApi(clock.now);
});

const start = (options: Partial<ReplicaOptions> = {}): Replica => createReplica({ api, clock, ...options });

/** Both at once, again and again, until neither has anything to do. */
async function settleAll(...replicas: readonly Replica[]): Promise<void> {
  for (let round = 0; round < 10; round += 1) {
    const before = api.calls.filter((call) => !call.startsWith('GET')).length;
    await Promise.all(replicas.map((replica) => replica.settle()));
    if (api.calls.filter((call) => !call.startsWith('GET')).length === before) return;
  }
  throw new Error('they fight');
}

const readSecret = (): Readonly<Record<string, string>> => api.readSecret() ?? {};
const count = (pem = ''): number => pem.match(/BEGIN CERTIFICATE/g)?.length ?? 0;

function expectTrusted({ pair }: Replica): void {
  for (const bundle of api.readBundles()) {
    const authorities = (bundle?.match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g) ?? []).map(
      (pem) => new X509Certificate(pem),
    );
    const leaf = new X509Certificate(pair?.cert ?? '');
    expect(authorities.some((each) => leaf.checkIssued(each) && leaf.verify(each.publicKey))).toBe(true);
  }
}

describe('a fresh cluster', () => {
  test('gets an authority of a year and a certificate of thirty days, which the bundle trusts', async () => {
    const replica = start();
    expect(await replica.settle()).toBe('settled');
    const { 'tls.crt': cert = '', 'ca.crt': authority = '' } = readSecret();
    const leaf = new X509Certificate(cert);
    const signer = new X509Certificate(authority);
    expect(leaf.checkHost('pod-identity-webhook.eks.svc')).toBe('pod-identity-webhook.eks.svc');
    expect(leaf.validToDate.getTime()).toBe(clock.now() + 30 * DAY);
    expect(leaf.validFromDate.getTime()).toBe(clock.now() - 60 * MINUTE);
    expect(signer.validToDate.getTime()).toBe(clock.now() + 365 * DAY);
    expect(replica.pair?.cert).toBe(cert);
    expect(api.readBundles()).toEqual([authority, authority]);
    expect(replica.bundles.status()).toMatchObject([{ problem: undefined }]);
    expectTrusted(replica);
  });

  test('gets one of each, however many replicas start at once', async () => {
    const replicas = [start(), start(), start()];
    await settleAll(...replicas);
    const pairs = new Set(replicas.map(({ pair }) => pair?.cert));
    expect(pairs).toEqual(new Set([readSecret()['tls.crt']]));
    expect(api.readBundles()).toEqual([readSecret()['ca.crt'], readSecret()['ca.crt']]);
    expect(replicas.flatMap((replica) => replica.steps()).filter((step) => step === 'found')).toHaveLength(1);
  });

  test('has a Secret that is created without data', async () => {
    await start().look();
    expect(api.calls.at(-1)).toMatch(/^PATCH .*\/secrets\//);
    expect(readSecret()).toEqual({});
  });

  test('serves before there is a configuration, and writes into that when it comes', async () => {
    api.putConfiguration('pod-identity-webhook', undefined);
    const replica = start();
    expect(await replica.settle()).toBe('failed');
    expect(replica.pair).toBeDefined();
    expect(replica.bundles.status()).toMatchObject([
      {
        problem: expect.stringMatching(
          /^there is no MutatingWebhookConfiguration pod-identity-webhook: create it/,
        ),
      },
    ]);
    api.putConfiguration('pod-identity-webhook', [toWebhook('a.b.c')]);
    expect(await replica.settle()).toBe('settled');
    expectTrusted(replica);
  });
});

describe('time', () => {
  test('renews the certificate at two thirds, under the same authority', async () => {
    const replica = start();
    await replica.settle();
    const before = readSecret();
    clock.advance(20 * DAY - 1_000);
    await replica.settle();
    expect(readSecret()).toEqual(before);
    clock.advance(1_000);
    await replica.settle();
    expect(readSecret()['tls.crt']).not.toBe(before['tls.crt']);
    expect(readSecret()['ca.crt']).toBe(before['ca.crt']);
    expect(replica.steps()).toEqual(['found', 'renew']);
  });

  test('renews a little later in a replica of another jitter, so that they do not all write at once', async () => {
    const replicas = [start({ jitter: 0 }), start({ jitter: 0.9 })];
    await settleAll(...replicas);
    clock.advance(20 * DAY);
    expect(await replicas[1]?.settle()).toBe('settled');
    expect(replicas[1]?.steps()).not.toContain('renew');
    clock.advance(1.5 * DAY);
    await replicas[1]?.settle();
    expect(replicas[1]?.steps()).toContain('renew');
  });

  test('brings a new authority into the bundle ten minutes before it signs', async () => {
    const replica = start();
    await replica.settle();
    await live(replica, 244);
    const before = readSecret();
    expect([count(before['ca.crt']), before['next-ca.key']]).toEqual([
      2,
      expect.stringContaining('PRIVATE KEY'),
    ]);
    expect(api.readBundles()).toEqual([before['ca.crt'], before['ca.crt']]);
    clock.advance(10 * MINUTE - 1);
    await replica.settle();
    expect(readSecret()).toEqual(before);
    clock.advance(1);
    await replica.settle();
    const after = readSecret();
    expect(after['ca.key']).toBe(before['next-ca.key']);
    expect([after['next-ca.key'], count(after['ca.crt']), count(after['retired.crt'])]).toEqual([
      undefined,
      2,
      1,
    ]);
    expectTrusted(replica);
  });

  test('keeps the old authority until the last certificate that it signed has expired', async () => {
    const replica = start();
    await replica.settle();
    await live(replica, 244);
    const last = new X509Certificate(readSecret()['tls.crt'] ?? '').validToDate.getTime();
    clock.advance(10 * MINUTE);
    await replica.settle();
    // A replica whose clock is behind may serve it for up to an hour more.
    while (clock.now() < last + 60 * MINUTE) {
      expect(count(readSecret()['ca.crt'])).toBe(2);
      clock.advance(DAY);
      await replica.settle();
    }
    expect([count(readSecret()['ca.crt']), readSecret()['retired.crt']]).toEqual([1, undefined]);
    expect(api.readBundles()).toEqual([readSecret()['ca.crt'], readSecret()['ca.crt']]);
  });

  test('does not let an authority sign that a configuration does not have', async () => {
    const replica = start();
    await replica.settle();
    const authority = readSecret()['ca.key'];
    api.setFault((method, path) =>
      method === 'PATCH' && path.includes('webhookconfigurations')
        ? { status: 403, body: '{"message":"no"}' }
        : undefined,
    );
    await live(replica, 260);
    expect(readSecret()['ca.key']).toBe(authority);
    expect(replica.bundles.status()).toMatchObject([
      {
        problem: expect.stringMatching(
          /missing right: patch on mutatingwebhookconfigurations named pod-identity-webhook/,
        ),
      },
    ]);
    api.setFault(undefined);
    await replica.settle();
    clock.advance(10 * MINUTE - 1);
    await replica.settle();
    expect(readSecret()['ca.key']).toBe(authority);
    clock.advance(1);
    await replica.settle();
    expect(readSecret()['ca.key']).not.toBe(authority);
  });

  test('that is set back makes no wait longer than it is', async () => {
    const replica = start();
    await replica.settle();
    await live(replica, 244);
    clock.setBack(50 * MINUTE);
    await replica.settle();
    clock.advance(10 * MINUTE);
    await replica.settle();
    expect(replica.steps()).toContain('promote');
  });

  test('of a node that is wrong writes nothing, and says so', async () => {
    const replica = start();
    await replica.settle();
    const before = readSecret();
    clock.advance(40 * DAY);
    api.setSkew(-40 * DAY);
    expect(await replica.settle()).toBe('failed');
    expect(replica.problem).toMatch(
      /^the clock here is 57600 minutes ahead of that of the API server, .* set the clock/,
    );
    expect(readSecret()).toEqual(before);
    clock.setBack(80 * DAY);
    api.setSkew(40 * DAY);
    expect(await replica.settle()).toBe('failed');
    expect(replica.problem).toMatch(/^the clock here is 57600 minutes behind/);
    expect([readSecret(), replica.pair?.cert]).toEqual([before, before['tls.crt']]);
  });

  test('within half an hour is as good as any', async () => {
    api.setSkew(29 * MINUTE);
    expect(await start().settle()).toBe('settled');
  });
});

/** Looks once a day, as long as it is told: an authority is due in the course of day 244. */
async function live(replica: Replica, days: number): Promise<void> {
  for (let day = 0; day < days; day += 1) {
    clock.advance(DAY);
    await replica.settle();
    expectTrusted(replica);
  }
}

describe('two replicas', () => {
  test('come to one certificate when both renew at once', async () => {
    const replicas = [start(), start()];
    await settleAll(...replicas);
    clock.advance(21 * DAY);
    await settleAll(...replicas);
    expect(replicas.flatMap((replica) => replica.steps()).filter((step) => step === 'renew')).toHaveLength(1);
    expect(new Set(replicas.map(({ pair }) => pair?.cert)).size).toBe(1);
  });

  test('of which one is a write behind, do not undo each other', async () => {
    const [first, second] = [start(), start()];
    await settleAll(first, second);
    clock.advance(250 * DAY);
    // The second has read the configuration; then the first does all that is due.
    let isHeld = true;
    api.setFault(async (method, path) => {
      if (isHeld && method === 'GET' && path.includes('/secrets/')) {
        isHeld = false;
        await first.settle();
      }
      return undefined;
    });
    await second.look();
    await settleAll(first, second);
    expect(api.readBundles()).toEqual([readSecret()['ca.crt'], readSecret()['ca.crt']]);
    const writes = [...first.events, ...second.events].filter(({ kind }) => kind === 'bundle-written');
    expect(writes.length).toBeLessThanOrEqual(4);
  });

  test('with other names come to a certificate for all of them', async () => {
    const other = 'webhook.identity.svc';
    const replicas = [start(), start({ names: [other] })];
    await settleAll(...replicas);
    const leaf = new X509Certificate(readSecret()['tls.crt'] ?? '');
    for (const name of [...KEPT.names, other]) expect(leaf.checkHost(name)).toBe(name);
  });
});

describe('what others do', () => {
  test.each<[what: string, bundle: string]>([
    ['emptied', ''],
    ['foreign', createAuthority().certificate],
    ['no PEM', 'nonsense'],
  ])('a bundle that is %s is written anew', async (_, bundle) => {
    const replica = start();
    await replica.settle();
    api.setBundle(bundle);
    expect(await replica.settle()).toBe('settled');
    expectTrusted(replica);
  });

  test('a webhook of somebody else in the same configuration is left alone', async () => {
    const elsewhere = { service: { namespace: 'x', name: 'y' }, caBundle: 'QUJD' };
    api.putConfiguration('pod-identity-webhook', [toWebhook('a.b.c'), toWebhook('d.e.f', elsewhere)]);
    await start().settle();
    expect(api.readBundles()).toEqual([readSecret()['ca.crt'], 'ABC']);
  });

  test('a webhook with a URL of ours is ours, and one with another is not', async () => {
    const [ours, other] = ['https://webhook.example:9443/mutate', 'https://other.example/mutate'];
    api.putConfiguration('pod-identity-webhook', [
      toWebhook('a.b.c', { url: ours }),
      toWebhook('d.e.f', { url: other }),
    ]);
    await start().settle();
    expect(api.readBundles()).toEqual([readSecret()['ca.crt'], undefined]);
  });

  test('an IPv6 address leads to us however it is written', async () => {
    api.putConfiguration('pod-identity-webhook', [
      toWebhook('a.b.c', { url: 'https://[fd00::1]:9443/mutate' }),
    ]);
    const hosts = ['fd00:0:0:0::1'];
    expect(await start({ address: { ...KEPT.address, hosts } }).settle()).toBe('settled');
    expect(api.readBundles()).toEqual([readSecret()['ca.crt']]);
  });

  test('a configuration that leads elsewhere is told', async () => {
    api.putConfiguration('pod-identity-webhook', [toWebhook('a.b.c', { url: 'https://other.example' })]);
    const replica = start();
    expect(await replica.settle()).toBe('failed');
    expect(replica.bundles.status()[0]?.problem).toMatch(
      /has no webhook that calls the Service eks\/pod-identity-webhook, or a URL whose host is a --tls-san: correct/,
    );
  });

  test.each<[what: string, data: Readonly<Record<string, string>> | undefined]>([
    ['deleted', undefined],
    ['emptied', {}],
    [
      'filled with nonsense',
      { 'tls.crt': 'a', 'tls.key': 'b', 'ca.crt': 'c', 'ca.key': 'd', 'next-ca.key': 'e' },
    ],
  ])('a Secret that is %s gets back what was there', async (_, data) => {
    const replicas = [start(), start()];
    await settleAll(...replicas);
    const before = readSecret();
    api.putSecret(data);
    await settleAll(...replicas);
    expect(readSecret()).toEqual(before);
    expect(replicas.flatMap((each) => each.events)).toContainEqual(
      expect.objectContaining({ kind: 'written', step: 'restore', why: expect.stringMatching(/\w/) }),
    );
  });

  test('a Secret full of nonsense is filled by a replica that knows nothing else', async () => {
    api.putSecret({ 'tls.crt': 'a', 'ca.crt': 'b', password: 'kept' });
    const replica = start();
    expect(await replica.settle()).toBe('settled');
    expectTrusted(replica);
    expect(readSecret()).toMatchObject({ password: 'kept' });
    expect(api.readSecretObject()).toMatchObject({ metadata: { labels: { team: 'identity' } } });
    expect(replica.events).toContainEqual(
      expect.objectContaining({
        kind: 'written',
        step: 'found',
        why: expect.stringMatching(/ca.crt holds no PEM certificate/),
      }),
    );
  });

  test.each(['tls.crt', 'tls.key'])(
    'a %s that is broken is replaced under the same authority',
    async (member) => {
      await start().settle();
      const before = readSecret();
      api.putSecret({ ...before, [member]: 'broken' });
      await start().settle();
      expect(readSecret()['ca.crt']).toBe(before['ca.crt']);
      expect(readSecret()['tls.crt']).not.toBe(before['tls.crt']);
    },
  );

  test('a good certificate of somebody else is served as it is, told, and never overwritten', async () => {
    const { certificate, key } = createAuthority().issue({
      names: ['a'],
      notAfter: clock.now() + 90 * DAY,
      notBefore: clock.now() - DAY,
    });
    const data = { 'tls.crt': certificate, 'tls.key': key };
    api.putSecret(data, 'kubernetes.io/tls');
    api.setBundle('theirs');
    const replica = start();
    expect(await replica.settle()).toBe('settled');
    expect(replica.pair?.cert).toBe(certificate);
    expect(replica.problem).toMatch(/not of our making: .* remove the Secret to have one made/);
    expect([readSecret(), api.readBundles()]).toEqual([data, ['theirs', 'theirs']]);
    clock.advance(91 * DAY);
    await replica.settle();
    expectTrusted(replica);
    expect(api.readSecretObject()).toMatchObject({ type: 'kubernetes.io/tls' });
  });

  test('once the Secret of somebody else is removed, as the message says, all replicas serve and trust ours', async () => {
    const { certificate, key } = createAuthority().issue({
      names: ['a'],
      notAfter: clock.now() + 90 * DAY,
      notBefore: clock.now() - DAY,
    });
    api.putSecret({ 'tls.crt': certificate, 'tls.key': key }, 'kubernetes.io/tls');
    api.setBundle('theirs');
    const replicas = [start(), start()];
    await settleAll(...replicas);
    expect(replicas.map(({ pair }) => pair?.cert)).toEqual([certificate, certificate]);
    api.putSecret(undefined);
    await settleAll(...replicas);
    for (const replica of replicas) {
      expect([replica.pair?.cert, replica.problem]).toEqual([readSecret()['tls.crt'], undefined]);
      expectTrusted(replica);
    }
  });

  test('one that takes the place of ours is not served, and not overwritten', async () => {
    const replica = start();
    await replica.settle();
    const served = replica.pair;
    const { certificate, key } = createAuthority().issue({
      names: ['a'],
      notAfter: clock.now() + 90 * DAY,
      notBefore: clock.now() - DAY,
    });
    api.putSecret({ 'tls.crt': certificate, 'tls.key': key });
    await replica.settle();
    expect(replica.pair).toBe(served);
    expect(replica.problem).toMatch(/not of our making/);
    expect(readSecret()['tls.crt']).toBe(certificate);
  });

  test('a key of the authority that is taken out makes a new one, without a gap', async () => {
    const replica = start();
    await replica.settle();
    const { 'ca.key': removed, ...rest } = readSecret();
    api.putSecret(rest);
    await replica.settle();
    expect(readSecret()['tls.crt']).toBe(rest['tls.crt']);
    expect(count(api.readBundles()[0])).toBe(2);
    clock.advance(10 * MINUTE);
    await replica.settle();
    expect(readSecret()['tls.crt']).not.toBe(rest['tls.crt']);
    expect(readSecret()['ca.key']).not.toBe(removed);
    expectTrusted(replica);
    // What the old one signed is not to be trusted any more.
    const { 'retired.crt': _, ...now } = readSecret();
    api.putSecret(now);
    await replica.settle();
    expect(count(api.readBundles()[0])).toBe(1);
    expectTrusted(replica);
  });

  test('a key that is there twice is no successor of itself, and an authority is there once', async () => {
    const replica = start();
    await replica.settle();
    const before = readSecret();
    const twice = `${before['ca.crt']}${before['ca.crt']}`;
    api.putSecret({ ...before, 'next-ca.key': before['ca.key'] ?? '', 'ca.crt': twice });
    await replica.settle();
    expect(readSecret()).toEqual(before);
  });

  test('two programs that undo each other do not run hot', async () => {
    const replica = start();
    await replica.settle();
    let undone = 0;
    for (let times = 0; times < 60; times += 1) {
      api.setBundle('theirs');
      if ((await replica.settle()) === 'failed') break;
      undone += 1;
    }
    expect(undone).toBeGreaterThan(5);
    expect(undone).toBeLessThan(25);
    expect(replica.bundles.status()[0]?.problem).toMatch(/again and again by somebody else/);
    clock.advance(10_000);
    expect(await replica.settle()).toBe('settled');
  });
});

describe('what is not valid yet', () => {
  test('since all clocks were ahead when it was made, is made anew', async () => {
    const replica = start();
    await replica.settle();
    const before = readSecret();
    // The API server's clock is set right, too.
    clock.setBack(300 * DAY);
    await replica.settle();
    const leaf = new X509Certificate(readSecret()['tls.crt'] ?? '');
    expect(leaf.validFromDate.getTime()).toBeLessThan(clock.now());
    expect(readSecret()['ca.crt']).not.toContain(before['ca.crt']);
    expect(replica.pair?.cert).toBe(readSecret()['tls.crt']);
    expectTrusted(replica);
  });

  test('does not sign, and is no successor', async () => {
    const replica = start();
    await replica.settle();
    await live(replica, 244);
    const { 'next-ca.key': next, 'ca.key': current } = readSecret();
    expect(next).toBeDefined();
    clock.setBack(2 * DAY);
    await replica.settle();
    clock.advance(10 * MINUTE);
    await replica.settle();
    expect(readSecret()['ca.key']).toBe(current);
    // By now the authority is due, and the other one is not valid yet.
    clock.advance(1.5 * DAY);
    await replica.settle();
    expect(readSecret()).toMatchObject({ 'next-ca.key': expect.stringContaining('PRIVATE KEY') });
    expect(readSecret()['next-ca.key']).not.toBe(next);
    clock.advance(10 * MINUTE);
    await replica.settle();
    const authority = new X509Certificate(readSecret()['ca.crt'] ?? '');
    expect(authority.validFromDate.getTime()).toBeLessThan(clock.now());
    expect(replica.steps().at(-1)).toBe('promote');
    expectTrusted(replica);
  });
});

describe('a replica that must not write the Secret', () => {
  const forbid = (): void =>
    api.setFault((method, path) =>
      method === 'PUT' && path.includes('/secrets/') ? { status: 403, body: '{"message":"no"}' } : undefined,
    );

  test('serves what is stored all the same, also from its start, and says what it lacks', async () => {
    await start().settle();
    clock.advance(25 * DAY);
    forbid();
    const replica = start();
    expect(await replica.settle()).toBe('failed');
    expect(replica.pair?.cert).toBe(readSecret()['tls.crt']);
    expect(replica.problem).toMatch(/missing right: update on secrets/);
  });

  test('takes the newest of others, where it would write something else', async () => {
    const [first, second] = [start(), start({ names: [...KEPT.names, 'another.eks.svc'] })];
    await first.settle();
    forbid();
    expect(await second.settle()).toBe('failed');
    api.setFault(undefined);
    clock.advance(20 * DAY);
    await first.settle();
    forbid();
    expect(await second.settle()).toBe('failed');
    expect(second.pair?.cert).toBe(readSecret()['tls.crt']);
  });

  test('mends the bundles all the same', async () => {
    const replica = start();
    await replica.settle();
    clock.advance(25 * DAY);
    forbid();
    api.setBundle('');
    expect(await replica.settle()).toBe('failed');
    expectTrusted(replica);
    expect(replica.problem).toMatch(/missing right: update on secrets/);
  });

  test('since its clock is wrong serves and mends all the same', async () => {
    await start().settle();
    clock.advance(40 * DAY);
    api.setSkew(-40 * DAY);
    api.setBundle('');
    const replica = start();
    expect(await replica.settle()).toBe('failed');
    expect(replica.problem).toMatch(/^the clock here is 57600 minutes ahead/);
    expect(replica.pair?.cert).toBe(readSecret()['tls.crt']);
    expectTrusted(replica);
  });

  test('gives nothing good away for what has expired', async () => {
    const replica = start();
    await replica.settle();
    const old = readSecret();
    clock.advance(21 * DAY);
    await replica.settle();
    const served = replica.pair;
    clock.advance(15 * DAY);
    const { 'ca.key': _, ...rest } = old;
    api.putSecret(rest);
    forbid();
    expect(await replica.settle()).toBe('failed');
    expect(replica.pair).toBe(served);
  });
});

describe('text beside the certificates', () => {
  test.each<[what: string, change: (pem: string) => string]>([
    ['a private key', (pem) => `${pem}-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n`],
    // Go takes a line for the begin of PEM only where it has no indentation.
    ['an indentation', (pem) => pem.replace(/^/gm, '  ')],
  ])('of the authorities, %s, goes into no bundle', async (_, change) => {
    const replica = start();
    await replica.settle();
    const before = readSecret();
    api.putSecret({ ...before, 'ca.crt': change(before['ca.crt'] ?? '') });
    expect(await replica.settle()).toBe('settled');
    expect(readSecret()).toEqual(before);
    expect(api.readBundles()).toEqual([before['ca.crt'], before['ca.crt']]);
  });
});

describe('an API server', () => {
  test('that is away leaves what is served, and is told', async () => {
    const replica = start();
    await replica.settle();
    const served = replica.pair;
    api.setFault(() => Promise.reject(new Error('https://10.0.0.1:443: connect ECONNREFUSED')));
    expect(await replica.settle()).toBe('failed');
    expect(replica.pair).toBe(served);
    expect(replica.problem).toBe('https://10.0.0.1:443: connect ECONNREFUSED');
    api.setFault(undefined);
    expect(await replica.settle()).toBe('settled');
    expect(replica.problem).toBeUndefined();
  });

  test.each<[method: string, right: string]>([
    ['GET', 'get'],
    ['PATCH', 'create and patch'],
    ['PUT', 'update'],
  ])('that forbids %s is told with the right that is missing', async (method, right) => {
    api.setFault((asked, path) =>
      asked === method && path.includes('/secrets/') ? { status: 403, body: '{"message":"no"}' } : undefined,
    );
    const replica = start();
    expect(await replica.settle()).toBe('failed');
    expect(replica.problem).toContain(
      `missing right: ${right} on secrets named pod-identity-webhook in the namespace eks, by a Role`,
    );
  });
});
