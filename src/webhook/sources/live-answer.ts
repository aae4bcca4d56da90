import { isRecord } from '../../json/record.ts';
import type { KubeApi } from '../../kube/api.ts';
import { compareResourceVersions } from '../../kube/resource-version.ts';
import type { AccountFinding } from '../identity.ts';
import type { Account, AccountReader } from './account.ts';

const ACCEPT = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';

/** What one read of an account came to. */
export interface LiveAnswer {
  readonly finding: AccountFinding;
  /** Of the account that was found; '' where none was, or where the watch brought it. */
  readonly resourceVersion: string;
}

/** What became of a read, for a metric. */
export type LiveReadResult = 'found' | 'missing' | 'stale' | 'failed' | 'throttled';

export interface LiveAnswerDeps {
  readonly api: Pick<KubeApi, 'get'>;
  readonly reader: AccountReader;
  /** What the watch knows, asked again after the read. */
  readonly known: (key: string) => Account | undefined;
  /** How far the watch has come. */
  readonly resourceVersion: () => string;
  readonly count: (result: LiveReadResult) => void;
}

/**
 * Reads one account from the API server, once.
 * @param key `<namespace>/<name>`, both fit for a path
 */
export async function readAnswer(
  deps: LiveAnswerDeps,
  key: string,
  signal: AbortSignal,
): Promise<LiveAnswer> {
  const [namespace, name] = key.split('/');
  try {
    const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${name}`;
    const { status, body } = await deps.api.get(path, { accept: ACCEPT, signal, maxBytes: 1_048_576 });
    if (status === 404) return judge(deps, key, undefined);
    if (status !== 200) return unread(`HTTP ${status}`);
    return judge(deps, key, JSON.parse(body));
  } catch {
    return unread('the API server did not answer');
  }
}

/**
 * Sets an answer against the watch, which may have come further meanwhile. What the watch knows wins; and an account
 * that is no newer than the watch, yet unknown to it, has been deleted since.
 */
function judge(deps: LiveAnswerDeps, key: string, object: unknown): LiveAnswer {
  const watched = deps.known(key);
  if (watched !== undefined) return { finding: { kind: 'known', account: watched }, resourceVersion: '' };
  const metadata = isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : undefined;
  if (metadata === undefined) return unknown(deps, 'missing');
  const resourceVersion = String(metadata['resourceVersion']);
  if (isPassed(resourceVersion, deps)) return unknown(deps, 'stale');
  deps.count('found');
  const account = deps.reader.read(readAnnotations(metadata['annotations']));
  return { finding: { kind: 'known', account }, resourceVersion };
}

function unknown(deps: LiveAnswerDeps, result: LiveReadResult): LiveAnswer {
  deps.count(result);
  return { finding: { kind: 'unknown' }, resourceVersion: '' };
}

/** An answer that says nothing of the account. */
export function unread(why: string): LiveAnswer {
  return { finding: { kind: 'unread', why }, resourceVersion: '' };
}

function readAnnotations(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isRecord(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** Whether the watch has come as far as this version, and so knows better. */
export function isPassed(resourceVersion: string, deps: Pick<LiveAnswerDeps, 'resourceVersion'>): boolean {
  const order = compareResourceVersions(resourceVersion, deps.resourceVersion());
  return order !== undefined && order <= 0;
}
