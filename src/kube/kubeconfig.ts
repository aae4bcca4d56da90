import type { RequestOptions } from 'node:https';
import { createElapsed } from '../base/elapsed.ts';
import { describeError, ExplainedError } from '../base/errors.ts';
import { within } from '../base/patience.ts';
import { isRecord } from '../json/record.ts';
import type { ApiAccess, ClientCertificate } from './access.ts';
import { readAuthorityFile } from './authority-file.ts';
import { type KubeconfigOptions, type LoadedKubeconfig, loadKubeconfig } from './kubeconfig-file.ts';
import { mayCarryCredentials, renderServerNotes } from './server-url.ts';

/** Not more often is the file read, and a plugin started, because the server refuses what they yield. */
const RELOAD_AFTER_MS = 10_000;
const PATIENCE_MS = 60_000;
/** As often as the files of a pod. */
const AUTHORITIES_MAX_AGE_MS = 60_000;

export interface KubeconfigAccessOptions extends KubeconfigOptions {
  /** ms; only differences count */
  readonly now?: () => number;
}

/**
 * Access as a kubeconfig's current context: tokens, token files, client certificates, exec plugins. A plugin
 * is not started before the first request, so one that fails is tried again like any other failure.
 * @throws Error where the file, or one that it names, is missing or incomplete
 */
export async function loadKubeconfigAccess(options: KubeconfigAccessOptions): Promise<ApiAccess> {
  const loaded = await loadKubeconfig(options);
  const { namespace, server, serverName, skipTlsVerify } = loaded;
  const source = createCredentialSource(options, loaded);
  const plugin = loaded.user?.exec || loaded.user?.authProvider;
  if (!plugin && mayCarryCredentials(server)) await source.refresh();
  return {
    server,
    get ca() {
      return source.authorities();
    },
    serverName,
    skipTlsVerify,
    namespace,
    get clientCertificate() {
      return source.latest().clientCertificate;
    },
    authorization: async () => (await source.refresh()).authorization,
    refused: source.refused,
    notes: renderServerNotes(server, skipTlsVerify),
  };
}

interface Credentials {
  readonly authorization?: string | undefined;
  readonly clientCertificate?: ClientCertificate | undefined;
}

interface CredentialSource {
  /** Those of the last refresh. */
  latest(): Credentials;
  /** PEM; those of the last refresh. */
  authorities(): string | undefined;
  refresh(): Promise<Credentials>;
  /** The next refresh starts from the file again. */
  refused(): void;
}

function createCredentialSource(options: KubeconfigAccessOptions, first: LoadedKubeconfig): CredentialSource {
  const elapsed = createElapsed(options.now ?? Date.now);
  let loaded = first;
  let loadedAt = 0;
  let outdated = false;
  let latest: Credentials = {};
  let authorities = first.ca;
  let authoritiesAt = 0;
  let underWay: Promise<Credentials> | undefined;

  async function renew(): Promise<Credentials> {
    if (outdated && elapsed() - loadedAt >= RELOAD_AFTER_MS) {
      loadedAt = elapsed();
      loaded = await loadKubeconfig(options);
      authorities = loaded.ca;
      authoritiesAt = loadedAt;
      outdated = false;
    }
    await renewAuthorities();
    latest = await readCredentials(loaded, options.path);
    return latest;
  }

  /** Of a file of their own, which is rotated without the kubeconfig. */
  async function renewAuthorities(): Promise<void> {
    const { caPath } = loaded;
    if (caPath === undefined || elapsed() - authoritiesAt < AUTHORITIES_MAX_AGE_MS) return;
    authoritiesAt = elapsed();
    // One that is in the middle of its rotation leaves those before.
    authorities = await readAuthorityFile(caPath, authorities).catch(() => authorities);
  }

  return {
    latest: () => latest,
    authorities: () => authorities,
    refresh() {
      // Shared, so that a slow plugin is started once and not for each request that waits for it.
      underWay ??= renew().finally(() => {
        underWay = undefined;
      });
      const late = `kubeconfig ${options.path}: no credentials within ${PATIENCE_MS / 1000} s`;
      return within(PATIENCE_MS, underWay, () => new ExplainedError(late));
    },
    refused() {
      outdated = true;
    },
  };
}

async function readCredentials({ config, user }: LoadedKubeconfig, path: string): Promise<Credentials> {
  const applied: RequestOptions = {};
  try {
    await config.applyToHTTPSOptions(applied);
  } catch (error) {
    const plugin: unknown = user?.exec;
    const who = isRecord(plugin)
      ? `exec plugin "${plugin['command']}"`
      : `credentials of user "${user?.name}"`;
    throw new ExplainedError(`kubeconfig ${path}: ${who}: ${describeError(error)}`, { cause: error });
  }
  const { auth, cert, headers, key } = applied;
  if (Boolean(cert) !== Boolean(key)) {
    throw new ExplainedError(
      `kubeconfig ${path}: user "${user?.name}" has one of client certificate and key, both are needed`,
    );
  }
  const header: unknown = isRecord(headers) ? headers['Authorization'] : undefined;
  return {
    // A token file's last line break came along.
    authorization: typeof header === 'string' ? header.trim() : toBasic(auth),
    clientCertificate: cert && key ? { cert: String(cert), key: String(key) } : undefined,
  };
}

function toBasic(auth: string | null | undefined): string | undefined {
  return auth ? `Basic ${Buffer.from(auth).toString('base64')}` : undefined;
}
