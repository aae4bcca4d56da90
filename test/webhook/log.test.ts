import { Agent } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import { limitLines } from '../../src/http/log.ts';
import { call } from '../support/http/client.ts';
import { cleanUp, onCleanUp } from '../support/http/door.ts';
import { renderPod, renderReview, UID } from '../support/webhook/reviews.ts';
import { openWebhook, type WebhookDoor } from '../support/webhook/webhook-door.ts';

afterEach(cleanUp);

/** Sends these one after the other, over one connection; the answers' texts. */
async function sendAll(door: WebhookDoor, bodies: readonly (string | Buffer)[]): Promise<string[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onCleanUp(() => agent.destroy());
  const texts: string[] = [];
  for (const body of bodies) texts.push((await call(door, { body, agent })).text);
  return texts;
}

describe('a decision', () => {
  test('is one line at -v=3, with names and the reason', async () => {
    const door = await openWebhook({ verbosity: 3 });
    const warned = renderPod('web', {
      metadata: { name: 'w', annotations: { 'eks.amazonaws.com/token-expiration': '5' } },
    });
    await sendAll(door, [renderReview(), renderReview(renderPod('late')), renderReview(warned)]);
    const common = { uid: UID, namespace: 'shop', dryRun: false };
    expect(door.log.lines).toEqual([
      {
        level: 'info',
        message: 'admission',
        fields: {
          ...common,
          outcome: 'mutated',
          reason: 'web-identity',
          serviceAccount: 'web',
          owner: 'Pod/web-1',
          operations: expect.any(Number),
        },
      },
      {
        level: 'info',
        message: 'admission',
        fields: {
          ...common,
          outcome: 'left-out',
          reason: 'service-account-unknown',
          serviceAccount: 'late',
          owner: 'Pod/web-1',
          operations: 0,
          notices: [expect.stringContaining('does not exist')],
        },
      },
      {
        level: 'info',
        message: 'admission',
        fields: expect.objectContaining({ notices: [expect.stringContaining('token-expiration')] }),
      },
    ]);
  });

  test.each([0, 1, 2])('is no line at -v=%d', async (verbosity) => {
    const door = await openWebhook({ verbosity });
    await sendAll(door, [renderReview(), renderReview(renderPod('late')), renderReview(renderPod('plain'))]);
    expect(door.log.lines).toEqual([]);
  });

  test('that is a fault is a line at any level', async () => {
    const door = await openWebhook({ verbosity: 0 });
    await sendAll(door, ['{', renderReview('null')]);
    expect(door.log.lines.map(({ level, message }) => [level, message])).toEqual([
      ['error', 'pod left unchanged'],
      ['error', 'pod left unchanged'],
    ]);
    expect(door.log.lines[1]?.fields).toMatchObject({
      uid: UID,
      reason: 'pod-malformed',
      problem: expect.any(String),
    });
  });
});

describe('a flood of faults', () => {
  test('is ten lines in ten seconds, and then says how many were left out', async () => {
    const door = await openWebhook({ verbosity: 5 });
    const now = 1_700_000_000_000;
    await sendAll(
      door,
      Array.from({ length: 300 }, () => '{'),
    );
    expect(door.log.lines).toHaveLength(10);
    door.setNow(now + 9_999);
    await sendAll(door, ['{']);
    expect(door.log.lines).toHaveLength(10);
    door.setNow(now + 10_000);
    await sendAll(door, ['{', '{']);
    expect(door.log.lines.slice(10).map(({ fields }) => fields)).toEqual([
      expect.objectContaining({ suppressed: 291 }),
      expect.objectContaining({ suppressed: 0 }),
    ]);
  });

  test('leaves the lines of good decisions alone', async () => {
    const door = await openWebhook({ verbosity: 3 });
    await sendAll(door, [...Array.from({ length: 20 }, () => '{'), renderReview()]);
    expect(door.log.lines.at(-1)?.message).toBe('admission');
  });

  test('each kind has its own bounds', () => {
    const [a, b] = [limitLines({ limit: 1, interval: 100 }), limitLines({ limit: 1, interval: 100 })];
    const written: string[] = [];
    for (const now of [0, 50, 99, 100, 250]) {
      a(now, (suppressed) => void written.push(`a ${now} ${suppressed}`));
      b(now, (suppressed) => void written.push(`b ${now} ${suppressed}`));
    }
    expect(written).toEqual(['a 0 0', 'b 0 0', 'a 100 2', 'b 100 2', 'a 250 0', 'b 250 0']);
  });

  test('a clock that is set back does not silence it', () => {
    const limited = limitLines({ limit: 1, interval: 10_000 });
    const written: number[] = [];
    limited(1_700_000_000_000, () => void written.push(1));
    limited(1_700_000_000_000 - 3_600_000, () => void written.push(2));
    limited(1_700_000_000_000 - 3_500_000, () => void written.push(3));
    expect(written.length).toBeGreaterThan(1);
  });
});

