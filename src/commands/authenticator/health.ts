import type { Part } from '../../http/lifecycle.ts';
import type { ListenAddress } from '../../http/listen.ts';
import type { Log } from '../../http/log.ts';
import { createPlainServer } from '../../http/server.ts';
import { toSidePart } from '../server/door.ts';

/** As many as there are probes; whoever holds most of them makes room. */
const CONNECTIONS = 64;

/** The Go program's port that says `ok` to everybody who asks anything; nothing hangs on it. */
export function createHealthPart(address: ListenAddress, log: Log): Part {
  const server = createPlainServer({
    direct: new Map(),
    otherwise: (_request, response) =>
      void response.writeHead(200, { 'content-type': 'text/plain' }).end('ok'),
    connections: { limit: CONNECTIONS },
  });
  return toSidePart(
    { name: 'health', flag: '--health-port', what: 'health listens', address, server, isOptional: true },
    log,
  );
}
