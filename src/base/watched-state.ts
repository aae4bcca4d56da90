/** What one look at a source brings. */
export type Reading<T> =
  | { readonly kind: 'absent' }
  | { readonly kind: 'malformed'; readonly problem: string }
  | { readonly kind: 'good'; readonly value: T };

/** What is known of a source that was looked at: a file, or an object of the API. */
export type ReadState<T> =
  | { readonly kind: 'absent' }
  /** There, but nothing good was ever read of it since it is there. */
  | { readonly kind: 'malformed'; readonly problem: string }
  /** `problem`: what was wrong with the newest reading, which is why the one before serves on. */
  | { readonly kind: 'good'; readonly value: T; readonly problem?: string };

/** The same of a source that may not have been looked at yet: it is unknown then, which is not to say empty. */
export type WatchedState<T> = { readonly kind: 'pending' } | ReadState<T>;

/** A last good value survives a bad reading, but not the end of its source. */
export function keepLastGood<T>(before: WatchedState<T>, reading: Reading<T>): ReadState<T> {
  return before.kind === 'good' && reading.kind === 'malformed'
    ? { ...before, problem: reading.problem }
    : reading;
}
