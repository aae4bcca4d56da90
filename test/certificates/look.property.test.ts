import { X509Certificate } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MEMBERS } from '../../src/certificates/contents.ts';
import { createFakeApi, type FakeApi } from '../support/certificates/fake-api.ts';
import { createReplica, DAY, MINUTE, type Replica } from '../support/certificates/replica.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

/** What may happen to a cluster; each is followed by looks of all replicas, at once. */
type Deed =
  | { readonly kind: 'wait'; readonly ms: number }
  /** A replica starts anew, and knows nothing. */
  | { readonly kind: 'restart'; readonly replica: number }
  | { readonly kind: 'bundle'; readonly text: string }
  | { readonly kind: 'delete' }
  /** All clocks were ahead, and are set right. */
  | { readonly kind: 'back'; readonly ms: number }
  | { readonly kind: 'append'; readonly member: (typeof MEMBERS)[number]; readonly text: string }
  | { readonly kind: 'spoil'; readonly member: (typeof MEMBERS)[number]; readonly text: string }
  /** One member takes the place of another. */
  | { readonly kind: 'swap'; readonly from: (typeof MEMBERS)[number]; readonly to: (typeof MEMBERS)[number] };

const member = fc.constantFrom(...MEMBERS);
const rubbish = fc.oneof(
  fc.constant(''),
  fc.string(),
  fc.constant('-----BEGIN CERTIFICATE-----\nQUJD\n-----END CERTIFICATE-----\n'),
);
const deed: fc.Arbitrary<Deed> = fc.oneof(
  {
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({ min: 0, max: 40 }).map((days) => days * DAY),
    }),
    weight: 4,
  },
  {
    arbitrary: fc.record({
      kind: fc.constant('wait' as const),
      ms: fc.integer({ min: 0, max: 11 }).map((minutes) => minutes * MINUTE),
    }),
    weight: 4,
  },
  fc.record({ kind: fc.constant('restart' as const), replica: fc.integer({ min: 0, max: 1 }) }),
  fc.record({ kind: fc.constant('bundle' as const), text: rubbish }),
  fc.constant({ kind: 'delete' as const }),
  fc.record({
    kind: fc.constant('back' as const),
    ms: fc.integer({ min: 0, max: 400 }).map((days) => days * DAY),
  }),
  fc.record({ kind: fc.constant('append' as const), member, text: rubbish }),
  fc.record({ kind: fc.constant('spoil' as const), member, text: rubbish }),
  fc.record({ kind: fc.constant('swap' as const), from: member, to: member }),
);

interface Cluster {
  readonly clock: FakeClock;
  readonly api: FakeApi;
  readonly replicas: Replica[];
}

function perform({ clock, api, replicas }: Cluster, done: Deed): void {
  const data = api.readSecret() ?? {};
  if (done.kind === 'wait') clock.advance(done.ms);
  else if (done.kind === 'restart') replicas[done.replica] = createReplica({ api, clock, jitter: 0.3 });
  else if (done.kind === 'back') clock.setBack(done.ms);
  else if (done.kind === 'bundle') api.setBundle(done.text);
  else if (done.kind === 'delete') api.putSecret(undefined);
  else if (done.kind === 'spoil') api.putSecret({ ...data, [done.member]: done.text });
  else if (done.kind === 'append')
    api.putSecret({ ...data, [done.member]: `${data[done.member] ?? ''}${done.text}` });
  else api.putSecret({ ...data, [done.to]: data[done.from] ?? '' });
}

async function settleAll({ api, clock, replicas }: Cluster): Promise<void> {
  for (let round = 0; round < 8; round += 1) {
    const writes = api.calls.filter((call) => !call.startsWith('GET')).length;
    const outcomes = await Promise.all(replicas.map((replica) => replica.settle()));
    if (api.calls.filter((call) => !call.startsWith('GET')).length === writes && !outcomes.includes('failed'))
      return;
    // Writes are limited in number, not in what comes of them.
    clock.advance(MINUTE);
  }
  throw new Error('they do not come to an end');
}

function expectInOrder({ clock, api, replicas }: Cluster, most: number): void {
  const data = api.readSecret() ?? {};
  for (const { pair } of replicas) {
    expect(pair?.notBefore).toBeLessThanOrEqual(clock.now());
    expect(pair?.cert).toBe(data['tls.crt']);
    expect(pair?.notAfter).toBeGreaterThan(clock.now());
  }
  const blocks = (data['ca.crt'] ?? '').match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g) ?? [];
  const leaf = new X509Certificate(data['tls.crt'] ?? '');
  const signers = blocks
    .map((pem) => new X509Certificate(pem))
    .filter((each) => leaf.checkIssued(each) && leaf.verify(each.publicKey));
  expect(signers).toHaveLength(1);
  expect(signers[0]?.validToDate.getTime()).toBeGreaterThan(clock.now());
  expect(blocks.length).toBeLessThanOrEqual(most);
  for (const bundle of api.readBundles()) expect(bundle).toBe(data['ca.crt']);
}

test('whatever happens, two replicas come to one certificate that is trusted, and to rest', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 12 }), async (deeds) => {
      const clock = createFakeClock();
      const api = createFakeApi(clock.now);
      const replicas = [createReplica({ api, clock }), createReplica({ api, clock, jitter: 0.7 })];
      const cluster = { clock, api, replicas };
      await settleAll(cluster);
      for (const done of deeds) {
        perform(cluster, done);
        await settleAll(cluster);
        // What was signed in the future is remembered until then.
        expectInOrder(cluster, 5 + deeds.filter(({ kind }) => kind === 'back').length);
      }
    }),
    { numRuns: 12 },
  );
}, 60_000);

/** One look at a time: each is a moment at which the API server may call either of the two. */
async function lookInTurns(api: FakeApi, clock: FakeClock, replicas: readonly Replica[]): Promise<void> {
  for (let look = 0; look < 6; look += 1) {
    await replicas[look % 2]?.look();
    const trusted = (api.readBundles()[0] ?? '').match(/-----BEGIN[^-]*-----[^-]*-----END[^-]*-----/g) ?? [];
    for (const { pair } of replicas) {
      const leaf = new X509Certificate(pair?.cert ?? '');
      expect(trusted.some((pem) => leaf.verify(new X509Certificate(pem).publicKey))).toBe(true);
      expect(leaf.validToDate.getTime()).toBeGreaterThan(clock.now());
    }
  }
}

test('a certificate that is served is trusted at every moment of its rotation, as long as nobody interferes', async () => {
  const waits = fc.array(fc.integer({ min: 1, max: 30 * 24 * 60 }), { minLength: 5, maxLength: 40 });
  const jitters = fc.double({ min: 0, max: 0.99, noNaN: true });
  await fc.assert(
    fc.asyncProperty(waits, jitters, async (minutes, jitter) => {
      const clock = createFakeClock();
      const api = createFakeApi(clock.now);
      const replicas = [createReplica({ api, clock, jitter }), createReplica({ api, clock })];
      await settleAll({ clock, api, replicas });
      for (const minute of minutes) {
        // Less than a third of a certificate's life: nobody is away for so long.
        clock.advance(Math.min(minute * MINUTE, 9 * DAY));
        await lookInTurns(api, clock, replicas);
      }
    }),
    { numRuns: 3 },
  );
}, 60_000);
