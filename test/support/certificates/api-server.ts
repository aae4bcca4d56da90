import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseJson } from '../../../src/json/parse.ts';
import { isRecord } from '../../../src/json/record.ts';
import type { FakeApi } from './fake-api.ts';

/** A {@link FakeApi} over plain HTTP, with lists and watches of what is in it, and of nothing else. */
export interface FakeApiServer {
  readonly url: string;
  /** Has every watch tell that something has changed. */
  announce(): void;
  close(): Promise<void>;
}

const METHODS = { PUT: 'PUT', PATCH: 'PATCH' } as const;

export async function startFakeApiServer(api: FakeApi): Promise<FakeApiServer> {
  const watches = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://server.test');
    if (searchParams.has('watch')) {
      response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      watches.add(response);
    } else if (searchParams.has('limit')) {
      response.end(JSON.stringify({ kind: 'List', metadata: { resourceVersion: '1' }, items: [] }));
    } else {
      void pass(request.method ?? '', pathname, text(request), response);
    }
  });

  async function pass(
    method: string,
    path: string,
    sent: Promise<string>,
    response: ServerResponse,
  ): Promise<void> {
    const body = parseJson(await sent);
    const known = method === 'PUT' || method === 'PATCH' ? METHODS[method] : undefined;
    const answer =
      known === undefined ? await api.get(path) : await api.send(known, path, isRecord(body) ? body : {});
    response.writeHead(answer.status, { date: new Date(answer.date ?? 0).toUTCString() }).end(answer.body);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const object = { metadata: { name: 'pod-identity-webhook', resourceVersion: '2' } };
  return {
    url: `http://127.0.0.1:${port}`,
    announce() {
      for (const watch of watches) watch.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
