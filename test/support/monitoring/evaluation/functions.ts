import { type Sample, type Series, toKey } from './samples.ts';

/** Seconds between two scrapes. */
export const SCRAPE = 60;

/**
 * How much a counter, which may begin anew, has risen in the range before now. One sample alone says nothing of that, as in
 * Prometheus. Not extrapolated to the edges of the range: a test is well beyond any threshold.
 */
export function findIncrease({ labels, at }: Series, range: number, now: number): readonly Sample[] {
  const times = Array.from({ length: Math.ceil(range / SCRAPE) }, (_, index) => now - index * SCRAPE);
  const seen = times
    .toReversed()
    .map(at)
    .filter((value) => value !== undefined);
  if (seen.length < 2) return [];
  const rises = seen.slice(1).map((value, index) => {
    const before = seen[index] ?? 0;
    return value < before ? value : value - before;
  });
  return [{ labels, value: rises.reduce((sum, rise) => sum + rise, 0) }];
}

/** `histogram_quantile`: linear within a bucket. */
export function findQuantiles(quantile: number, buckets: readonly Sample[]): readonly Sample[] {
  const groups = Map.groupBy(buckets, ({ labels: { le: _, ...labels } }) => toKey(labels));
  return [...groups.values()].map((group) => {
    const { le: _, ...labels } = group[0]?.labels ?? {};
    return { labels, value: findQuantile(quantile, group) };
  });
}

function findQuantile(quantile: number, buckets: readonly Sample[]): number {
  const sorted = buckets
    .map(({ labels, value }) => ({ end: Number((labels['le'] ?? '').replace('+Inf', 'Infinity')), value }))
    .toSorted((one, other) => one.end - other.end);
  const wanted = quantile * (sorted.at(-1)?.value ?? 0);
  const index = sorted.findIndex(({ value }) => value >= wanted);
  const below = sorted[index - 1] ?? { end: 0, value: 0 };
  const bucket = sorted[index];
  if (wanted === 0 || bucket === undefined) return Number.NaN;
  if (bucket.end === Number.POSITIVE_INFINITY) return below.end;
  return below.end + ((wanted - below.value) / (bucket.value - below.value)) * (bucket.end - below.end);
}
