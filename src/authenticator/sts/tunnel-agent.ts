import { type ClientRequest, type RequestOptions, request as requestPlain } from 'node:http';
import { Agent, type AgentOptions, request as requestSecure } from 'node:https';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';

/** An HTTP proxy that opens tunnels (`CONNECT`, RFC 9110 section 9.3.6). */
export interface ProxyTarget {
  readonly host: string;
  readonly port: number;
  /** TLS to the proxy itself. */
  readonly secure: boolean;
  /** Value of `proxy-authorization`, a secret. */
  readonly authorization?: string | undefined;
}

/** ms that a proxy may take for a tunnel. */
const PATIENCE = 3_000;

/** An agent whose connections go through a proxy. TLS is spoken with the host, never with the proxy. */
export function createTunnelAgent(settings: AgentOptions, proxy: ProxyTarget): Agent {
  return new TunnelAgent(settings, proxy);
}

type Created = (error: Error | null, stream: Duplex) => void;

class TunnelAgent extends Agent {
  readonly #proxy: ProxyTarget;

  constructor(settings: AgentOptions, proxy: ProxyTarget) {
    super(settings);
    this.#proxy = proxy;
  }

  override createConnection(options: RequestOptions, created?: Created): undefined {
    const asked = openTunnel(this.#proxy, `${options.host}:${options.port}`);
    // The type demands a stream beside an error, and Node looks at none.
    const fail = (error: Error): void => created?.(error, undefined as unknown as Duplex);
    asked.on('error', fail);
    asked.on('timeout', () => asked.destroy(toError('ETIMEDOUT')));
    asked.on('connect', ({ statusCode }, socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        fail(toError('EPROXY'));
        return;
      }
      const { servername, rejectUnauthorized, secureContext } = { ...this.options, ...options };
      const secure = connect({ socket, servername, rejectUnauthorized, secureContext });
      created?.(null, secure);
    });
    asked.end();
    return undefined;
  }
}

function openTunnel({ host, port, secure, authorization }: ProxyTarget, path: string): ClientRequest {
  const request = secure ? requestSecure : requestPlain;
  return request({
    host,
    port,
    method: 'CONNECT',
    path,
    agent: false,
    timeout: PATIENCE,
    headers: { host: path, ...(authorization !== undefined && { 'proxy-authorization': authorization }) },
  });
}

function toError(code: string): Error {
  return Object.assign(new Error('the proxy opened no tunnel'), { code });
}
