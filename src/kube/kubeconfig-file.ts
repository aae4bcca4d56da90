import { readFile } from 'node:fs/promises';
import { dirname, isAbsolute, resolve } from 'node:path';
import {
  bufferFromFileOrString,
  type Cluster,
  type Context,
  KubeConfig,
  type User,
} from '@kubernetes/client-node';
import { describeError, ExplainedError } from '../base/errors.ts';
import { quoteShort } from '../json/quote.ts';
import { isRecord, type JsonRecord } from '../json/record.ts';
import { isPlainHttp, parseServerUrl } from './server-url.ts';

/** The current context of a kubeconfig, in client-node's hands. */
export interface LoadedKubeconfig {
  readonly config: KubeConfig;
  /** Normalised. */
  readonly server: string;
  readonly skipTlsVerify: boolean;
  /** PEM */
  readonly ca: string | undefined;
  /** Where that was read; undefined: in the kubeconfig itself. */
  readonly caPath: string | undefined;
  readonly serverName: string | undefined;
  readonly user: User | undefined;
  readonly namespace: string | undefined;
}

export interface KubeconfigOptions {
  readonly path: string;
  /** Instead of the address in the file (`--kube-api`). */
  readonly server?: string;
  /** Instead of the current one. */
  readonly context?: string;
}

/**
 * Loads a kubeconfig by client-node and mends what that does not read as kubectl does. Import this module lazily: it
 * brings client-node along, which costs 15 MB and 80 ms.
 * @throws Error naming the file and what is missing in it
 */
export async function loadKubeconfig({
  path,
  server,
  context: named,
}: KubeconfigOptions): Promise<LoadedKubeconfig> {
  const config = new KubeConfig();
  try {
    config.loadFromFile(path);
  } catch (error) {
    throw new ExplainedError(`kubeconfig ${path}: ${describeLoadError(error)}`);
  }
  const context = findContext(config, path, named);
  config.setCurrentContext(context.name);
  const cluster = toCluster(config, context, path, server);
  const user = await toUser(config, context, path);
  const { server: address, skipTLSVerify, tlsServerName } = cluster;
  // client-node turns down an http address unless its certificate, which it has not, goes unverified.
  config.clusters = [{ ...cluster, skipTLSVerify: skipTLSVerify || isPlainHttp(address) }];
  config.users = user === undefined ? [] : [user];
  return {
    config,
    server: address,
    skipTlsVerify: skipTLSVerify,
    ca: readCa(cluster, path),
    caPath: cluster.caFile || undefined,
    serverName: tlsServerName || undefined,
    user,
    namespace: context.namespace || undefined,
  };
}

/** A YAML error's message quotes the lines around it, where tokens and keys are: only its reason is told. */
function describeLoadError(error: unknown): string {
  if (!(error instanceof Error)) return describeError(error);
  if ('reason' in error && typeof error.reason === 'string') return `not YAML: ${error.reason}`;
  // What client-node says of a file that is YAML, but no kubeconfig.
  return error instanceof TypeError ? 'not a kubeconfig' : describeError(error);
}

function readCa(cluster: Cluster, path: string): string | undefined {
  try {
    return bufferFromFileOrString(cluster.caFile, cluster.caData)?.toString('utf8');
  } catch (error) {
    throw new ExplainedError(`kubeconfig ${path}: certificate-authority: ${describeError(error)}`, {
      cause: error,
    });
  }
}

function findContext(config: KubeConfig, path: string, named: string | undefined): Context {
  const name = named ?? config.getCurrentContext();
  if (!name)
    throw new ExplainedError(`kubeconfig ${path}: no current-context; set one by kubectl config use-context`);
  const context = config.getContextObject(name);
  if (context) return context;
  const what = named === undefined ? 'current-context' : 'context';
  throw new ExplainedError(`kubeconfig ${path}: the ${what} ${quoteShort(name)} is not among its contexts`);
}

function toCluster(
  config: KubeConfig,
  context: Context,
  path: string,
  override: string | undefined,
): Cluster {
  const cluster = config.getCluster(context.cluster);
  if (cluster?.proxyUrl) {
    throw new ExplainedError(`kubeconfig ${path}: proxy-url of cluster "${cluster.name}" is not supported`);
  }
  if (override !== undefined) {
    const server = parseServerUrl(override, '--kube-api');
    return { name: context.cluster, skipTLSVerify: false, ...cluster, server };
  }
  if (!cluster)
    throw new ExplainedError(`kubeconfig ${path}: cluster "${context.cluster}" of the context is missing`);
  return { ...cluster, server: parseServerUrl(cluster.server, `kubeconfig ${path}: server`) };
}

/**
 * The user of a context, mended where client-node reads less than kubectl: `tokenFile`, and what an exec
 * plugin is told.
 * @throws Error naming the file
 */
async function toUser(config: KubeConfig, context: Context, path: string): Promise<User | undefined> {
  if (!context.user) return undefined;
  const user = config.getUser(context.user);
  if (!user) throw new ExplainedError(`kubeconfig ${path}: user "${context.user}" of the context is missing`);
  if (user.impersonateUser) {
    throw new ExplainedError(
      `kubeconfig ${path}: user "${user.name}" impersonates another (as:), which is not supported`,
    );
  }
  const tokenFile = await findTokenFile(path, user.name);
  if (tokenFile !== undefined) return withTokenFile(user, tokenFile);
  const exec: unknown = user.exec;
  return isRecord(exec) ? { ...user, exec: toExec(exec, dirname(path)) } : user;
}

/** client-node does not know kubectl's `tokenFile`, so the file is looked at once more. */
async function findTokenFile(path: string, userName: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8');
  // Nearly no file has one, and another parser costs 2 MB.
  if (!text.includes('tokenFile')) return undefined;
  const { parseYaml } = await import('./parse-yaml.ts');
  const file = parseQuietly(parseYaml, text);
  const users: unknown = isRecord(file) ? file['users'] : undefined;
  if (!Array.isArray(users)) return undefined;
  const entry: unknown = users.find((each) => isRecord(each) && each['name'] === userName);
  const user = isRecord(entry) ? entry['user'] : undefined;
  const tokenFile = isRecord(user) ? user['tokenFile'] : undefined;
  return typeof tokenFile === 'string' && tokenFile !== '' ? resolve(dirname(path), tokenFile) : undefined;
}

/** client-node has parsed the file with another parser; where the two disagree, there is no token file. */
function parseQuietly(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch {
    // The message would quote the file.
    return undefined;
  }
}

/** In the form that client-node reads again as it is rotated; as in kubectl, the file wins over `token`. */
function withTokenFile({ token: _token, ...user }: User, tokenFile: string): User {
  return { ...user, authProvider: { name: 'tokenFile', config: { tokenFile } } };
}

/** As kubectl: a command with a slash starts from the kubeconfig's folder, and learns what it is asked for. */
function toExec(exec: JsonRecord, folder: string): JsonRecord {
  const { command, env, apiVersion } = exec;
  const relative = typeof command === 'string' && command.includes('/') && !isAbsolute(command);
  const info = { apiVersion, kind: 'ExecCredential', spec: { interactive: false } };
  return {
    ...exec,
    command: relative ? resolve(folder, command) : command,
    env: [{ name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }, ...(Array.isArray(env) ? env : [])],
  };
}
