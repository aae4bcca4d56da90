import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isMap, parseDocument, Scalar, YAMLMap } from 'yaml';
import type { AwsCredentials } from '../../aws/credentials.ts';
import { writeBeside } from '../../base/durable-file.ts';
import { readErrorCode } from '../../base/errors.ts';
import { parseInstant } from '../../base/names/instant.ts';

/** Where credentials stand in the cache; the Go program keeps them in the same tree. */
export interface CacheKey {
  readonly clusterId: string;
  readonly profile: string;
  /** '' for none */
  readonly roleArn: string;
}

/** Times in ms. */
export interface CacheDeps {
  readonly path: string;
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<void>;
  /** Takes a sentence for people: nothing about a cache is a reason to fail. */
  readonly warn: (text: string) => void;
}

export function findCacheFile(env: NodeJS.ProcessEnv): string {
  const home = env['HOME'] || env['USERPROFILE'] || homedir();
  return (
    env['AWS_IAM_AUTHENTICATOR_CACHE_FILE'] ||
    join(home, '.kube', 'cache', 'aws-iam-authenticator', 'credentials.yaml')
  );
}

/** Less than this is no use to whoever gets them. ms */
const LEAST_LEFT = 60_000;

/**
 * The credentials under a key, or those that `fetch` brings, which stay there if they expire. The file is the Go program's:
 * YAML, cluster → profile → role → credentials.
 */
export async function useCache<Credentials extends AwsCredentials>(
  key: CacheKey,
  deps: CacheDeps,
  fetch: () => Promise<Credentials>,
): Promise<AwsCredentials> {
  const isUsable = await mayUse(deps);
  const cached = isUsable ? await read(key, deps) : undefined;
  if (cached !== undefined) return cached;
  const credentials = await fetch();
  if (isUsable && credentials.expiration !== undefined) await write(key, credentials, deps);
  return credentials;
}

/** A file that others may read, or write, is none for secrets. */
async function mayUse({ path, warn }: CacheDeps): Promise<boolean> {
  try {
    const { mode } = await stat(path);
    if (process.platform === 'win32' || (mode & 0o077) === 0) return true;
    warn(`the cache ${path} is open to other users, and is not used: chmod 600 it, or remove it`);
  } catch (error) {
    if (readErrorCode(error) === 'ENOENT') return true;
    warn(describe(path, 'cannot be looked at', error));
  }
  return false;
}

async function read(
  { clusterId, profile, roleArn }: CacheKey,
  deps: CacheDeps,
): Promise<AwsCredentials | undefined> {
  try {
    const document = await parse(deps.path);
    return toCredentials(document.getIn(['clusters', clusterId, profile, roleArn]), profile, deps.now());
  } catch (error) {
    deps.warn(describe(deps.path, 'cannot be read', error));
    return undefined;
  }
}

async function parse(path: string) {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (readErrorCode(error) === 'ENOENT') return '';
    throw error;
  });
  const document = parseDocument(text, { logLevel: 'error' });
  // Its own message shows the line, which may be a secret.
  if (document.errors.length > 0 || (document.contents !== null && !isMap(document.contents)))
    throw new Error('it is no YAML of that kind');
  return document;
}

/** What the Go program keeps under `default` may be a pod's or an instance's: this program knows those by another key. */
const NOT_OF_A_PROFILE = /^(?:WebIdentity|EC2Role|CredentialsEndpoint|EnvConfig)/;

function toCredentials(node: unknown, profile: string, now: number): AwsCredentials | undefined {
  const get = (name: string): unknown => (isMap(node) ? node.get(name) : undefined);
  const [accessKeyId, secretAccessKey, sessionToken] = ['accesskeyid', 'secretaccesskey', 'sessiontoken'].map(
    get,
  );
  const [expires, source] = [get('expires'), get('source')];
  const end = typeof expires === 'string' ? parseInstant(expires) : undefined;
  if (typeof accessKeyId !== 'string' || typeof secretAccessKey !== 'string') return undefined;
  if (accessKeyId === '' || secretAccessKey === '' || end === undefined || end < now + LEAST_LEFT)
    return undefined;
  if (profile === 'default' && typeof source === 'string' && NOT_OF_A_PROFILE.test(source)) return undefined;
  const isSession = typeof sessionToken === 'string' && sessionToken !== '';
  return { accessKeyId, secretAccessKey, ...(isSession && { sessionToken }), expiration: new Date(end) };
}

async function write(
  { clusterId, profile, roleArn }: CacheKey,
  credentials: AwsCredentials,
  deps: CacheDeps,
): Promise<void> {
  const { path, warn } = deps;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await withLock(deps, async () => {
      const document = await parse(path).catch(() => parseDocument(''));
      document.setIn(['clusters', clusterId, profile, roleArn], toEntry(credentials));
      await rename(await writeBeside({ path, text: document.toString(), mode: 0o600 }), path);
    });
  } catch (error) {
    warn(describe(path, 'cannot be written', error));
  }
}

/** The Go program reads YAML 1.1, where more than here is no text without quotes, and a time no time with them. */
function toEntry({ accessKeyId, secretAccessKey, sessionToken = '', expiration }: AwsCredentials): YAMLMap {
  const entry = new YAMLMap();
  const texts = { accesskeyid: accessKeyId, secretaccesskey: secretAccessKey, sessiontoken: sessionToken };
  for (const [name, text] of Object.entries(texts)) entry.set(name, quote(text));
  entry.set('source', quote('iam-bridge'));
  entry.set('canexpire', true);
  entry.set('expires', expiration?.toISOString());
  entry.set('accountid', quote(''));
  return entry;
}

function quote(text: string): Scalar {
  return Object.assign(new Scalar(text), { type: Scalar.QUOTE_DOUBLE });
}

/** A lock that is older than this was left by somebody who is gone. ms */
const STALE = 10_000;

/**
 * Node has no lock of the kind that the Go program takes. Between processes of this one a file stands for it; beside the
 * other, the file is replaced whole, so that nobody reads half of one, and an entry that is lost is fetched again.
 */
async function withLock({ path, now, wait }: CacheDeps, act: () => Promise<void>): Promise<void> {
  const lock = `${path}.lock`;
  for (let tries = 0; !(await take(lock)); tries += 1) {
    const left = await stat(lock).catch(() => undefined);
    if (left !== undefined && now() - left.mtimeMs > STALE) await rm(lock, { force: true });
    else if (tries === 4) throw new Error(`another process holds ${lock}`);
    else await wait(250);
  }
  try {
    await act();
  } finally {
    await rm(lock, { force: true });
  }
}

async function take(lock: string): Promise<boolean> {
  try {
    await (await open(lock, 'wx', 0o600)).close();
    return true;
  } catch (error) {
    if (readErrorCode(error) === 'EEXIST') return false;
    throw error;
  }
}

function describe(path: string, what: string, error: unknown): string {
  const cause = readErrorCode(error) ?? (error instanceof Error ? error.message : String(error));
  return `the cache ${path} ${what} (${cause}): going on without it`;
}
