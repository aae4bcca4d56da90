import { afterEach, describe, expect, test } from 'vitest';
import { type BudgetDoor, openBudgetDoor } from '../support/http/budget-door.ts';
import { cleanUp } from '../support/http/door.ts';
import { settle } from '../support/settle.ts';
import { until } from '../support/until.ts';

afterEach(cleanUp);

const MIB = 1024 * 1024;

/** Lets the door look around, half a second each time. */
async function pass({ clock }: BudgetDoor, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= 500) {
    clock.advance(500);
    await settle();
  }
}

test('bodies are read whole, one after the other on a connection, and leave nothing behind', async () => {
  const door = await openBudgetDoor();
  const caller = door.connect();
  for (const size of [0, 1, 5_000, 300_000, 7 * MIB]) {
    caller.post(size);
    caller.socket.write(Buffer.alloc(size, 'x'));
    await until(() => door.ends.at(-1) === `body ${size}`, `a body of ${size}`);
  }
  expect(door.budget.reserved()).toBe(0);
});

test('a body in chunks is read like one of a known length', async () => {
  const door = await openBudgetDoor();
  const { socket } = door.connect();
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  for (let index = 0; index < 50; index += 1) socket.write(`c350\r\n${'x'.repeat(50_000)}\r\n`);
  socket.write('0\r\n\r\n');
  await until(() => door.ends.length > 0, 'it is read');
  expect(door.ends).toEqual(['body 2500000']);
  expect(door.budget.reserved()).toBe(0);
});

test('a body in chunks that grows beyond the limit is too large, and what comes behind it is read', async () => {
  const door = await openBudgetDoor();
  const { socket, post, received } = door.connect();
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
  for (let index = 0; index < 16; index += 1) socket.write(`80000\r\n${'x'.repeat(512 * 1024)}\r\n`);
  await until(() => received().includes('\r\n\r\n'), 'it is answered');
  expect(received()).toMatch(/^HTTP\/1\.1 413 /);
  expect(door.budget.reserved()).toBe(0);
  socket.write('0\r\n\r\n');
  post(3);
  socket.write('abc');
  await until(() => door.ends.length > 1, 'the next is read');
  expect(door.ends).toEqual(['too-large', 'body 3']);
  expect(door.budget.reserved()).toBe(0);
});

describe('a large body without room', () => {
  async function openFull(): Promise<BudgetDoor> {
    const door = await openBudgetDoor('later');
    const holder = door.connect();
    holder.post(7 * MIB);
    holder.socket.write(Buffer.alloc(7 * MIB));
    await until(() => door.ends.length === 1, 'the budget is taken');
    return door;
  }

  test('waits unread, and is read once there is some', async () => {
    const door = await openFull();
    const caller = door.connect();
    caller.post(6 * MIB);
    caller.socket.write(Buffer.alloc(6 * MIB, 'y'));
    await until(() => door.budget.waiting() === 1, 'it waits');
    await pass(door, 3_000);
    expect(door.ends).toHaveLength(1);
    // What the kernel does not hold is still with the caller.
    expect(caller.socket.writableLength).toBeGreaterThan(0);
    door.held[0]?.end();
    await until(() => door.ends.length === 2, 'it is read');
    expect(door.ends[1]).toBe(`body ${6 * MIB}`);
    expect(door.reasons).toEqual([]);
  });

  test('waits as long as its caller would, and gets 503 without Retry-After', async () => {
    const door = await openFull();
    const caller = door.connect();
    caller.post(6 * MIB, '?wait=2000');
    await until(() => door.budget.waiting() === 1, 'it waits');
    await pass(door, 2_000);
    expect(caller.received()).toBe('');
    await pass(door, 500);
    await caller.ended;
    expect(caller.received()).toMatch(/^HTTP\/1\.1 503 [\s\S]*\r\nconnection: close\r\n/i);
    expect(caller.received()).not.toMatch(/retry-after/i);
    expect(door.reasons).toEqual(['waited']);
  });

  test.each([256 * 1024 + 1, MIB])(
    'is turned away with its connection, also one of %i bytes',
    async (size) => {
      const door = await openFull();
      const holder = door.connect();
      holder.post(MIB - 256 * 1024);
      const waiting = door.connect();
      waiting.post(size, '?wait=1000');
      await until(() => door.budget.waiting() === 1, 'it waits');
      await pass(door, 1_500);
      await waiting.ended;
      expect(waiting.received()).toMatch(/^HTTP\/1\.1 503 [\s\S]*\r\nconnection: close\r\n/i);
    },
  );

  test('is refused at once where 64 wait already, while small ones are read', async () => {
    const door = await openFull();
    for (let index = 0; index < 64; index += 1) door.connect().post(MIB + 1);
    await until(() => door.budget.waiting() === 64, 'the queue is full');
    const late = door.connect();
    late.post(MIB + 1);
    await late.ended;
    expect(late.received()).toMatch(/^HTTP\/1\.1 503 /);
    const small = door.connect();
    small.post(3);
    small.socket.write('abc');
    await until(() => door.ends.at(-1) === 'body 3', 'the small one is read');
    expect(door.reasons).toEqual(['queue-full']);
  });

  test('in chunks waits in the middle, and goes on where it stood', async () => {
    const door = await openFull();
    const { socket } = door.connect();
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    const sent = Buffer.alloc(3 * MIB, 'abcdefgh');
    for (let at = 0; at < sent.length; at += 64 * 1024) {
      socket.write('10000\r\n');
      socket.write(sent.subarray(at, at + 64 * 1024));
      socket.write('\r\n');
    }
    socket.write('0\r\n\r\n');
    await until(() => door.budget.waiting() === 1, 'it waits');
    await pass(door, 4_000);
    expect(door.ends).toHaveLength(1);
    door.held[0]?.end();
    await until(() => door.ends.length === 2, 'it is read');
    expect(door.ends[1]).toBe(`body ${sent.length}`);
  });
});

