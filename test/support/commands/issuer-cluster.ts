import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  DISCOVERY_MEDIA_TYPE,
  JWKS_MEDIA_TYPE,
  type PublicJwk,
  renderDiscovery,
  renderJwks,
} from '../../../src/issuer/documents.ts';

/** An API server that has nothing but the issuer's two documents, over plain HTTP. */
export interface IssuerCluster {
  readonly url: string;
  /** Paths that were asked for. */
  readonly paths: readonly string[];
  /** What it answers from now on. */
  set(keys: readonly PublicJwk[], options?: IssuerClusterOptions): void;
  /** Writes a kubeconfig that leads here. */
  writeKubeconfig(path: string): void;
  close(): Promise<void>;
}

export interface IssuerClusterOptions {
  readonly issuer?: string;
  /** Other than 200: of both documents. */
  readonly status?: number;
  /** What it says with such a status. */
  readonly message?: string;
}

export async function startIssuerCluster(issuer: string): Promise<IssuerCluster> {
  const paths: string[] = [];
  let keys: readonly PublicJwk[] = [];
  let called = issuer;
  let status = 200;
  let message = '';
  const server = createServer((request, response) => {
    paths.push(request.url ?? '');
    if (status !== 200) return void response.writeHead(status).end(JSON.stringify({ message }));
    const discovery = () =>
      renderDiscovery({ issuer: called, jwksUri: 'https://10.0.0.1:6443/openid/v1/jwks', keys });
    const isJwks = request.url === '/openid/v1/jwks';
    // As kube-apiserver 1.36 does: each document has one type, and whoever does not ask for it gets neither.
    const type = isJwks ? JWKS_MEDIA_TYPE : DISCOVERY_MEDIA_TYPE;
    if (!request.headers.accept?.includes(type)) return void response.writeHead(406).end();
    response.end(isJwks ? renderJwks(keys) : discovery());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a TCP server has no other kind of address
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    paths,
    set(wanted, options = {}) {
      keys = wanted;
      called = options.issuer ?? issuer;
      status = options.status ?? 200;
      message = options.message ?? 'no';
    },
    writeKubeconfig(path) {
      const config = {
        apiVersion: 'v1',
        kind: 'Config',
        clusters: [{ name: 'one', cluster: { server: url } }],
        users: [{ name: 'me', user: {} }],
        contexts: [{ name: 'one', context: { cluster: 'one', user: 'me' } }],
        'current-context': 'one',
      };
      writeFileSync(path, JSON.stringify(config));
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
