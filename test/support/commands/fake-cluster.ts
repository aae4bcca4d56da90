import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The API server of a made-up cluster, over plain HTTP: lists, watches and single reads of two collections. */
export interface FakeCluster {
  readonly url: string;
  /** Creates or changes a ServiceAccount and tells the watches, unless they are not to know. */
  setAccount(
    key: string,
    annotations?: Readonly<Record<string, string>>,
    options?: { readonly quietly: boolean },
  ): void;
  setConfigMap(namespace: string, config: string): void;
  /** Lists are answered only from now on; before, they wait. */
  release(): void;
  /** `GET path` of every request, without the query, and the Authorization header of the last. */
  readonly paths: readonly string[];
  lastAuthorization(): string | undefined;
  close(): Promise<void>;
}

interface Stored {
  readonly collection: string;
  readonly object: {
    readonly metadata: {
      readonly namespace: string;
      readonly name: string;
      readonly resourceVersion: string;
    };
  };
}

const ACCOUNTS = 'serviceaccounts';
const PATH = /^\/api\/v1\/(?:namespaces\/([^/]+)\/)?(serviceaccounts|configmaps)(?:\/([^/]+))?$/;

export interface FakeClusterOptions {
  /** Lists wait until `release`. */
  readonly held?: boolean;
  /** A free one where absent. */
  readonly port?: number;
}

export async function startFakeCluster({
  held = false,
  port: wanted = 0,
}: FakeClusterOptions = {}): Promise<FakeCluster> {
  const stored = new Map<string, Stored>();
  const watches: { readonly collection: string; readonly response: ServerResponse }[] = [];
  const waiting: (() => void)[] = [];
  const paths: string[] = [];
  let resourceVersion = 100;
  let holding = held;
  let authorization: string | undefined;

  function put(collection: string, key: string, content: object, quietly = false): void {
    const [namespace = '', name = ''] = key.split('/');
    resourceVersion += 1;
    const { annotations, ...rest } = content as { annotations?: object };
    const metadata = { namespace, name, resourceVersion: String(resourceVersion), annotations };
    const object = { apiVersion: 'v1', metadata, ...rest };
    stored.set(`${collection} ${key}`, { collection, object });
    if (quietly) return;
    for (const watch of watches) {
      if (watch.collection === collection)
        watch.response.write(`${JSON.stringify({ type: 'MODIFIED', object })}\n`);
    }
  }

  function sendList(response: ServerResponse, collection: string): void {
    const items = [...stored.values()].filter((each) => each.collection === collection);
    sendJson(response, 200, {
      kind: 'List',
      metadata: { resourceVersion: String(resourceVersion) },
      items: items.map(({ object }) => object),
    });
  }

  function openWatch(response: ServerResponse, collection: string): void {
    response.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
    watches.push({ collection, response });
  }

  function answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '/', 'http://cluster.test');
    paths.push(`${request.method} ${url.pathname}`);
    authorization = request.headers.authorization;
    const [, namespace, collection = '', name] = PATH.exec(url.pathname) ?? [];
    if (name !== undefined) sendOne(response, stored.get(`${collection} ${namespace}/${name}`));
    else if (url.searchParams.has('watch')) openWatch(response, collection);
    else if (holding) waiting.push(() => sendList(response, collection));
    else sendList(response, collection);
  }

  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(wanted, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
  return {
    url: `http://127.0.0.1:${port}`,
    paths,
    lastAuthorization: () => authorization,
    setAccount: (key, annotations = {}, { quietly } = { quietly: false }) =>
      put(ACCOUNTS, key, { annotations }, quietly),
    setConfigMap: (namespace, config) =>
      put('configmaps', `${namespace}/pod-identity-webhook`, { data: { config } }),
    release() {
      holding = false;
      for (const list of waiting.splice(0)) list();
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function sendOne(response: ServerResponse, found: Stored | undefined): void {
  if (found === undefined) sendJson(response, 404, { kind: 'Status', status: 'Failure', code: 404 });
  else sendJson(response, 200, found.object);
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
