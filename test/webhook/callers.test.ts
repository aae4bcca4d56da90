import { Agent } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import type { BodyReading } from '../../src/http/body.ts';
import { createAuthority } from '../support/certificates.ts';
import { createCaller, createChangingTrust } from '../support/http/authorities.ts';
import { createReadBody } from '../support/http/bodies.ts';
import { call, openRaw } from '../support/http/client.ts';
import { cleanUp } from '../support/http/door.ts';
import { renderReview } from '../support/webhook/reviews.ts';
import { openWebhook, type WebhookDoor } from '../support/webhook/webhook-door.ts';

afterEach(cleanUp);

const authority = createAuthority('cluster');
const other = createAuthority('another cluster');

/** A webhook that judges for kube-apiserver alone, and how many bodies it has begun to read. */
async function openGuarded(): Promise<{ door: WebhookDoor; read: BodyReading['kind'][] }> {
  const { trust } = createChangingTrust(authority.certificate, ['kube-apiserver']);
  const read: BodyReading['kind'][] = [];
  const readBody = createReadBody();
  const door = await openWebhook({
    deps: {
      callers: trust,
      readBody(request, response, limits, done) {
        read.push('body');
        readBody(request, response, limits, done);
      },
    },
    door: { clientTrust: trust },
  });
  return { door, read };
}

test('who has the certificate is judged, on a kept connection again and again', async () => {
  const { door } = await openGuarded();
  const agent = createCaller(authority, 'kube-apiserver');
  for (let round = 0; round < 3; round += 1) {
    const { status, text } = await call(door, { agent, body: renderReview() });
    expect(status).toBe(200);
    expect(JSON.parse(text).response.allowed).toBe(true);
  }
});

describe.each<[who: string, status: number, agent: () => Agent]>([
  ['who has none', 401, () => new Agent()],
  ['who has one of another authority', 401, () => createCaller(other, 'kube-apiserver')],
  ['who has one of another name', 403, () => createCaller(authority, 'system:node:worker-1')],
])('%s', (_who, expected, createAgent) => {
  test(`gets ${expected}, learns nothing, and the connection ends`, async () => {
    const { door, read } = await openGuarded();
    const { status, headers, text } = await call(door, { agent: createAgent(), body: renderReview() });
    expect([status, headers.connection]).toEqual([expected, 'close']);
    expect(text).not.toMatch(/arn:|kube-apiserver|allowed/);
    expect(read).toEqual([]);
    expect(door.log.lines).toEqual([]);
  });

  test.each(['GET', 'PUT', 'DELETE'])('by %s is told the same', async (method) => {
    const { door } = await openGuarded();
    expect((await call(door, { agent: createAgent(), method })).status).toBe(expected);
  });
});

test('a stranger is answered before a byte of the body has come', async () => {
  const { door, read } = await openGuarded();
  const { socket, received, ended } = await openRaw(door);
  socket.write(
    'POST /mutate HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 7000000\r\n\r\n',
  );
  await ended;
  expect(received()).toMatch(/^HTTP\/1\.1 401 /);
  expect(read).toEqual([]);
});

test('other paths stay open to all', async () => {
  const { door } = await openGuarded();
  expect((await call(door, { path: '/healthz', method: 'GET' })).status).toBe(200);
});
