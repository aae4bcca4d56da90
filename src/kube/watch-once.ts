import { applyChange, type Course } from './course.ts';
import { ApiStatusError } from './errors.ts';
import { followWatch, type WatchChange, type WatchEnd } from './watch.ts';

/** After so many watches in a row that end in trouble, what comes next in the stream is skipped by a list. */
const TROUBLES_BEFORE_LIST = 3;

/**
 * Follows one watch from the last resourceVersion to its end.
 * @returns ms to wait before the next step; never rejects
 */
export async function watchOnce(course: Course): Promise<number> {
  const { api, path, clock, signal, report } = course;
  const end = await followWatch({
    api,
    path,
    query: toQuery(course),
    accept: course.accept.watch,
    clock,
    signal,
    opened: () => report({ kind: 'watch-opened', resourceVersion: course.resourceVersion }),
    handle: (change) => handleChange(course, change),
    tell: report,
  });
  return signal.aborted ? 0 : settleEnd(course, end);
}

function toQuery({ fieldSelector, random, resourceVersion }: Course): URLSearchParams {
  return new URLSearchParams({
    watch: '1',
    allowWatchBookmarks: 'true',
    resourceVersion,
    // Spread out, so that many replicas do not come back in the same second.
    timeoutSeconds: String(300 + Math.floor(random() * 301)),
    ...(fieldSelector !== undefined && { fieldSelector }),
  });
}

/** The resourceVersion moves last: whatever breaks before, the event comes again. */
function handleChange(course: Course, change: WatchChange): void {
  course.lastContact = course.clock.now();
  course.pace.worked();
  if (change.kind !== 'bookmark') applyChange(course, change.kind, change.object);
  const version =
    change.kind === 'bookmark' ? change.resourceVersion : change.object.metadata.resourceVersion;
  if (version !== '') course.resourceVersion = version;
}

function settleEnd(course: Course, end: WatchEnd): number {
  switch (end.kind) {
    case 'gone':
      return relist(course, end, 'gone');
    case 'failed':
      return reportFailure(course, end.error, 0);
    case 'garbage':
      if (isRepeated(course)) return relist(course, end, 'repeated-garbage');
      return reopen(course, end);
    case 'error':
      if (isRepeated(course)) return relist(course, { ...end, detail: end.error.message }, 'repeated-errors');
      return reportFailure(course, end.error, course.pace.ended(end.openMs));
    default:
      course.troubles = 0;
      return reopen(course, end);
  }
}

function isRepeated(course: Course): boolean {
  course.troubles += 1;
  return course.troubles >= TROUBLES_BEFORE_LIST;
}

function reopen(
  course: Course,
  end: WatchEnd & { readonly kind: 'eof' | 'silent' | 'cut' | 'garbage' },
): number {
  const retryInMs = course.pace.ended(end.openMs);
  course.report({
    kind: 'watch-ended',
    reason: end.kind,
    ...('detail' in end && { detail: end.detail }),
    retryInMs,
  });
  return retryInMs;
}

type WatchRelistReason = 'gone' | 'repeated-garbage' | 'repeated-errors';

function relist(course: Course, end: { openMs: number; detail: string }, reason: WatchRelistReason): number {
  course.needsList = true;
  course.troubles = 0;
  const retryInMs = course.pace.ended(end.openMs);
  course.report({ kind: 'relist', reason, detail: end.detail, retryInMs });
  return retryInMs;
}

function reportFailure(course: Course, error: Error, atLeastMs: number): number {
  const retryAfterMs = error instanceof ApiStatusError ? error.retryAfterMs : undefined;
  const retryInMs = Math.max(atLeastMs, course.pace.failed(retryAfterMs));
  course.report({ kind: 'failed', during: 'watch', error, retryInMs });
  return retryInMs;
}
