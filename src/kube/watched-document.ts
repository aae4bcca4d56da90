import { describeError } from '../base/errors.ts';
import { keepLastGood, type Reading, type WatchedState } from '../base/watched-state.ts';
import type { KubeObject } from './objects.ts';
import { createReflector, type Reflector, type ReflectorOptions, type ReflectorSink } from './reflector.ts';

/** One object of the API, and what is known of the document in it. `createDocumentReflector` keeps it in step. */
export interface WatchedDocument<Source extends KubeObject, T> extends ReflectorSink<Source> {
  /** The object's. */
  readonly name: string;
  /** Pending until the first list is complete. */
  state(): WatchedState<T>;
}

export interface WatchedDocumentOptions<Source extends KubeObject, T> {
  readonly name: string;
  readonly read: (object: Source) => Exclude<Reading<T>, { readonly kind: 'absent' }>;
  /** Told of each reading, also of one that changes nothing. */
  readonly report: (reading: Reading<T>) => void;
}

export function createWatchedDocument<Source extends KubeObject, T>({
  name,
  read,
  report,
}: WatchedDocumentOptions<Source, T>): WatchedDocument<Source, T> {
  let state: WatchedState<T> = { kind: 'pending' };
  /** What the list under way has brought so far. */
  let listed: Reading<T> | undefined;

  function take(reading: Reading<T>): void {
    state = keepLastGood(state, reading);
    report(reading);
  }

  /** A list counts when it is complete: until then what was known serves on. */
  function bring(reading: Reading<T>): void {
    if (listed === undefined) take(reading);
    else listed = reading;
  }

  return {
    name,
    state: () => state,
    listing() {
      listed = { kind: 'absent' };
    },
    listed() {
      const reading = listed;
      listed = undefined;
      if (reading !== undefined) take(reading);
    },
    set(object) {
      // A server that does not know the field selector sends all objects of the namespace.
      if (object.metadata.name === name) bring(readSafely(read, object));
    },
    remove(metadata) {
      if (metadata.name === name) bring({ kind: 'absent' });
    },
  };
}

/** A reader that throws must not make a document absent that is there. */
function readSafely<Source, T>(read: (object: Source) => Reading<T>, object: Source): Reading<T> {
  try {
    return read(object);
  } catch (error) {
    return { kind: 'malformed', problem: describeError(error) };
  }
}

export interface DocumentReflectorOptions<Source extends KubeObject>
  extends Pick<ReflectorOptions<Source>, 'api' | 'parse' | 'clock' | 'random' | 'report'> {
  readonly namespace: string;
  /** In the plural, of the core group, such as `configmaps`. */
  readonly resource: string;
}

/** Watches nothing but the document's object. */
export function createDocumentReflector<Source extends KubeObject, T>(
  document: WatchedDocument<Source, T>,
  { namespace, resource, ...options }: DocumentReflectorOptions<Source>,
): Reflector {
  return createReflector({
    ...options,
    path: `/api/v1/namespaces/${encodeURIComponent(namespace)}/${resource}`,
    fieldSelector: `metadata.name=${document.name}`,
    metadataOnly: false,
    sink: document,
  });
}
