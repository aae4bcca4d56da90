import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:net';

/** Listens on a free port of this machine alone, and tells which. */
export async function listenOnLoopback(server: Server): Promise<number> {
  await listen(server, 0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}

/**
 * Below what systems hand to outgoing connections and to servers that take any port (Linux from 32768 on, others from
 * 49152), and below the node ports of Kubernetes: nobody is given one by chance before the program listens there for
 * which it was found, nor while that program restarts.
 */
const LOWEST_PORT = 10_000;
const HIGHEST_PORT = 29_999;

const MOST_ATTEMPTS = 100;

const pickAny = (): number => randomInt(LOWEST_PORT, HIGHEST_PORT + 1);

/**
 * Ports that nothing listens on at this moment, for programs that have to be told one. All are held until the last is
 * found, so that no two are the same.
 * @throws Error of the last attempt where there is none
 */
export async function findFreePorts(count: number, pick: () => number = pickAny): Promise<number[]> {
  const held = await Promise.all(Array.from({ length: count }, () => holdPort(pick)));
  await Promise.all(held.map(({ server }) => new Promise((resolve) => server.close(resolve))));
  return held.map(({ port }) => port);
}

async function holdPort(pick: () => number): Promise<{ readonly server: Server; readonly port: number }> {
  for (let attempt = 1; ; attempt += 1) {
    const [server, port] = [createServer(), pick()];
    try {
      await listen(server, port);
      return { server, port };
    } catch (error) {
      if (attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

async function listen(server: Server, port: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: '127.0.0.1', port, exclusive: true }, resolve);
  });
}
