import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { describeError, ExplainedError, readErrorCode } from '../base/errors.ts';
import type { ApiAccess } from './access.ts';

const DEFAULT_ROOT = '/var/run/secrets/kubernetes.io/serviceaccount';
/** The kubelet renews the file well before the token expires; client-go reads it once a minute, too. */
const TOKEN_MAX_AGE_MS = 60_000;

export interface InClusterOptions {
  /** `KUBERNETES_SERVICE_HOST` */
  readonly host: string | undefined;
  /** `KUBERNETES_SERVICE_PORT` */
  readonly port: string | undefined;
  /** The folder with `token`, `ca.crt` and `namespace`. */
  readonly root?: string;
  /** ms; only differences count */
  readonly now?: () => number;
}

/**
 * Access as the pod's own ServiceAccount.
 * @throws Error where this is no pod, or its token is not mounted
 */
export async function readInClusterAccess(options: InClusterOptions): Promise<ApiAccess> {
  const server = toServer(options.host, options.port);
  const root = options.root ?? DEFAULT_ROOT;
  const token = createTokenFile(join(root, 'token'), options.now ?? Date.now);
  await token.read();
  const ca = await readOptional(join(root, 'ca.crt'));
  const namespace = await readOptional(join(root, 'namespace'));
  return {
    server,
    ...(ca !== undefined && { ca }),
    ...(namespace !== undefined && { namespace }),
    authorization: async () => `Bearer ${await token.read()}`,
    refused: token.expire,
    notes:
      ca === undefined
        ? [`${join(root, 'ca.crt')} is missing: ${server} is checked against the public roots`]
        : [],
  };
}

function toServer(host: string | undefined, port: string | undefined): string {
  if (!host || !port) {
    throw new ExplainedError(
      'not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; use --kubeconfig or --kube-api',
    );
  }
  if (!/^\d{1,5}$/.test(port)) throw new ExplainedError('KUBERNETES_SERVICE_PORT: expected a port number');
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  if (!/^[\w.:-]+$/.test(host) || !URL.canParse(server)) {
    throw new ExplainedError('KUBERNETES_SERVICE_HOST: expected a host name or an IP address');
  }
  return server;
}

interface TokenFile {
  read(): Promise<string>;
  /** The next read goes to the file. */
  expire(): void;
}

function createTokenFile(path: string, now: () => number): TokenFile {
  let token: string | undefined;
  let readAt = Number.NEGATIVE_INFINITY;
  return {
    async read() {
      if (token !== undefined && now() - readAt < TOKEN_MAX_AGE_MS) return token;
      readAt = now();
      try {
        token = await readToken(path);
      } catch (error) {
        // A file in the middle of its rotation: the token read before is good for a while.
        if (token === undefined) throw error;
      }
      return token;
    },
    expire() {
      readAt = Number.NEGATIVE_INFINITY;
    },
  };
}

async function readToken(path: string): Promise<string> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new ExplainedError(
      `cannot read ${path}: ${describeError(error)}; does the pod set automountServiceAccountToken: false?`,
      { cause: error },
    );
  }
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token))
    throw new ExplainedError(`${path}: expected one token, ${text.length} characters found`);
  return token;
}

/** undefined where the file is missing or empty: client-go does without either, too. */
async function readOptional(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim() || undefined;
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return undefined;
    throw new ExplainedError(`cannot read ${path}: ${describeError(error)}`, { cause: error });
  }
}
