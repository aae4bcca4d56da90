import { Agent } from 'node:https';
import { Registry } from 'prom-client';
import { afterEach, describe, expect, test } from 'vitest';
import { createWebhookMetrics } from '../../src/webhook/metrics.ts';
import { call } from '../support/http/client.ts';
import { cleanUp, onCleanUp } from '../support/http/door.ts';
import { parseScrape, scrape } from '../support/http/scrape.ts';
import { createReader } from '../support/webhook/accounts.ts';
import { renderPod, renderReview } from '../support/webhook/reviews.ts';
import { openWebhook, type WebhookDoor } from '../support/webhook/webhook-door.ts';

afterEach(cleanUp);

/** Sends these one after the other, over one connection. */
async function sendAll(door: WebhookDoor, bodies: readonly string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onCleanUp(() => agent.destroy());
  for (const body of bodies) await call(door, { body, agent });
}

describe("the Go program's metrics", () => {
  test('are counted under its names, labels and units', async () => {
    // A clock that goes on by 300 ms with every look: each request takes long enough to tell units apart.
    let ticks = 0;
    const door = await openWebhook({
      deps: {
        monotonic: () => {
          ticks += 300;
          return ticks;
        },
      },
    });
    await sendAll(door, [renderReview(), renderReview(renderPod('plain'))]);
    await call(door, { method: 'GET' });
    const series = await scrape(door.registry);
    expect(series.get('http_request_count{code="200",path="/mutate",verb="POST"}')).toBe(2);
    expect(series.get('http_request_count{code="405",path="/mutate",verb="GET"}')).toBe(1);
    const post = 'path="/mutate",verb="POST"';
    expect(series.get(`http_request_latencies_count{${post}}`)).toBe(2);
    expect(series.get(`http_request_latencies_sum{${post}}`)).toBe(600_000);
    for (const [bound, count] of [
      [125_000, 0],
      [250_000, 0],
      [500_000, 2],
      [1_000_000, 2],
      [2_000_000, 2],
      [4_000_000, 2],
      [8_000_000, 2],
      ['+Inf', 2],
    ] as const) {
      expect(series.get(`http_request_latencies_bucket{le="${bound}",${post}}`)).toBe(count);
    }
    expect(series.get(`http_request_duration_microseconds_sum{${post}}`)).toBe(600_000);
    expect(series.get(`http_request_duration_microseconds_count{${post}}`)).toBe(2);
    expect(series.get('pod_identity_webhook_used')).toBe(1);
    expect(series.get('pod_identity_webhook_pod_count{method="sts_web_identity"}')).toBe(1);
  });

  test('carry their types', async () => {
    const door = await openWebhook();
    await sendAll(door, [renderReview(renderPod('late'))]);
    const text = await door.registry.metrics();
    for (const [name, type] of [
      ['http_request_count', 'counter'],
      ['http_request_latencies', 'histogram'],
      ['http_request_duration_microseconds', 'summary'],
      ['pod_identity_webhook_used', 'gauge'],
      ['pod_identity_webhook_pod_count', 'counter'],
      ['pod_identity_webhook_missing_sa_count', 'counter'],
    ]) {
      expect(text).toContain(`# TYPE ${name} ${type}\n`);
    }
  });

  test('a pod with container credentials is counted by that method, and a second round, too', async () => {
    const door = await openWebhook({
      deps: { sources: () => ({ containerCredentials: new Set(['shop/plain']), configMap: undefined }) },
    });
    await sendAll(door, [renderReview(renderPod('plain')), renderReview(renderPod('plain'))]);
    expect(
      (await scrape(door.registry)).get('pod_identity_webhook_pod_count{method="container_credentials"}'),
    ).toBe(2);
  });

  test('missing_sa_count is absent until the first account is missed', async () => {
    const door = await openWebhook();
    await sendAll(door, [renderReview(), renderReview(renderPod('plain')), '{}']);
    expect(await door.registry.metrics()).not.toContain('missing_sa_count');
    await sendAll(door, [renderReview(renderPod('late')), renderReview(renderPod(''))]);
    expect((await scrape(door.registry)).get('pod_identity_webhook_missing_sa_count')).toBe(2);
  });

  test('used is 0 until any account is known, and stays 1', async () => {
    const registry = new Registry();
    let known = 0;
    createWebhookMetrics(registry, () => ({ known, annotated: 0 }));
    expect((await scrape(registry)).get('pod_identity_webhook_used')).toBe(0);
    known = 1;
    expect((await scrape(registry)).get('pod_identity_webhook_used')).toBe(1);
    known = 0;
    expect((await scrape(registry)).get('pod_identity_webhook_used')).toBe(1);
  });

  test('methods that a caller invents are one series', async () => {
    const door = await openWebhook();
    for (const method of ['PROPFIND', 'PURGE', 'DELETE', 'PATCH']) await call(door, { method });
    const series = await scrape(door.registry);
    expect(series.get('http_request_count{code="405",path="/mutate",verb="other"}')).toBe(4);
  });
});

