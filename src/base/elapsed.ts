/**
 * Time that only moves on. A wall clock that jumps counts as time gone by, whichever way it went: how much really has is
 * not known, and what is taken to be older than it is costs a reading, or a call, while the other way round it would
 * outlive its withdrawal, or a pause its end.
 * @param now ms since epoch
 * @returns ms since this call
 */
export function createElapsed(now: () => number): () => number {
  let last = now();
  let elapsed = 0;
  return () => {
    const current = now();
    elapsed += Math.abs(current - last);
    last = current;
    return elapsed;
  };
}
