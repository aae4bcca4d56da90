import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

/** An HTTP proxy that opens tunnels, all of them to one port of this machine, whatever they are asked for. */
export interface ConnectProxy {
  readonly url: string;
  /** `host:port` of every tunnel, as it was asked for. */
  readonly asked: string[];
  /** All that clients have sent, byte for byte as text: headers of CONNECT, and what went through tunnels. */
  heard(): string;
  close(): Promise<void>;
}

/** @param port on loopback, where every tunnel leads */
export async function startConnectProxy(port: number): Promise<ConnectProxy> {
  const asked: string[] = [];
  const heard: string[] = [];
  const server = createServer((_, response) => response.writeHead(405).end());
  server.on('connect', ({ url = '', rawHeaders }, client) => {
    asked.push(url);
    heard.push(url, ...rawHeaders);
    client.on('data', (chunk: Buffer) => heard.push(chunk.toString('latin1')));
    const upstream = connect(port, '127.0.0.1', () => client.write('HTTP/1.1 200 OK\r\n\r\n'));
    upstream.pipe(client).pipe(upstream);
    for (const [one, other] of [
      [upstream, client],
      [client, upstream],
    ] as const) {
      one.on('error', () => other.destroy());
      one.on('close', () => other.destroy());
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    heard: () => heard.join('\n'),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
