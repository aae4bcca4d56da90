import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** The API server of a made-up cluster: collections, discovery and reviews, over plain HTTP. */
export interface RbacServer {
  readonly url: string;
  /** A kubeconfig for it; `namespace` is `shop`. */
  readonly kubeconfig: string;
  /** `METHOD path` of every request, without the query. */
  readonly requests: readonly string[];
  /** What reviews of access were asked, in the order in which they came. */
  readonly reviews: readonly Review[];
  close(): Promise<void>;
}

export interface Review {
  readonly kind: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

export interface RbacServerOptions {
  /** By path, such as `/api/v1/namespaces`: a collection's objects, a document, or a status. */
  readonly answers: Readonly<Record<string, readonly object[] | object | number>>;
  /** Whom a SelfSubjectReview names; a status where it is refused. */
  readonly user?: object | number;
  /** What a review of access says; a status where it is refused. */
  readonly review?: (review: Review) => object | number;
}

export async function startRbacServer({ answers, user, review }: RbacServerOptions): Promise<RbacServer> {
  const requests: string[] = [];
  const reviews: Review[] = [];

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    requests.push(`${request.method} ${path}`);
    if (request.method !== 'POST') {
      send(response, Object.hasOwn(answers, path) ? (answers[path] ?? 404) : fallBack(path));
      return;
    }
    const asked = JSON.parse(await text(request)) as Review;
    if (asked.kind === 'SelfSubjectReview') {
      send(
        response,
        toStatus(user ?? 403, (userInfo) => ({ status: { userInfo } })),
      );
      return;
    }
    reviews.push(asked);
    send(
      response,
      toStatus(review?.(asked) ?? 403, (status) => ({ status })),
    );
  }

  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    kubeconfig: renderKubeconfig(url),
    requests,
    reviews,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** Empty collections, no discovery, nothing else. */
function fallBack(path: string): object | number {
  if (path === '/version') return { gitVersion: 'v1.36.3' };
  if (path === '/api') return { kind: 'APIGroupDiscoveryList', items: [] };
  if (path === '/apis') return 404;
  const isCollection =
    /^\/(?:api\/v1|apis\/rbac\.authorization\.k8s\.io\/v1)(?:\/namespaces\/[^/]+)?\/[a-z]+$/;
  return isCollection.test(path) ? [] : 404;
}

function toStatus(value: object | number, wrap: (value: object) => object): object | number {
  return typeof value === 'number' ? value : wrap(value);
}

function send(response: ServerResponse, answer: readonly object[] | object | number): void {
  response.setHeader('content-type', 'application/json');
  if (typeof answer === 'number') {
    response.writeHead(answer).end(JSON.stringify({ kind: 'Status', code: answer, message: 'refused' }));
    return;
  }
  const body = Array.isArray(answer)
    ? { kind: 'List', metadata: { resourceVersion: '1' }, items: answer }
    : answer;
  response.writeHead(200).end(JSON.stringify(body));
}

function renderKubeconfig(server: string): string {
  const contexts = [
    { name: 'x', context: { cluster: 'x', user: 'x', namespace: 'shop' } },
    { name: 'other', context: { cluster: 'x', user: 'x', namespace: 'other' } },
  ];
  return JSON.stringify({
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'x' },
    ...{ contexts, clusters: [{ name: 'x', cluster: { server } }], users: [{ name: 'x', user: {} }] },
  });
}
