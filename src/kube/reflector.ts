import type { Clock } from '../base/clock.ts';
import { toError } from '../base/errors.ts';
import type { JsonRecord } from '../json/record.ts';
import type { KubeApi } from './api.ts';
import { listPages } from './list.ts';
import {
  isNamed,
  type NamedObject,
  type ObjectFlaw,
  type ObjectMetadata,
  readResourceVersion,
  type TellFlaw,
  toMetadata,
  toObjectLabel,
} from './objects.ts';
import { createSetbacks, type Setback, type Setbacks } from './setbacks.ts';
import { followWatch, type WatchChange } from './watch.ts';

/** Where the objects go. All calls are synchronous, in order, and never from two lists at once. */
export interface ReflectorSink<T> {
  /** A list begins, or begins again: what is not set before `listed` is gone. Until then all of it serves on. */
  listing(): void;
  /** The list is complete: forget whatever it did not set. */
  listed(): void;
  set(object: T): void;
  /** Also of what was never set. */
  remove(metadata: ObjectMetadata): void;
}

export interface ReflectorOptions<T> {
  readonly api: KubeApi;
  /** Of the collection, such as `/api/v1/serviceaccounts`. */
  readonly path: string;
  readonly fieldSelector?: string;
  /** Ask for names and annotations only; a server that cannot answers in full. */
  readonly metadataOnly: boolean;
  /**
   * What the sink gets of an object, which has a name. undefined: it is none for this sink, which forgets what it had by
   * that name. An object that is malformed and must not be forgotten is the matter of T.
   */
  readonly parse: (object: JsonRecord, tell: TellFlaw) => T | undefined;
  readonly sink: ReflectorSink<T>;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
  readonly report: (event: ReflectorEvent) => void;
}

/** What a reflector tells its owner, who logs and counts. Times in ms. */
export type ReflectorEvent =
  | { readonly kind: 'listed'; readonly items: number; readonly ms: number }
  | { readonly kind: 'watch-opened'; readonly resourceVersion: string }
  | Setback
  /** Parser or sink threw on this object, which is passed over. */
  | { readonly kind: 'sink-failed'; readonly object: string; readonly error: Error }
  | ObjectFlaw;

/** Keeps a sink in step with a collection, until it is stopped: no error ends it. */
export interface Reflector {
  start(): void;
  /** Ends whatever is under way; resolves when nothing is. */
  stop(): Promise<void>;
  /** Whether a first list was delivered whole. */
  delivered(): boolean;
  /** Resolves at the first complete list; stays pending where it is stopped before. */
  readonly firstList: Promise<void>;
  /** The newest of the collection, from a list, event or bookmark; '' before the first. */
  resourceVersion(): string;
  /** ms since epoch of the last list page, opened watch, event or bookmark; 0 before the first. */
  lastContact(): number;
  /** Why the last list or watch did not come about; undefined as soon as one does. */
  trouble(): Trouble | undefined;
}

export type Trouble = Pick<Extract<Setback, { readonly kind: 'failed' }>, 'during' | 'error'>;

/** Lists, then watches from there, and again. */
export function createReflector<T>(options: ReflectorOptions<T>): Reflector {
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  const progress = createProgress(options, stopping.signal);
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const setback = progress.needsList ? await list(progress) : await watch(progress);
      if (progress.delivered) first.resolve();
      if (setback !== undefined) await recover(progress, setback);
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
    delivered: () => progress.delivered,
    firstList: first.promise,
    resourceVersion: () => progress.resourceVersion,
    lastContact() {
      // A wall clock that was set back must not hide that nothing comes any more.
      progress.lastContact = Math.min(progress.lastContact, progress.clock.now());
      return progress.lastContact;
    },
    trouble: () => progress.trouble,
  };
}

/** How far a reflector has come; its two steps, list and watch, move it on. */
interface Progress<T> extends ReflectorOptions<T> {
  readonly signal: AbortSignal;
  readonly setbacks: Setbacks;
  needsList: boolean;
  delivered: boolean;
  resourceVersion: string;
  /** ms since epoch */
  lastContact: number;
  trouble: Trouble | undefined;
}

