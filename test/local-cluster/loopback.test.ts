import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { findFreePorts, listenOnLoopback } from '../../src/local-cluster/loopback.ts';

const servers: Server[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => new Promise((resolve) => server.close(resolve))));
});

async function takeAnyPort(): Promise<number> {
  const server = createServer();
  servers.push(server);
  return await listenOnLoopback(server);
}

describe('ports for programs that have to be told one', () => {
  test('are of a range that no system hands out by itself', async () => {
    const ports = await findFreePorts(50);
    expect(new Set(ports).size).toBe(50);
    expect(ports.filter((port) => port < 10_000 || port >= 30_000)).toEqual([]);
  });

  test('are free, and no two are the same', async () => {
    const taken = await takeAnyPort();
    const [first = 0, second = 0] = await findFreePorts(2);
    const picks = [taken, first, first, taken, second];
    const found = await findFreePorts(2, () => picks.shift() ?? 0);
    expect([new Set(found), picks]).toEqual([new Set([first, second]), []]);
  });

  test('are looked for a hundred times at most', async () => {
    const taken = await takeAnyPort();
    let picks = 0;
    const pick = (): number => {
      picks += 1;
      return taken;
    };
    await expect(findFreePorts(1, pick)).rejects.toThrow(
      `EADDRINUSE: address already in use 127.0.0.1:${taken}`,
    );
    expect(picks).toBe(100);
  });
});
