import { type ClientRequest, type RequestOptions, request as requestPlain } from 'node:http';
import { Agent, type AgentOptions, request as requestSecure } from 'node:https';
import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { readErrorCode, toError } from '../base/errors.ts';
import type { FindProxy } from './find-proxy.ts';
import type { ProxyTarget } from './proxy-url.ts';

/** ms that a proxy may take for a tunnel. */
const PATIENCE = 3_000;

/**
 * An agent whose connections go through the proxies that are found for their hosts. TLS is spoken with the host, never with
 * the proxy.
 */
export function createTunnelAgent(settings: AgentOptions, findProxy: FindProxy): Agent {
  return new TunnelAgent(settings, findProxy);
}

type Created = (error: Error | null, stream: Duplex) => void;

class TunnelAgent extends Agent {
  readonly #findProxy: FindProxy;

  constructor(settings: AgentOptions, findProxy: FindProxy) {
    super(settings);
    this.#findProxy = findProxy;
  }

  override createConnection(options: RequestOptions, created?: Created): Duplex | null | undefined {
    // The type demands a stream beside an error, and Node looks at none.
    const fail = (error: Error): void => created?.(error, undefined as unknown as Duplex);
    let proxy: ProxyTarget | undefined;
    try {
      proxy = this.#findProxy(options.host ?? '', Number(options.port));
    } catch (error) {
      fail(toError(error));
      return undefined;
    }
    if (proxy === undefined) return super.createConnection(options, created);
    openTunnel(proxy, options, { fail, opened: (socket) => created?.(null, this.#secure(socket, options)) });
    return undefined;
  }

  #secure(socket: Duplex, options: RequestOptions): Duplex {
    const { servername, rejectUnauthorized, secureContext } = { ...this.options, ...options };
    // The certificate of an address, which is no server name, has to be for the host.
    return connect({
      socket,
      host: options.host ?? undefined,
      servername,
      rejectUnauthorized,
      secureContext,
    });
  }
}

interface Outcome {
  readonly fail: (error: Error) => void;
  readonly opened: (socket: Duplex) => void;
}

function openTunnel(proxy: ProxyTarget, { host, port }: RequestOptions, { fail, opened }: Outcome): void {
  const name = `the proxy ${toAuthority(proxy.host, proxy.port)}`;
  const asked = requestTunnel(proxy, toAuthority(host ?? '', port));
  asked.on('error', (error) => {
    const code = readErrorCode(error) ?? '';
    fail(
      code === 'ETIMEDOUT' || code === '' ? error : toFault(`${name} could not be reached (${code})`, code),
    );
  });
  asked.on('timeout', () =>
    asked.destroy(toFault(`${name} said nothing within ${PATIENCE} ms`, 'ETIMEDOUT')),
  );
  asked.on('connect', ({ statusCode }, socket) => {
    if (statusCode === 200) return opened(socket);
    socket.destroy();
    return fail(toFault(`${name} opened no tunnel to ${host} (HTTP ${statusCode})`, 'EPROXY'));
  });
  asked.end();
}

function requestTunnel({ host, port, secure, authorization }: ProxyTarget, path: string): ClientRequest {
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

function toAuthority(host: string, port: string | number | null | undefined): string {
  return `${isIPv6(host) ? `[${host}]` : host}:${port}`;
}

function toFault(message: string, code: string): Error {
  return Object.assign(new Error(message), { code });
}
