import { connect, type Socket } from 'node:net';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { FairQueue } from '../../src/http/handshake-queue.ts';
import { call } from '../support/http/client.ts';
import { cleanUp, onCleanUp, openDoor } from '../support/http/door.ts';
import { until } from '../support/until.ts';

afterEach(cleanUp);

test('addresses take turns, each in the order in which its own came', () => {
  const entry = fc.record({ key: fc.constantFrom('a', 'b', 'c'), value: fc.nat() });
  fc.assert(
    fc.property(fc.array(entry), (entries) => {
      const queue = new FairQueue<{ key: string; value: number }>();
      for (const each of entries) queue.add(each.key, each);
      const taken = entries.map(() => queue.take());
      for (const key of ['a', 'b', 'c']) {
        const own = entries.filter((each) => each.key === key);
        expect(taken.filter((each) => each?.key === key)).toEqual(own);
        // Nobody comes later than all others have had as many turns.
        expect(own.every((each, turn) => taken.indexOf(each) < (turn + 1) * 3)).toBe(true);
      }
      expect([queue.take(), queue.isEmpty()]).toEqual([undefined, true]);
    }),
  );
});

test('a crowd of connections keeps nobody from a handshake, also where many of them go at once', async () => {
  const door = await openDoor();
  const crowd: Socket[] = Array.from({ length: 300 }, () => {
    const socket = connect({ port: door.port, host: '127.0.0.1' });
    socket.on('error', () => {});
    onCleanUp(() => void socket.destroy());
    return socket;
  });
  const answers = await Promise.all([call(door), call(door), call(door)]);
  expect(answers.map(({ text }) => text)).toEqual(['direct', 'direct', 'direct']);
  for (const socket of crowd) socket.resetAndDestroy();
  await until(() => door.server.connections() === 0, 'all are gone');
  expect((await call(door)).text).toBe('direct');
});
