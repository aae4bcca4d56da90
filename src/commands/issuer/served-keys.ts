import type { Clock } from '../../base/clock.ts';
import { ConfigurationError } from '../../base/errors.ts';
import { createFileValue, type FileTexts, type FileValue } from '../../base/watched-file.ts';
import type { Part } from '../../http/lifecycle.ts';
import type { Log } from '../../http/log.ts';
import type { ReadyCheck } from '../../http/ops.ts';
import { createClusterSource } from '../../issuer/keys/cluster-source.ts';
import { createFileSource, createPemSource } from '../../issuer/keys/file-source.ts';
import { createRemoteKeys, type RemoteKeys } from '../../issuer/keys/key-finder.ts';
import type { KeyLimits } from '../../issuer/keys/key-freshness.ts';
import type { KeySource } from '../../issuer/keys/key-source.ts';
import type { IssuerMetrics } from '../../issuer/metrics.ts';
import { createServedSource, type Deliver, type DocumentStore } from '../../issuer/serve/served-documents.ts';
import type { KubeApi } from '../../kube/api.ts';
import { createKeysCheck } from './keys-check.ts';
import type { IssuerCommandSettings, SourceSettings } from './settings.ts';

export interface KeysDeps {
  /** Of the cluster, where that is the source. */
  readonly api: KubeApi | undefined;
  readonly store: DocumentStore;
  readonly metrics: Pick<IssuerMetrics, 'refresh'>;
  readonly log: Log;
  readonly clock: Clock;
}

/** The keys that are served, kept in step with their source. */
export interface ServedKeys {
  readonly keys: RemoteKeys;
  readonly part: Part;
  readonly check: ReadyCheck;
}

/** How soon a changed file is served, ms. */
const LOOK_INTERVAL = 1_000;
/** How often a file is read though nothing was seen to change, ms. */
const FILE_INTERVAL = 60_000;
/** A set is renewed after this part of its freshness, at the earliest. */
const RENEW_FROM = 0.75;

/** @throws ConfigurationError that names the key file and what is wrong with it */
export async function createServedKeys(settings: IssuerCommandSettings, deps: KeysDeps): Promise<ServedKeys> {
  const { issuer, source, staleGrace, staleAfter } = settings;
  const { log, metrics, clock } = deps;
  let refused = false;
  const deliver = createDeliver(deps);
  const served = createServedSource(toSource(settings, deps), (set, notes) => {
    if (refused) log.info({}, 'the source of the keys is good again');
    refused = false;
    deliver(set, notes);
  });
  const keys = createRemoteKeys({
    issuers: new Map([[issuer, served]]),
    clock,
    random: Math.random,
    limits: toLimits(source, staleGrace),
    report(event) {
      if (event.kind !== 'refused') return;
      refused = true;
      metrics.refresh('refused');
      const { failure, problem, retryInMs } = event;
      log.error({ failure, problem, retryInMs }, 'keys refused, the documents before stay');
    },
  });
  const files = source.kind === 'cluster' ? undefined : await openFiles(toPaths(source), issuer, keys);
  // A source that is asked once an hour has not gone silent after five minutes.
  const bound = source.kind === 'cluster' ? Math.max(staleAfter, 2 * source.refreshInterval) : 0;
  return { keys, part: toPart(keys, files), check: createKeysCheck({ keys, issuer, bound, now: clock.now }) };
}

function toSource({ source, issuer }: IssuerCommandSettings, { api }: KeysDeps): KeySource {
  switch (source.kind) {
    case 'pem':
      return createPemSource(source.paths);
    case 'jwks':
      return createFileSource(source.path);
    case 'cluster':
      if (api === undefined)
        throw new Error('the cluster is the source of the keys, and there is no way to it');
      return createClusterSource(api, issuer);
  }
}

function toPaths(source: Exclude<SourceSettings, { readonly kind: 'cluster' }>): readonly string[] {
  return source.kind === 'pem' ? source.paths : [source.path];
}

function createDeliver({ store, metrics, log }: KeysDeps): Deliver {
  let told = '';
  return (keys, notes) => {
    const delivery = store.deliver(keys);
    metrics.refresh(delivery);
    if (delivery === 'changed') log.info({ kids: keys.map(({ kid }) => kid) }, 'these keys are served now');
    const now = notes.join('\n');
    if (now !== told && notes.length > 0)
      log.warn({ notes }, 'what AWS or others may not take of the source');
    told = now;
  };
}

function toLimits(source: SourceSettings, graceMs: number): Partial<KeyLimits> {
  const freshMs = toInterval(source) / RENEW_FROM;
  return { minFreshMs: freshMs, maxFreshMs: freshMs, defaultFreshMs: freshMs, graceMs };
}

/** ms between two readings */
function toInterval(source: SourceSettings): number {
  return source.kind === 'cluster' ? source.refreshInterval : FILE_INTERVAL;
}

/** A file that is wrong at the start is a mistake of configuration, and one that goes wrong later is not. */
async function openFiles(
  paths: readonly string[],
  issuer: string,
  keys: RemoteKeys,
): Promise<FileValue<FileTexts>> {
  await keys.refresh(issuer);
  const status = keys.status(issuer);
  if (status?.state !== 'fresh')
    throw new ConfigurationError(status?.lastProblem ?? 'the key files cannot be read');
  return await createFileValue({
    paths,
    interval: LOOK_INTERVAL,
    // What is in them is for the source to judge.
    read: (texts) => texts,
    report(event) {
      // A file that cannot be read is told of by the readings that go on anyway.
      if (event.kind === 'reloaded') void keys.refresh(issuer);
    },
  });
}

function toPart(keys: RemoteKeys, files: FileValue<FileTexts> | undefined): Part {
  return {
    name: 'keys',
    async start() {
      keys.start();
    },
    async stop() {
      files?.stop();
      await keys.stop();
    },
  };
}