describe('our own', () => {
  test('tell the reason of each answer, in seconds', async () => {
    const door = await openWebhook();
    await sendAll(door, [
      renderReview(),
      renderReview(),
      renderReview(renderPod('plain')),
      renderReview(renderPod('late')),
      renderReview('null'),
      '{',
      renderReview(renderPod(), { operation: 'UPDATE' }),
    ]);
    const series = await scrape(door.registry);
    const get = (outcome: string, reason: string) =>
      series.get(`iam_bridge_admissions_total{outcome="${outcome}",reason="${reason}"}`);
    expect(get('mutated', 'web-identity')).toBe(2);
    expect(get('skipped', 'no-role')).toBe(1);
    expect(get('left-out', 'service-account-unknown')).toBe(1);
    expect(get('fault', 'pod-malformed')).toBe(1);
    expect(get('fault', 'review-malformed')).toBe(1);
    expect(get('skipped', 'not-a-create')).toBe(1);
    expect(series.get('iam_bridge_admission_duration_seconds_count{outcome="mutated"}')).toBe(2);
    const sum = series.get('iam_bridge_admission_duration_seconds_sum{outcome="mutated"}') ?? Number.NaN;
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThan(2);
    expect(
      series.get('iam_bridge_admission_duration_seconds_bucket{le="0.001",outcome="mutated"}'),
    ).toBeDefined();
  });

  test('tell warnings by code, live reads by result, accounts by state', async () => {
    const registry = new Registry();
    const metrics = createWebhookMetrics(registry, () => ({ known: 10_000, annotated: 12 }));
    metrics.liveRead('found');
    metrics.liveRead('throttled');
    metrics.liveRead('throttled');
    metrics.configMapProblem();
    const notice = { code: 'expiration-clamped', text: 'x' } as const;
    metrics.admission({ reason: 'no-role', method: undefined, patch: [], notices: [notice, notice] }, 0.001);
    const series = await scrape(registry);
    expect(series.get('iam_bridge_service_account_live_reads_total{result="found"}')).toBe(1);
    expect(series.get('iam_bridge_service_account_live_reads_total{result="throttled"}')).toBe(2);
    expect(series.get('iam_bridge_config_map_problems_total')).toBe(1);
    expect(series.get('iam_bridge_admission_notices_total{notice="expiration-clamped"}')).toBe(2);
    expect(series.get('iam_bridge_service_accounts{state="known"}')).toBe(10_000);
    expect(series.get('iam_bridge_service_accounts{state="annotated"}')).toBe(12);
  });
});

