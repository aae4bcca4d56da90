import type { FastifyInstance } from 'fastify';
import { readErrorCode, toError } from '../base/errors.ts';

/** @param host '' is every address of the machine; port 0 asks for a free one */
export interface ListenAddress {
  readonly host: string;
  readonly port: number;
}

/**
 * Listens, and tells the port.
 * @param flag where the port is said, such as `--port`
 * @throws Error that names the port and the flag, when it cannot be had
 */
export async function listenOn(
  app: FastifyInstance,
  { host, port }: ListenAddress,
  flag?: string,
): Promise<number> {
  try {
    await app.listen({ host: host === '' ? '::' : host, port });
  } catch (cause) {
    // A kernel without IPv6 cannot listen on `::`, which elsewhere takes both.
    if (host === '' && readErrorCode(cause) === 'EAFNOSUPPORT')
      return await listenOn(app, { host: '0.0.0.0', port }, flag);
    const where = flag === undefined ? port : `${port} (${flag})`;
    throw new Error(`cannot listen on port ${where}: ${describe(cause, port)}`, { cause });
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function describe(error: unknown, port: number): string {
  switch (readErrorCode(error)) {
    case 'EADDRINUSE':
      return 'another process listens there; stop it or choose another port';
    case 'EACCES':
      // A capability that a pod adds does not reach a user who is not root: the kernel wants it ambient.
      return `this user may not; choose one above 1023, or set the sysctl net.ipv4.ip_unprivileged_port_start of the pod to ${port}`;
    default:
      return toError(error).message;
  }
}
