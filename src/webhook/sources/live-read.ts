import type { KubeApi } from '../../kube/api.ts';
import type { Clock } from '../../kube/clock.ts';
import { compareResourceVersions } from '../../kube/resource-version.ts';
import type { AccountFinding } from '../identity.ts';
import { isObject } from '../pod.ts';
import type { Account, AccountReader } from './account.ts';
import { createRateLimit, type RateLimit } from './rate-limit.ts';

/** No single read takes longer, whatever the request's own deadline allows. ms */
const READ_TIMEOUT = 1_000;
/** How long an answer stands for later pods of the same account. ms */
const REMEMBERED = 1_000;
const MAX_REMEMBERED = 10_000;
/** A server that is just restarting answers again soon. ms */
const RETRY_PAUSE = 50;
const ACCEPT = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json';
const NAME = /^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/;

/** What became of a read, for a metric. */
export type LiveReadResult = 'found' | 'missing' | 'stale' | 'failed' | 'throttled';

export interface LiveReadDeps {
  readonly api: Pick<KubeApi, 'get'>;
  readonly reader: AccountReader;
  /** What the watch knows, asked again after the read. */
  readonly known: (key: string) => Account | undefined;
  /** How far the watch has come. */
  readonly resourceVersion: () => string;
  readonly clock: Clock;
  readonly count: (result: LiveReadResult) => void;
}

/** Asks the API server for one ServiceAccount that the watch has not brought yet. */
export interface LiveReader {
  /** @param patience ms; the answer comes by then, whatever happens */
  read(namespace: string, name: string, patience: number): Promise<AccountFinding>;
}

interface Answer {
  readonly finding: AccountFinding;
  /** Of the account that was found, if one was. */
  readonly resourceVersion: string;
}

interface Remembered extends Answer {
  readonly until: number;
}

/** Reads are shared by all who ask for the same account, and limited to 100 a second with a burst of 200. */
export function createLiveReader(deps: LiveReadDeps): LiveReader {
  const limit = createRateLimit({ perSecond: 100, burst: 200 });
  const underWay = new Map<string, Promise<AccountFinding>>();
  const remembered = new Map<string, Remembered>();

  function readShared(key: string): Promise<AccountFinding> {
    const reading = readWhenAllowed(deps, limit, key).then((answer) => {
      underWay.delete(key);
      remember(remembered, key, { ...answer, until: deps.clock.now() + REMEMBERED });
      return answer.finding;
    });
    underWay.set(key, reading);
    return reading;
  }

  return {
    async read(namespace, name, patience) {
      if (!NAME.test(namespace) || !NAME.test(name)) return { kind: 'unknown' };
      const key = `${namespace}/${name}`;
      const recent = remembered.get(key);
      if (recent !== undefined && stillHolds(recent, deps)) return recent.finding;
      const shared = underWay.get(key) ?? readShared(key);
      return await withPatience(shared, patience, deps.clock);
    },
  };
}

/** An account that was found, and that the watch has come past without knowing it, has been deleted since. */
function stillHolds({ finding, resourceVersion, until }: Remembered, deps: LiveReadDeps): boolean {
  if (until <= deps.clock.now()) return false;
  return finding.kind !== 'known' || !isPassed(resourceVersion, deps);
}

function isPassed(resourceVersion: string, deps: LiveReadDeps): boolean {
  const order = compareResourceVersions(resourceVersion, deps.resourceVersion());
  return order !== undefined && order <= 0;
}

/** A failure is forgotten at once: the next pod deserves its own try. */
function remember(remembered: Map<string, Remembered>, key: string, entry: Remembered): void {
  remembered.delete(key);
  if (entry.finding.kind === 'unread') return;
  if (remembered.size >= MAX_REMEMBERED) remembered.clear();
  remembered.set(key, entry);
}

async function withPatience(
  shared: Promise<AccountFinding>,
  patience: number,
  clock: Clock,
): Promise<AccountFinding> {
  const settled = new AbortController();
  const tooLate = clock
    .delay(patience, settled.signal)
    .then((): AccountFinding => ({ kind: 'unread', why: 'no answer in time' }));
  try {
    return await Promise.race([shared, tooLate]);
  } finally {
    settled.abort();
  }
}

async function readWhenAllowed(deps: LiveReadDeps, limit: RateLimit, key: string): Promise<Answer> {
  const start = deps.clock.now();
  const wait = limit.reserve(start, READ_TIMEOUT);
  if (wait === undefined) {
    deps.count('throttled');
    return unread('too many reads at once');
  }
  const deadline = new AbortController();
  const expiry = deps.clock.delay(READ_TIMEOUT, deadline.signal).then(() => deadline.abort());
  try {
    if (wait > 0) await deps.clock.delay(wait, deadline.signal);
    return await readWithRetries(deps, key, deadline.signal);
  } finally {
    deadline.abort();
    await expiry;
  }
}

async function readWithRetries(deps: LiveReadDeps, key: string, signal: AbortSignal): Promise<Answer> {
  let why = 'no answer in time';
  while (!signal.aborted) {
    const attempt = await readOnce(deps, key, signal);
    if (attempt.finding.kind !== 'unread') return attempt;
    if (!signal.aborted) why = attempt.finding.why;
    // A refusal by RBAC does not pass by waiting 50 ms.
    if (why.startsWith('HTTP 4')) break;
    await deps.clock.delay(RETRY_PAUSE, signal);
  }
  deps.count('failed');
  return unread(why);
}

async function readOnce(deps: LiveReadDeps, key: string, signal: AbortSignal): Promise<Answer> {
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
function judge(deps: LiveReadDeps, key: string, object: unknown): Answer {
  const watched = deps.known(key);
  if (watched !== undefined) return { finding: { kind: 'known', account: watched }, resourceVersion: '' };
  const metadata = isObject(object) && isObject(object['metadata']) ? object['metadata'] : undefined;
  if (metadata === undefined) return unknown(deps, 'missing');
  const resourceVersion = String(metadata['resourceVersion']);
  if (isPassed(resourceVersion, deps)) return unknown(deps, 'stale');
  deps.count('found');
  const account = deps.reader.read(readAnnotations(metadata['annotations']));
  return { finding: { kind: 'known', account }, resourceVersion };
}

function unknown(deps: LiveReadDeps, result: LiveReadResult): Answer {
  deps.count(result);
  return { finding: { kind: 'unknown' }, resourceVersion: '' };
}

function unread(why: string): Answer {
  return { finding: { kind: 'unread', why }, resourceVersion: '' };
}

function readAnnotations(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(value)) return undefined;
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
