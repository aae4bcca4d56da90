import { toError } from '../base/errors.ts';
import { type KubeObject, toObjectLabel } from './objects.ts';
import { createPace, type Pace } from './pace.ts';
import type { ReflectorOptions } from './reflector.ts';
import type { ReflectorEvent } from './reflector-events.ts';

/** Where a reflector stands; its two steps, list and watch, move it on. */
export interface Course
  extends Pick<ReflectorOptions, 'api' | 'path' | 'fieldSelector' | 'sink' | 'clock' | 'random'> {
  readonly signal: AbortSignal;
  readonly pace: Pace;
  readonly accept: { readonly list: string; readonly watch: string };
  report(event: ReflectorEvent): void;
  needsList: boolean;
  delivered: boolean;
  resourceVersion: string;
  /** ms since epoch */
  lastContact: number;
  /** Watches in a row that ended with something unreadable or an error of the server's. */
  troubles: number;
}

export function createCourse(options: ReflectorOptions, signal: AbortSignal): Course {
  const { api, path, fieldSelector, sink, clock, random } = options;
  return {
    api,
    path,
    ...(fieldSelector !== undefined && { fieldSelector }),
    sink,
    clock,
    random,
    signal,
    pace: createPace(random),
    accept: toAccept(options.metadataOnly),
    report: (event) => {
      try {
        options.report(event);
      } catch {
        // A logger that throws must not end the watch, and there is nobody left to tell.
      }
    },
    needsList: true,
    delivered: false,
    resourceVersion: '',
    lastContact: 0,
    troubles: 0,
  };
}

function toAccept(metadataOnly: boolean): Course['accept'] {
  if (!metadataOnly) return { list: 'application/json', watch: 'application/json' };
  const partial = (kind: string): string => `application/json;as=${kind};g=meta.k8s.io;v=v1,application/json`;
  return { list: partial('PartialObjectMetadataList'), watch: partial('PartialObjectMetadata') };
}

/** Hands one change to the sink. An object that the sink cannot take must not hold up all others. */
export function applyChange(course: Course, kind: 'set' | 'remove', object: KubeObject): void {
  try {
    if (kind === 'set') course.sink.set(object);
    else course.sink.remove(object.metadata);
  } catch (error) {
    course.report({ kind: 'sink-failed', object: toObjectLabel(object.metadata), error: toError(error) });
  }
}
