import { readFile } from 'node:fs/promises';
import { isIPv6 } from 'node:net';
import { join } from 'node:path';
import { ConfigurationError, describeError, ExplainedError, readErrorCode } from '../base/errors.ts';
import type { ApiAccess } from './access.ts';
import { readAuthorityFile } from './authority-file.ts';
import { createRotatedFile } from './rotated-file.ts';

const DEFAULT_ROOT = '/var/run/secrets/kubernetes.io/serviceaccount';

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
  const now = options.now ?? Date.now;
  const caPath = join(root, 'ca.crt');
  const token = await createRotatedFile({ read: () => readToken(join(root, 'token')), now });
  const ca = await createRotatedFile<string | undefined>({
    read: (before) => readAuthorityFile(caPath, before),
    now,
  });
  const namespace = await readNamespace(join(root, 'namespace'));
  return {
    server,
    get ca() {
      return ca.latest();
    },
    ...(namespace !== undefined && { namespace }),
    async authorization() {
      await ca.read();
      return `Bearer ${await token.read()}`;
    },
    refused() {
      token.expire();
      ca.expire();
    },
    notes:
      ca.latest() === undefined
        ? [`${caPath} is missing: ${server} is checked against the public roots`]
        : [],
  };
}

/** Nobody has named a cluster, and this process is in none. */
export class NotInClusterError extends ConfigurationError {}

function toServer(host: string | undefined, port: string | undefined): string {
  if (!host || !port) {
    throw new NotInClusterError(
      'not in a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; use --kubeconfig or --kube-api',
    );
  }
  if (!/^\d{1,5}$/.test(port))
    throw new ConfigurationError('KUBERNETES_SERVICE_PORT: expected a port number');
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`;
  if (!/^[\w.:-]+$/.test(host) || !URL.canParse(server)) {
    throw new ConfigurationError('KUBERNETES_SERVICE_HOST: expected a host name or an IP address');
  }
  return server;
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

/** undefined where the file is missing or empty: client-go does without it, too. */
async function readNamespace(path: string): Promise<string | undefined> {
  try {
    return (await readFile(path, 'utf8')).trim() || undefined;
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return undefined;
    throw new ExplainedError(`cannot read ${path}: ${describeError(error)}`, { cause: error });
  }
}
