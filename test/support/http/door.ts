import type { CertificateSource } from '../../../src/http/certificate.ts';
import { listenOn } from '../../../src/http/listen.ts';
import { createTlsServer, type HttpServer, type TlsServerOptions } from '../../../src/http/server.ts';
import { createAuthority, type KeyPair } from '../certificates.ts';

/** A TLS server on a free port of the loopback address, and whom its callers have to trust. */
export interface Door {
  readonly port: number;
  readonly ca: string;
  readonly server: HttpServer;
}

export const authority = createAuthority('iam-bridge tests');

/** A certificate for 127.0.0.1. */
export function issuePair(
  validity: { readonly notBefore?: number; readonly notAfter?: number } = {},
): KeyPair {
  return authority.issue({ names: ['127.0.0.1', 'localhost'], ...validity });
}

/** A certificate that never changes. */
export function createFixedCertificate({ certificate, key } = issuePair()): CertificateSource {
  const notBefore = Date.now() - 60_000;
  const pair = { cert: certificate, key, notBefore, notAfter: notBefore + 3_600_000 };
  return { current: () => pair, onChange: () => {}, stop: () => {} };
}

const cleanups: (() => Promise<void> | void)[] = [];

/** Undone by {@link cleanUp}, the latest first. */
export function onCleanUp(cleanup: () => Promise<void> | void): void {
  cleanups.push(cleanup);
}

/** For `afterEach`. */
export async function cleanUp(): Promise<void> {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
}

/** The server as the webhook command starts it; `/healthz` goes through Fastify, `direct` does not. */
export async function openDoor(options: Partial<TlsServerOptions> = {}): Promise<Door> {
  const server = createTlsServer({
    certificate: createFixedCertificate(),
    tls: { minVersion: 'TLSv1.2', ciphers: [] },
    direct: new Map([['/mutate', (_request, response) => void response.end('direct')]]),
    ...options,
  });
  server.app.get('/healthz', async () => 'ok');
  const port = await listenOn(server.app, { host: '127.0.0.1', port: 0 });
  onCleanUp(() => server.drain.close(0));
  return { port, ca: authority.certificate, server };
}
