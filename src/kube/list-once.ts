import { toError } from '../base/errors.ts';
import { applyChange, type Course } from './course.ts';
import { ApiStatusError } from './errors.ts';
import { ListExpiredError, listPages } from './list-pages.ts';
import { toKubeObject } from './objects.ts';

/**
 * Reads the whole collection into the sink; where that fails, the sink goes on serving what it had.
 * @returns ms to wait before the next step; never rejects
 */
export async function listOnce(course: Course): Promise<number> {
  const begunAt = course.clock.now();
  try {
    const { resourceVersion, items } = await listIntoSink(course);
    course.resourceVersion = resourceVersion;
    course.needsList = false;
    course.delivered = true;
    course.pace.worked();
    course.report({ kind: 'listed', items, ms: course.clock.now() - begunAt });
    return 0;
  } catch (error) {
    return course.signal.aborted ? 0 : toPause(course, error);
  }
}

interface ListOutcome {
  readonly resourceVersion: string;
  readonly items: number;
}

async function listIntoSink(course: Course): Promise<ListOutcome> {
  const { sink, clock, report } = course;
  let begun = false;
  let items = 0;
  const { api, path, fieldSelector, signal } = course;
  const request = { api, path, fieldSelector, accept: course.accept.list, signal };
  const resourceVersion = await listPages(request, (page) => {
    course.lastContact = clock.now();
    if (!begun) sink.listing();
    begun = true;
    items += page.length;
    for (const raw of page) {
      const object = toKubeObject(raw, report);
      if (object !== undefined) applyChange(course, 'set', object);
    }
  });
  sink.listed();
  return { resourceVersion, items };
}

function toPause(course: Course, error: unknown): number {
  if (error instanceof ListExpiredError) {
    const retryInMs = course.pace.ended(0);
    course.report({ kind: 'relist', reason: 'continue-expired', retryInMs });
    return retryInMs;
  }
  const retryInMs = course.pace.failed(error instanceof ApiStatusError ? error.retryAfterMs : undefined);
  course.report({ kind: 'failed', during: 'list', error: toError(error), retryInMs });
  return retryInMs;
}