describe('pods that were left out', () => {
  /** A pod of an account that nobody knows. */
  function renderOwned(kind: string, name: string, labels: object = {}): string {
    const ownerReferences = [
      { kind: 'Other', name: 'x' },
      { kind, name, controller: true },
    ];
    return renderPod('late', { metadata: { generateName: 'web-', labels, ownerReferences } });
  }

  test('are counted with their namespace and owner', async () => {
    const door = await openWebhook();
    await sendAll(door, [
      renderReview(renderOwned('ReplicaSet', 'web-5d4', { 'pod-template-hash': '5d4' })),
      renderReview(renderOwned('ReplicaSet', 'web-5d4', { 'pod-template-hash': 'other' })),
      renderReview(renderOwned('Job', 'nightly')),
      renderReview(renderPod('late')),
      renderReview(renderPod('late', { metadata: { generateName: 'bare-' } })),
      renderReview(renderPod('late', { metadata: {} })),
    ]);
    const owners = [...(await scrape(door.registry)).keys()]
      .filter((key) => key.startsWith('iam_bridge_pods_left_out_total'))
      .map((key) => /namespace="(.*?)",owner="(.*?)",reason="(.*?)"/.exec(key)?.slice(1));
    expect(owners).toEqual(
      ['Deployment/web', 'ReplicaSet/web-5d4', 'Job/nightly', 'Pod/web-1', 'Pod/bare-', 'Pod/'].map(
        (owner) => ['shop', owner, 'service-account-unknown'],
      ),
    );
  });

  test('are those, too, whose account has a role and whose containers have something else at its path', async () => {
    const door = await openWebhook();
    const mountPath = '/var/run/secrets/eks.amazonaws.com/serviceaccount/';
    const spec = {
      serviceAccountName: 'web',
      containers: [{ name: 'app', volumeMounts: [{ name: 'aws-token', mountPath }] }],
      volumes: [{ name: 'aws-token', secret: { secretName: 'token' } }],
    };
    await sendAll(door, [renderReview(renderPod('web', { spec }))]);
    const series = await scrape(door.registry);
    const about = 'namespace="shop",owner="Pod/web-1",reason="mount-path-taken"';
    expect(series.get(`iam_bridge_pods_left_out_total{${about}}`)).toBe(1);
    expect(series.get('iam_bridge_admissions_total{outcome="left-out",reason="mount-path-taken"}')).toBe(1);
    expect([...series.keys()].join()).not.toContain('pod_identity_webhook_pod_count{');
  });

  test('a dry run leaves nobody out', async () => {
    const door = await openWebhook();
    const review = JSON.parse(renderReview(renderPod('late')));
    await sendAll(door, [JSON.stringify({ ...review, request: { ...review.request, dryRun: true } })]);
    const series = await scrape(door.registry);
    expect([...series.keys()].join()).not.toContain('pods_left_out_total{');
    expect(
      series.get('iam_bridge_admissions_total{outcome="left-out",reason="service-account-unknown"}'),
    ).toBe(1);
  });

  test('pods that asked for nothing are not', async () => {
    const door = await openWebhook();
    await sendAll(door, [renderReview(), renderReview(renderPod('plain')), '{', renderReview('null')]);
    expect([...(await scrape(door.registry)).keys()].join()).not.toContain('pods_left_out_total{');
  });

  test('are at most 500 series, and the rest is counted together', async () => {
    const registry = new Registry();
    const metrics = createWebhookMetrics(registry, () => ({ known: 0, annotated: 0 }));
    for (let index = 0; index < 2_000; index += 1) {
      metrics.leftOut('service-account-unknown', `ns-${index}`, 'Pod/x');
    }
    metrics.leftOut('service-account-unknown', 'ns-0', 'Pod/x');
    const series = [...(await scrape(registry))].filter(([key]) =>
      key.startsWith('iam_bridge_pods_left_out_total'),
    );
    expect(series.length).toBeLessThanOrEqual(501);
    const find = (part: string) => series.find(([key]) => key.includes(part))?.[1];
    expect(find('namespace="ns-0"')).toBe(2);
    expect(find('namespace="(others)"')).toBe(1_500);
    expect(series.reduce((sum, [, value]) => sum + value, 0)).toBe(2_001);
  });

  test('cannot fill the memory by the length of their names', async () => {
    const door = await openWebhook();
    const long = 'n'.repeat(100_000);
    await sendAll(door, [
      renderReview(renderPod('late'), { namespace: long }),
      renderReview(renderPod(long)),
      renderReview(renderOwned(long, long)),
    ]);
    for (const line of (await door.registry.metrics()).split('\n')) expect(line.length).toBeLessThan(1_000);
  });

  test('cannot forge a line of the scrape', async () => {
    const door = await openWebhook();
    const evil = 'x"} 1\niam_bridge_evil_total 666\n# \\';
    await sendAll(door, [
      renderReview(renderPod('late'), { namespace: evil }),
      renderReview(renderOwned(evil, evil, { 'pod-template-hash': evil })),
    ]);
    const text = await door.registry.metrics();
    expect(parseScrape(text).has('iam_bridge_evil_total')).toBe(false);
    expect(text).not.toMatch(/^iam_bridge_evil/m);
  });

  test.each([
    ['owners that are no list', { ownerReferences: {} }, 'Pod/web'],
    ['an owner that is null', { ownerReferences: [null] }, 'Pod/web'],
    ['an owner without a name', { ownerReferences: [{ controller: true }] }, '/'],
    ['names that are no texts', { name: 7, ownerReferences: null }, 'Pod/'],
    ['no controller among the owners', { ownerReferences: [{ kind: 'Node', name: 'n' }] }, 'Pod/web'],
  ])('%s', async (_, metadata, owner) => {
    const door = await openWebhook();
    await sendAll(door, [renderReview(renderPod('late', { metadata: { name: 'web', ...metadata } }))]);
    expect([...(await scrape(door.registry)).keys()].join()).toContain(`owner="${owner}"`);
  });
});

test('accounts are not looked for by a metric more often than somebody scrapes', async () => {
  let counts = 0;
  const registry = new Registry();
  const metrics = createWebhookMetrics(registry, () => {
    counts += 1;
    return { known: 1, annotated: createReader().plain.notices.length };
  });
  for (let index = 0; index < 100; index += 1) metrics.request('POST', 200, 5);
  expect(counts).toBe(0);
});