describe('secrets', () => {
  const CANARY = 'eyJhbGciOiJub25lIn0-canary-AKIAIOSFODNN7EXAMPLE';

  /** A pod that carries the canary wherever pods carry secrets. */
  function renderSecretPod(serviceAccount: string, more: object = {}): string {
    return JSON.stringify({
      metadata: {
        name: 'web-1',
        namespace: 'shop',
        annotations: {
          'vault.example/token': CANARY,
          'kubectl.kubernetes.io/last-applied-configuration': CANARY,
        },
        labels: { secret: CANARY },
        managedFields: [{ manager: CANARY }],
      },
      spec: {
        serviceAccountName: serviceAccount,
        containers: [
          {
            name: 'app',
            image: `registry.invalid/${CANARY}`,
            command: ['sh', '-c', CANARY],
            args: [CANARY],
            env: [
              { name: 'PASSWORD', value: CANARY },
              { name: 'AWS_SECRET_ACCESS_KEY', value: CANARY },
              { name: 'AWS_ROLE_ARN', value: CANARY },
            ],
            envFrom: [{ prefix: 'AWS_', secretRef: { name: CANARY } }],
            volumeMounts: [{ name: 'v', mountPath: '/var/run/secrets/eks.amazonaws.com/serviceaccount' }],
          },
        ],
        volumes: [{ name: 'v', secret: { secretName: CANARY } }],
        imagePullSecrets: [{ name: CANARY }],
      },
      ...more,
    });
  }

  test('of pods are in no line and in no metric, whatever becomes of the pod', async () => {
    let broken = false;
    const door = await openWebhook({
      verbosity: 5,
      deps: {
        sources() {
          if (broken) throw new Error(CANARY);
          return { containerCredentials: new Set(), configMap: undefined };
        },
        findAccount: (_namespace, name) =>
          name === 'boom' ? Promise.reject(new Error(CANARY)) : Promise.resolve({ kind: 'unknown' }),
      },
    });
    // As many kinds of fault as the log's bound lets through.
    const deep = renderSecretPod('web', { deep: 'DEEP' }).replace('"DEEP"', '['.repeat(100));
    const reviews = [
      renderReview(renderSecretPod('web')),
      renderReview(renderSecretPod('plain')),
      renderReview(renderSecretPod('late')),
      renderReview(renderSecretPod('boom')),
      renderReview(renderSecretPod('web'), { operation: 'UPDATE' }),
      renderReview(renderSecretPod('web', { spec: { containers: CANARY } })),
      renderReview(`"${CANARY}"`),
      renderReview(renderSecretPod('web')).slice(0, -5),
      renderReview(deep),
      CANARY,
    ];
    const answers = await sendAll(door, reviews);
    broken = true;
    answers.push(...(await sendAll(door, [renderReview(renderSecretPod('web'))])));
    expect(door.log.lines.length).toBe(reviews.length + 1);
    expect(JSON.stringify(door.log.lines)).not.toContain('canary');
    expect(await door.registry.metrics()).not.toContain('canary');
    // Nor is any of it sent back: only what we add is.
    for (const text of answers) {
      expect(text + Buffer.from(JSON.parse(text).response.patch ?? '', 'base64')).not.toContain('canary');
    }
  });
});

test('no caller can make a line long', async () => {
  const door = await openWebhook({ verbosity: 5 });
  const long = 'x'.repeat(1_000_000);
  await sendAll(door, [
    renderReview(renderPod(), { uid: long }),
    renderReview('null', { uid: long }),
    renderReview(renderPod(long)),
    renderReview(renderPod(), { namespace: long }),
    renderReview(renderPod('late', { metadata: { name: long } })),
    renderReview(
      renderPod('web', {
        metadata: { annotations: { 'eks.amazonaws.com/skip-containers': `${long},${long}` } },
      }),
    ),
  ]);
  expect(door.log.lines).toHaveLength(6);
  for (const { fields } of door.log.lines) expect(JSON.stringify(fields).length).toBeLessThan(4_000);
});
