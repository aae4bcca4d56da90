import { createServer as createProxyServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { createAuthority } from '../certificates.ts';
import { HOST } from './tokens.ts';

export const authority = createAuthority('tests of the authenticator');

export interface StandIn {
  readonly port: number;
  /** Connections that were opened so far. */
  connections(): number;
  /** Those that are open now. */
  open(): number;
  stop(): Promise<void>;
}

/** An HTTPS server that bears the names of STS. */
export async function startStandIn(
  listener: RequestListener,
  names: readonly string[] = [HOST],
): Promise<StandIn> {
  const { certificate, key } = authority.issue({ names: [...names] });
  const server = createServer({ cert: certificate, key, keepAliveTimeout: 60_000 }, listener);
  let connections = 0;
  let open = 0;
  server.on('connection', (socket) => {
    connections += 1;
    open += 1;
    socket.on('close', () => {
      open -= 1;
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    connections: () => connections,
    open: () => open,
    stop: () => stop(server),
  };
}

export interface ProxyStandIn {
  readonly port: number;
  /** What was asked for, with the authorization that came along. */
  readonly asked: string[];
  stop(): Promise<void>;
}

/** An HTTP proxy that opens tunnels to one port, whatever is asked; or says no. */
export async function startProxy(target: number, status = 200): Promise<ProxyStandIn> {
  const asked: string[] = [];
  const server = createProxyServer();
  const open = new Set<Socket>();
  server.on('connect', ({ url, headers }: IncomingMessage, socket: Socket) => {
    asked.push(`${url} ${headers['proxy-authorization'] ?? ''}`.trim());
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const tunnel = connect(target, '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      tunnel.pipe(socket).pipe(tunnel);
    });
    for (const end of [tunnel, socket]) {
      open.add(end);
      end.on('error', () => end.destroy());
      end.on('close', () => open.delete(end));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as AddressInfo).port, asked, stop: () => stop(server, open) };
}

function stop(
  server: ReturnType<typeof createProxyServer> | ReturnType<typeof createServer>,
  tunnels: Iterable<Socket> = [],
): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
    // A server knows nothing of them any more, and waits for them.
    for (const tunnel of tunnels) tunnel.destroy();
  });
}