test('a small body without room is read at the cost of the longest-unfinished', async () => {
  const door = await openBudgetDoor();
  const [first, second] = [door.connect(), door.connect()];
  first.post(4 * MIB);
  await until(() => door.budget.reserved() === 4 * MIB, 'the first is there');
  second.post(4 * MIB);
  await until(() => door.budget.reserved() === 8 * MIB, 'the second is there');
  const small = door.connect();
  small.post(200_000);
  small.socket.write(Buffer.alloc(200_000));
  await first.ended;
  await until(() => door.ends.includes('body 200000'), 'the small one is read');
  expect(door.ends).toEqual(['aborted', 'body 200000']);
  expect(second.socket.destroyed).toBe(false);
  expect(door.reasons).toEqual(['displaced']);
});

test('who sends too slowly is cut off, who waits for an answer is not', async () => {
  const door = await openBudgetDoor('later');
  const [slow, judged] = [door.connect(), door.connect()];
  slow.post(4_000);
  judged.post(3);
  judged.socket.write('abc');
  await until(() => door.held.length === 1 && door.budget.reserved() === 4_003, 'both are there');
  await pass(door, 2_500);
  await slow.ended;
  await pass(door, 20_000);
  expect(judged.socket.destroyed).toBe(false);
  expect(door.reasons).toEqual(['slow']);
  door.held[0]?.end('read');
  await until(() => door.budget.reserved() === 0, 'all is free');
});

test.each(['before its end', 'while it waits', 'before its answer'])(
  'a caller that goes %s leaves nothing behind',
  async (when) => {
    const door = await openBudgetDoor('later');
    const caller = door.connect();
    if (when === 'while it waits') {
      const holder = door.connect();
      holder.post(7 * MIB);
      await until(() => door.budget.reserved() === 7 * MIB, 'the holder is there');
      caller.post(6 * MIB);
      await until(() => door.budget.waiting() === 1, 'it waits');
      // Unread, it is not seen to go before its time is over.
      caller.socket.destroy();
      holder.socket.destroy();
    } else {
      caller.post(5_000);
      caller.socket.write(Buffer.alloc(when === 'before its end' ? 10 : 5_000));
      await until(() => door.budget.reserved() === 5_000, 'it is there');
      if (when === 'before its answer') await until(() => door.held.length === 1, 'it is read');
      caller.socket.destroy();
    }
    await until(() => door.budget.reserved() === 0 && door.budget.waiting() === 0, 'all is free');
    expect(door.reasons).toEqual([]);
  },
);

test('requests behind one another on a connection leave nothing behind when it goes', async () => {
  const door = await openBudgetDoor('later');
  const { socket } = door.connect();
  socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 3\r\n\r\nabc'.repeat(5));
  await until(() => door.held.length === 5, 'all are read');
  expect(door.budget.reserved()).toBe(15);
  socket.destroy();
  await until(() => door.budget.reserved() === 0, 'all is free');
});
