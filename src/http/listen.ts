import type { FastifyInstance } from 'fastify';
import { readErrorCode, toError } from '../base/errors.ts';

/** @param host '' is every address of the machine; port 0 asks for a free one */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Listens, and tells the port.
 * @throws Error that names the port, when it cannot be had
 */
export async function listenOn(app: FastifyInstance, { host, port }: ListenAddress): Promise<number> {
  try {
    await app.listen({ host: host === '' ? '::' : host, port });
  } catch (cause) {
    // A kernel without IPv6 cannot listen on `::`, which elsewhere takes both.
    if (host === '' && readErrorCode(cause) === 'EAFNOSUPPORT')
      return await listenOn(app, { host: '0.0.0.0', port });
    throw new Error(`cannot listen on port ${port}: ${describe(cause)}`, { cause });
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function describe(error: unknown): string {
  switch (readErrorCode(error)) {
    case 'EADDRINUSE':
      return 'another process listens there; stop it or choose another port';
    case 'EACCES':
      return 'ports below 1024 need a privilege; choose one above, or grant CAP_NET_BIND_SERVICE';
    default:
      return toError(error).message;
  }
}