function createProgress<T>(options: ReflectorOptions<T>, signal: AbortSignal): Progress<T> {
  return {
    ...options,
    report: (event) => {
      try {
        options.report(event);
      } catch {
        // A logger that throws must not end the watch, and there is nobody left to tell.
      }
    },
    signal,
    setbacks: createSetbacks(options.random),
    needsList: true,
    delivered: false,
    resourceVersion: '',
    lastContact: 0,
    trouble: undefined,
  };
}

/** The server gave what was asked for. */
function noteContact<T>(progress: Progress<T>): void {
  progress.lastContact = progress.clock.now();
  progress.trouble = undefined;
}

/**
 * Reads the whole collection into the sink; where that fails, the sink goes on serving what it had.
 * @returns what kept it from that, if anything did; never rejects
 */
async function list<T>(progress: Progress<T>): Promise<Setback | undefined> {
  const { clock, report, signal, setbacks, sink } = progress;
  const begunAt = clock.now();
  let begun = false;
  let items = 0;
  try {
    const accept = toAccept('PartialObjectMetadataList', progress);
    const resourceVersion = await listPages({ ...progress, accept }, (page) => {
      noteContact(progress);
      if (!begun) sink.listing();
      begun = true;
      items += page.length;
      for (const raw of page) if (isNamed(raw, report)) handOn(progress, 'set', raw);
    });
    sink.listed();
    progress.resourceVersion = resourceVersion;
    progress.needsList = false;
    progress.delivered = true;
    setbacks.worked();
    report({ kind: 'listed', items, ms: clock.now() - begunAt });
    return undefined;
  } catch (error) {
    return signal.aborted ? undefined : setbacks.afterList(error);
  }
}

/**
 * Follows one watch from the last resourceVersion to its end.
 * @returns why it ended, unless it was stopped; never rejects
 */
async function watch<T>(progress: Progress<T>): Promise<Setback | undefined> {
  const { report, resourceVersion, setbacks, signal } = progress;
  const end = await followWatch({
    ...progress,
    accept: toAccept('PartialObjectMetadata', progress),
    opened() {
      // A quiet watch is not a dead one: how long it may say nothing is for the watch itself to judge.
      noteContact(progress);
      report({ kind: 'watch-opened', resourceVersion });
    },
    handle: (change) => handleChange(progress, change),
    tell: report,
  });
  return signal.aborted ? undefined : setbacks.afterWatch(end);
}

/** The resourceVersion moves last: whatever breaks before, the event comes again. */
function handleChange<T>(progress: Progress<T>, change: WatchChange): void {
  noteContact(progress);
  progress.setbacks.worked();
  if (change.kind !== 'bookmark') handOn(progress, change.kind, change.object);
  const version = change.kind === 'bookmark' ? change.resourceVersion : readResourceVersion(change.object);
  if (version !== '') progress.resourceVersion = version;
}

/** An object that the sink cannot take must not hold up all others. */
function handOn<T>({ parse, sink, report }: Progress<T>, kind: 'set' | 'remove', raw: NamedObject): void {
  try {
    const object = kind === 'set' ? parse(raw, report) : undefined;
    if (object === undefined) sink.remove(toMetadata(raw, report));
    else sink.set(object);
  } catch (error) {
    const object = toObjectLabel(toMetadata(raw, () => {}));
    report({ kind: 'sink-failed', object, error: toError(error) });
  }
}

async function recover<T>(progress: Progress<T>, setback: Setback): Promise<void> {
  const { clock, report, signal } = progress;
  progress.needsList ||= setback.kind === 'relist';
  if (setback.kind === 'failed') progress.trouble = setback;
  report(setback);
  if (setback.retryInMs > 0) await clock.delay(setback.retryInMs, signal);
}

function toAccept(kind: string, { metadataOnly }: { readonly metadataOnly: boolean }): string {
  return metadataOnly
    ? `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`
    : 'application/json';
}
