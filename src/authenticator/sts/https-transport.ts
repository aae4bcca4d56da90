import type { IncomingMessage } from 'node:http';
import { type Agent, request } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { FindProxy } from '../../aws/find-proxy.ts';
import { createTunnelAgent } from '../../aws/tunnel-agent.ts';
import { readErrorCode } from '../../base/errors.ts';
import type { StsCall, StsReply, StsTransport } from './transport.ts';

export interface HttpsTransportOptions {
  /** Sent as `x-k8s-aws-id`: what binds a token to this cluster. */
  readonly clusterId: string;
  /** PEM of all authorities that are trusted; undefined: Node's own. */
  readonly authorities: readonly string[] | undefined;
  readonly findProxy: FindProxy;
  /** Connections to one host. */
  readonly maxSockets: number;
  /** Where a host is to be found instead of what DNS says; for stand-ins. */
  readonly locate?: ((host: string) => { readonly address: string; readonly port: number }) | undefined;
}

const MAX_BODY = 65_536;
/** ms; STS closes sooner or later, and a connection that nobody used for so long need not be tried. */
const IDLE = 50_000;
/** Connections that rest, to all hosts together: tokens of a stranger may name a hundred hosts that are there. */
const MOST_IDLE = 64;

/**
 * Calls STS over HTTPS: an agent for each host, so that no session of one serves another; redirects are not followed;
 * certificates are verified whatever the environment says.
 */
export function createHttpsTransport(options: HttpsTransportOptions): {
  readonly call: StsTransport;
  readonly close: () => void;
} {
  const agents = new Map<string, Agent>();
  let context: SecureContext | undefined;
  const findAgent = (host: string): Agent => {
    context ??= createContext(options);
    const agent = agents.get(host) ?? createAgent(options, host, context);
    // Behind all others: those in front have not been asked for the longest time.
    agents.delete(host);
    agents.set(host, agent);
    closeIdle(agents.values());
    return agent;
  };
  return {
    call: (call) => attempt(call, findAgent(call.host), options),
    close() {
      for (const agent of agents.values()) agent.destroy();
      agents.clear();
    },
  };
}

/**
 * One for all connections: it holds who is trusted, and no session. A connection that is handed `ca` parses all of it
 * again, which is 10 ms and 700 KB for the hundred and fifty authorities that a system has.
 */
function createContext({ authorities }: HttpsTransportOptions): SecureContext {
  return createSecureContext({
    minVersion: 'TLSv1.2',
    ...(authorities !== undefined && { ca: [...authorities] }),
  });
}

function createAgent(
  { findProxy, maxSockets }: HttpsTransportOptions,
  host: string,
  secureContext: SecureContext,
): Agent {
  const settings = {
    keepAlive: true,
    maxSockets,
    maxFreeSockets: maxSockets,
    timeout: IDLE,
    // Also where NODE_TLS_REJECT_UNAUTHORIZED=0 says otherwise.
    rejectUnauthorized: true,
    secureContext,
  };
  // By the host of the token, wherever that is located.
  return createTunnelAgent(settings, () => findProxy(host));
}

/** Closes what rests beyond {@link MOST_IDLE}. @param agents first those whose connections are needed least */
function closeIdle(agents: Iterable<Agent>): void {
  const idle = [...agents].flatMap(({ freeSockets }) =>
    Object.values(freeSockets).flatMap((sockets = []) => sockets.filter(({ destroyed }) => !destroyed)),
  );
  for (const socket of idle.slice(0, -MOST_IDLE)) socket.destroy();
}

async function attempt(call: StsCall, agent: Agent, options: HttpsTransportOptions): Promise<StsReply> {
  const end = performance.now() + call.patience;
  const first = await send(call, agent, options);
  // The other side closed while we were writing: nobody has looked at the request.
  if (first !== 'stale') return first;
  const left = end - performance.now();
  const second = left > 0 ? await send({ ...call, patience: left }, agent, options) : 'stale';
  return second === 'stale' ? { kind: 'failed', failure: 'unreachable', detail: 'ECONNRESET' } : second;
}

function send(
  { host, path, patience }: StsCall,
  agent: Agent,
  { clusterId, locate }: HttpsTransportOptions,
): Promise<StsReply | 'stale'> {
  return new Promise((resolve) => {
    const place = locate?.(host);
    const sent = request({
      agent,
      method: 'GET',
      path,
      host: place?.address ?? host,
      port: place?.port ?? 443,
      servername: host,
      setHost: false,
      headers: { host, accept: 'application/json', 'x-k8s-aws-id': clusterId },
    });
    let answered = false;
    const timer = setTimeout(() => {
      finish({ kind: 'failed', failure: 'timeout', detail: `no answer within ${Math.round(patience)} ms` });
      sent.destroy();
    }, patience);
    const finish = (reply: StsReply | 'stale'): void => {
      clearTimeout(timer);
      resolve(reply);
    };
    sent.on('response', (response) => {
      answered = true;
      readReply(response, finish);
    });
    sent.on('error', (error) => {
      const stale = sent.reusedSocket && !answered && isClosed(error);
      finish(stale ? 'stale' : { kind: 'failed', failure: 'unreachable', detail: toCode(error) });
    });
    sent.end();
  });
}

function readReply(response: IncomingMessage, finish: (reply: StsReply) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('data', (chunk: Buffer) => {
    size += chunk.length;
    chunks.push(chunk);
    if (size <= MAX_BODY) return;
    finish({ kind: 'failed', failure: 'too-large', detail: 'too large' });
    response.destroy();
  });
  response.on('end', () => {
    const contentType = response.headers['content-encoding'] ? '' : (response.headers['content-type'] ?? '');
    finish({
      kind: 'answer',
      status: response.statusCode ?? 0,
      contentType,
      body: Buffer.concat(chunks, size),
    });
  });
  response.on('error', (error) => finish({ kind: 'failed', failure: 'unreachable', detail: toCode(error) }));
}

function isClosed(error: Error): boolean {
  const code = readErrorCode(error);
  return code === 'ECONNRESET' || code === 'EPIPE';
}

/** A code alone: a message of TLS quotes what the other side sent. */
function toCode(error: Error): string {
  const code = readErrorCode(error) ?? '';
  return /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'the connection failed';
}
