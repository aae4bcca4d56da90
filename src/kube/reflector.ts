import type { Clock } from '../base/clock.ts';
import type { KubeApi } from './api.ts';
import { createCourse } from './course.ts';
import { listOnce } from './list-once.ts';
import type { KubeObject, ObjectMetadata } from './objects.ts';
import type { ReflectorEvent } from './reflector-events.ts';
import { watchOnce } from './watch-once.ts';

/** Where the objects go. All calls are synchronous, in order, and never from two lists at once. */
export interface ReflectorSink {
  /** A list begins, or begins again: what is not set before `listed` is gone. Until then all of it serves on. */
  listing(): void;
  /** The list is complete: forget whatever it did not set. */
  listed(): void;
  set(object: KubeObject): void;
  remove(metadata: ObjectMetadata): void;
}

export interface ReflectorOptions {
  readonly api: KubeApi;
  /** Of the collection, such as `/api/v1/serviceaccounts`. */
  readonly path: string;
  readonly fieldSelector?: string;
  /** Ask for names and annotations only; a server that cannot answers in full. */
  readonly metadataOnly: boolean;
  readonly sink: ReflectorSink;
  readonly clock: Clock;
  /** 0 inclusive to 1 exclusive */
  readonly random: () => number;
  readonly report: (event: ReflectorEvent) => void;
}

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
  /** ms since epoch of the last list page, event or bookmark; 0 before the first. */
  lastContact(): number;
}

/** Lists, then watches from there, and again. */
export function createReflector(options: ReflectorOptions): Reflector {
  const stopping = new AbortController();
  const first = Promise.withResolvers<void>();
  const course = createCourse(options, stopping.signal);
  let running: Promise<void> | undefined;

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      const pauseMs = course.needsList ? await listOnce(course) : await watchOnce(course);
      if (course.delivered) first.resolve();
      if (pauseMs > 0) await options.clock.delay(pauseMs, stopping.signal);
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
    delivered: () => course.delivered,
    firstList: first.promise,
    resourceVersion: () => course.resourceVersion,
    lastContact: () => course.lastContact,
  };
}
