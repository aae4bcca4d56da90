import type { IncomingMessage } from 'node:http';
import { Agent, request } from 'node:https';
import { type KubeObject, toCollectionPath, toPath } from './objects.ts';

/** An answer of the API server that was no 2xx. */
export class ApiError extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(what: string, status: number, body: { readonly reason?: string; readonly message?: string }) {
    super(`${what}: ${status} ${body.reason ?? ''}: ${body.message ?? 'no message'}`);
    this.status = status;
    this.reason = body.reason ?? '';
  }
}

export interface ApiAnswer<T> {
  readonly object: T;
  /** The texts of the answer's `Warning` headers. */
  readonly warnings: readonly string[];
}

export interface WriteOptions {
  readonly dryRun?: boolean;
}

/** Plain calls to an API server, each with its warnings; every refusal is an {@link ApiError}. */
export interface KubeClient {
  create<T extends KubeObject>(object: T, options?: WriteOptions): Promise<ApiAnswer<T>>;
  /** Server-side apply, with conflicts forced. */
  apply<T extends KubeObject>(object: T, options?: WriteOptions): Promise<ApiAnswer<T>>;
  /** A JSON merge patch of the object that the patch itself names. */
  merge<T extends KubeObject>(patch: T, options?: WriteOptions): Promise<ApiAnswer<T>>;
  /** The same of its status, which is a resource of its own. */
  mergeStatus<T extends KubeObject>(patch: T): Promise<ApiAnswer<T>>;
  get<T extends KubeObject>(object: T): Promise<T>;
  /** The objects of a kind, in the namespace that `of` names or in all. */
  list<T extends KubeObject>(of: Pick<T, 'apiVersion' | 'kind' | 'metadata'>, labels?: string): Promise<T[]>;
  /** Deletes at once, and is content where there is nothing. */
  delete(object: KubeObject): Promise<void>;
  /** Any other call; `path` with its query. Returns the answer's text. */
  read(path: string): Promise<string>;
  /** Closes the connections that are kept for later calls. */
  close(): void;
}

export interface KubeClientOptions {
  /** `https://HOST:PORT`. */
  readonly server: string;
  readonly ca: string;
  readonly token: string;
}

interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
}

/** A client for one API server and one bearer token. */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  const agent = new Agent({ ca: options.ca, keepAlive: true, maxSockets: 32 });
  const headers = { authorization: `Bearer ${options.token}`, accept: 'application/json' };

  async function call<T>({ method, path, body, contentType }: Call): Promise<ApiAnswer<T>> {
    const type = { 'content-type': contentType ?? 'application/json' };
    const answer = await send(`${options.server}${path}`, {
      agent,
      method,
      headers: body === undefined ? headers : { ...headers, ...type },
      body: body === undefined ? '' : JSON.stringify(body),
    });
    if (answer.status >= 300) throw toApiError(`${method} ${path}`, answer);
    // The API server answers with the kind that was asked for; what a test reads from it, the test checks.
    return { object: JSON.parse(answer.text) as T, warnings: answer.warnings };
  }

  return {
    create: (object, write) =>
      call({ method: 'POST', path: toCollectionPath(object) + toQuery(write), body: object }),
    apply: (object, write) =>
      call({
        method: 'PATCH',
        path: toPath(object) + toQuery(write, 'fieldManager=e2e&force=true'),
        body: object,
        contentType: 'application/apply-patch+yaml',
      }),
    merge: (patch, write) =>
      call({
        method: 'PATCH',
        path: toPath(patch) + toQuery(write),
        body: patch,
        contentType: 'application/merge-patch+json',
      }),
    mergeStatus: (patch) =>
      call({
        method: 'PATCH',
        path: `${toPath(patch)}/status`,
        body: patch,
        contentType: 'application/merge-patch+json',
      }),
    get: async <T extends KubeObject>(object: T) =>
      (await call<T>({ method: 'GET', path: toPath(object) })).object,
    list: async <T extends KubeObject>(of: Pick<T, 'apiVersion' | 'kind' | 'metadata'>, labels?: string) => {
      const query = labels === undefined ? '' : `?labelSelector=${encodeURIComponent(labels)}`;
      const { object } = await call<{ readonly items: T[] }>({ method: 'GET', path: toPath(of) + query });
      return object.items;
    },
    delete: async (object) => {
      try {
        await call({ method: 'DELETE', path: `${toPath(object)}?gracePeriodSeconds=0` });
      } catch (error) {
        if (!(error instanceof ApiError) || error.status !== 404) throw error;
      }
    },
    read: async (path) => {
      const answer = await send(`${options.server}${path}`, { agent, method: 'GET', headers, body: '' });
      if (answer.status >= 300) throw toApiError(`GET ${path}`, answer);
      return answer.text;
    },
    close: () => agent.destroy(),
  };
}

function toQuery(options: WriteOptions = {}, query = ''): string {
  const parts = [query, options.dryRun ? 'dryRun=All' : ''].filter((part) => part !== '');
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

interface Sending {
  readonly agent: Agent;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

interface RawAnswer {
  readonly status: number;
  readonly text: string;
  readonly warnings: readonly string[];
}

function send(url: string, { body, ...options }: Sending): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { ...options, timeout: 60_000 }, (incoming) => {
      readAnswer(incoming).then(resolve, reject);
    });
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${options.method} ${url}: no answer for 60 s`)));
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

async function readAnswer(incoming: IncomingMessage): Promise<RawAnswer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return {
    status: incoming.statusCode ?? 0,
    text: Buffer.concat(chunks).toString('utf8'),
    warnings: (incoming.headersDistinct['warning'] ?? []).flatMap(parseWarnings),
  };
}

/** `299 - "text"`, several to a header (RFC 9111 §5.5, and what Kubernetes makes of it). */
function parseWarnings(header: string): string[] {
  return [...header.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)].map((match) =>
    (match[1] ?? '').replaceAll(/\\(.)/g, '$1'),
  );
}

function toApiError(what: string, { status, text }: RawAnswer): ApiError {
  try {
    return new ApiError(what, status, JSON.parse(text));
  } catch {
    return new ApiError(what, status, { message: text });
  }
}
