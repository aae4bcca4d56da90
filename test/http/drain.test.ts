import type { ServerResponse } from 'node:http';
import { Agent } from 'node:https';
import { afterEach, describe, expect, test } from 'vitest';
import { createDrain } from '../../src/http/drain.ts';
import { type Answer, call, openRaw } from '../support/http/client.ts';
import { cleanUp, type Door, onCleanUp, openDoor } from '../support/http/door.ts';
import { until } from '../support/until.ts';

afterEach(cleanUp);

/** Longer than any test may take: whoever waits for its end never comes back. ms */
const PATIENCE = 600_000;

interface SlowDoor extends Door {
  /** Calls that wait for an answer. */
  readonly waiting: ServerResponse[];
  /** Kept open by the client for as long as the server lets it. */
  readonly agent: Agent;
}

/** A server whose calls are answered by hand. */
async function openSlowDoor(): Promise<SlowDoor> {
  const waiting: ServerResponse[] = [];
  const door = await openDoor({
    direct: new Map([['/mutate', (_request, response) => void waiting.push(response)]]),
  });
  const agent = new Agent({ keepAlive: true });
  onCleanUp(() => agent.destroy());
  return { ...door, waiting, agent };
}

/** A call that has arrived and waits. */
async function begin(door: SlowDoor): Promise<{ answer: Promise<Answer> }> {
  const before = door.waiting.length;
  const answer = call(door, { agent: door.agent });
  // Looked at later; until then a failure is nobody's.
  answer.catch(() => {});
  await until(() => door.waiting.length > before, 'the call has arrived');
  return { answer };
}

describe('once draining has begun', () => {
  test('new connections are taken, and answers ask for the next one elsewhere', async () => {
    const door = await openDoor();
    const agent = new Agent({ keepAlive: true });
    onCleanUp(() => agent.destroy());
    const before = await call(door, { agent });
    expect(before.headers.connection).toBe('keep-alive');
    door.server.drain.begin();
    expect(door.server.drain.draining()).toBe(true);
    for (const path of ['/mutate', '/healthz', '/elsewhere']) {
      const { headers } = await call(door, { agent, path, method: 'GET' });
      expect(headers.connection, path).toBe('close');
    }
  });

  test('a kept connection is answered once more, and then closed by the server', async () => {
    const door = await openDoor();
    const { socket, received, ended } = await openRaw(door);
    socket.write('GET /mutate HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => received().includes('direct'), 'the first answer is there');
    door.server.drain.begin();
    socket.write('GET /mutate HTTP/1.1\r\nhost: x\r\n\r\n');
    await ended;
    expect(received().match(/direct/g)).toHaveLength(2);
    expect(received()).toMatch(/connection: close/i);
  });

  test('a call under way is answered, and its answer, too, asks for the next one elsewhere', async () => {
    const door = await openSlowDoor();
    const { answer } = await begin(door);
    door.server.drain.begin();
    door.waiting[0]?.end('late');
    const { status, text, headers } = await answer;
    expect([status, text]).toEqual([200, 'late']);
    expect(headers.connection).toBe('close');
  });
});

describe('closing', () => {
  test('lets a call under way finish, and takes no new connection', async () => {
    const door = await openSlowDoor();
    const { answer } = await begin(door);
    door.server.drain.begin();
    const closed = door.server.drain.close(PATIENCE);
    await expect(call(door)).rejects.toThrow(/ECONNREFUSED/);
    door.waiting[0]?.end('late');
    expect((await answer).text).toBe('late');
    await closed;
  });

  test('is over as soon as the last call is answered, also one that came before the draining', async () => {
    const door = await openSlowDoor();
    const { answer } = await begin(door);
    const closed = door.server.drain.close(PATIENCE);
    door.waiting[0]?.end('late');
    await answer;
    await closed;
  });

  test('ends idle connections at once', async () => {
    const door = await openDoor();
    const idle = await openRaw(door);
    idle.socket.write('GET /mutate HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => idle.received().includes('direct'), 'the answer is there');
    await door.server.drain.close(PATIENCE);
    await idle.ended;
  });

  test('leaves a connection that has not said a word yet as much time as any: its call may be on the way', async () => {
    const door = await openDoor();
    const [mute, late] = [await openRaw(door), await openRaw(door)];
    const closed = door.server.drain.close(500);
    late.socket.write('GET /mutate HTTP/1.1\r\nhost: x\r\n\r\n');
    await until(() => late.received().includes('direct'), 'the answer is there');
    expect(late.received()).toMatch(/connection: close/i);
    await closed;
    await mute.ended;
  });

  test('cuts off what has not finished within the patience', async () => {
    const door = await openSlowDoor();
    const { answer } = await begin(door);
    await door.server.drain.close(100);
    await expect(answer).rejects.toThrow();
  });

  test('may be asked for twice, and before there is a server', async () => {
    const door = await openDoor();
    await Promise.all([door.server.drain.close(PATIENCE), door.server.drain.close(PATIENCE)]);
    const drain = createDrain(() => undefined);
    await drain.close(PATIENCE);
    expect(drain.draining()).toBe(true);
  });
});

test('a hundred calls in flight over a drain: each has its answer', async () => {
  const door = await openSlowDoor();
  const calls = Array.from({ length: 100 }, () => call(door, { agent: door.agent }));
  await until(() => door.waiting.length === 100, 'all calls have arrived');
  door.server.drain.begin();
  const closed = door.server.drain.close(PATIENCE);
  for (const [index, response] of door.waiting.entries()) response.end(`answer ${index}`);
  const answers = await Promise.all(calls);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(100);
  await closed;
});
