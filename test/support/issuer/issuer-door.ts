import { request } from 'node:http';
import { connect } from 'node:net';
import { listenOn } from '../../../src/http/listen.ts';
import { createPlainServer } from '../../../src/http/server.ts';
import type { PublicJwk } from '../../../src/issuer/documents.ts';
import { createRouting, type RoutingDeps } from '../../../src/issuer/serve/routes.ts';
import { createDocumentStore, type DocumentStore } from '../../../src/issuer/serve/served-documents.ts';

export const ISSUER = 'https://oidc.example/clusters/demo';

/** The issuer on a free port, and what it counted. */
export interface IssuerDoor {
  readonly port: number;
  readonly store: DocumentStore;
  readonly counted: string[];
  close(): Promise<void>;
}

export async function openIssuer(
  options: Partial<RoutingDeps> & { readonly keys?: readonly PublicJwk[] } = {},
): Promise<IssuerDoor> {
  const { keys, issuer = ISSUER, ...rest } = options;
  const store = createDocumentStore({ issuer, jwksUri: `${issuer}/openid/v1/jwks` });
  if (keys !== undefined) store.deliver(keys);
  const counted: string[] = [];
  const routing = createRouting({
    issuer,
    documents: store.documents,
    maxAge: 3600,
    count: (document, status) => void counted.push(`${document} ${status}`),
    ...rest,
  });
  const server = createPlainServer(routing);
  const port = await listenOn(server.app, { host: '127.0.0.1', port: 0 });
  return { port, store, counted, close: () => server.drain.close(0) };
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** One request on a connection of its own; the path goes out as it is. */
export function ask(port: number, { method = 'GET', path = '/', headers = {}, body }: Asked): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text }),
      );
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Sends bytes that no HTTP client would, and returns all that comes back until the server is through with it. */
export function sendRaw(port: number, text: string): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect({ host: '127.0.0.1', port }, () => socket.end(text, 'latin1'));
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    // A reset is one of the ways to be cut off.
    socket.on('error', () => {});
    socket.on('close', () => resolve(received));
  });
}
