import { Counter, type Registry } from 'prom-client';

/**
 * Counters and histograms of a hot path: plain numbers, which prom-client reads when somebody scrapes. Its own cost a
 * tenth of the processor time of an admission review (docs/benchmarks.md).
 */

/** One series of a counter; whoever counts adds to it. */
export interface Tally {
  count: number;
}

export interface SeriesOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly Label[];
}

type Labels<Label extends string> = Readonly<Record<Label, string>>;

/**
 * A counter.
 * @returns makes a series, to be kept: from then on it is part of the exposition
 */
export function createTallies<Label extends string>(
  registry: Registry,
  { name, help, labelNames }: SeriesOptions<Label>,
): (labels: Labels<Label>) => Tally {
  const series: { readonly labels: Labels<Label>; readonly tally: Tally }[] = [];
  new Counter({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
    collect() {
      this.reset();
      for (const { labels, tally } of series) this.inc(labels, tally.count);
    },
  });
  return (labels) => {
    const tally = { count: 0 };
    series.push({ labels, tally });
    return tally;
  };
}

/** One series for each key, made at its first use: a key that nobody meets has no line in the exposition. */
export function remember<Series, Key extends string = string>(
  open: (key: Key) => Series,
): (key: Key) => Series {
  const made = new Map<Key, Series>();
  return (key) => {
    const present = made.get(key);
    if (present !== undefined) return present;
    const series = open(key);
    made.set(key, series);
    return series;
  };
}

/** One series of a histogram. */
export interface Timing {
  observe(value: number): void;
  readonly sum: number;
  readonly count: number;
}

/**
 * A histogram.
 * @param bounds upper ends of its buckets, inclusive, ascending
 * @returns makes a series, to be kept: from then on it is part of the exposition
 */
export function createTimings<Label extends string>(
  registry: Registry,
  options: SeriesOptions<Label>,
  bounds: readonly number[],
): (labels: Labels<Label>) => Timing {
  const series: { readonly labels: Labels<Label>; readonly timing: BucketedTiming }[] = [];
  registerMetric(registry, { ...options, type: 'histogram' }, () =>
    series.flatMap(({ labels, timing }) => toHistogramLines(options.name, labels, timing)),
  );
  return (labels) => {
    const timing = new BucketedTiming(bounds);
    series.push({ labels, timing });
    return timing;
  };
}

/** A summary without quantiles, which prom-client's own class would estimate all the same, for every observation. */
export function registerSummary<Label extends string>(
  registry: Registry,
  options: SeriesOptions<Label>,
  read: () => readonly { readonly labels: Labels<Label>; readonly timing: Timing }[],
): void {
  const { name } = options;
  registerMetric(registry, { ...options, type: 'summary' }, () =>
    read().flatMap(({ labels, timing }) => [
      { metricName: `${name}_sum`, value: timing.sum, labels },
      { metricName: `${name}_count`, value: timing.count, labels },
    ]),
  );
}

class BucketedTiming implements Timing {
  readonly bounds: readonly number[];
  /** A bucket each, and one for what is beyond the last; not cumulative. */
  readonly counts: Float64Array;
  sum = 0;
  count = 0;

  constructor(bounds: readonly number[]) {
    this.bounds = bounds;
    this.counts = new Float64Array(bounds.length + 1);
  }

  observe(value: number): void {
    this.sum += value;
    this.count += 1;
    let bucket = 0;
    // Most requests are fast: the first buckets are the ones that are met.
    while (bucket < this.bounds.length && value > (this.bounds[bucket] ?? value)) bucket += 1;
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1;
  }
}

interface MetricLine {
  readonly metricName: string;
  readonly value: number;
  readonly labels: Readonly<Record<string, string | number>>;
}

function toHistogramLines(
  name: string,
  labels: Readonly<Record<string, string>>,
  { bounds, counts, sum, count }: BucketedTiming,
): MetricLine[] {
  let below = 0;
  const buckets = bounds.map((bound, index) => {
    below += counts[index] ?? 0;
    return { metricName: `${name}_bucket`, value: below, labels: { le: bound, ...labels } };
  });
  return [
    ...buckets,
    { metricName: `${name}_bucket`, value: count, labels: { le: '+Inf', ...labels } },
    { metricName: `${name}_sum`, value: sum, labels },
    { metricName: `${name}_count`, value: count, labels },
  ];
}

function registerMetric(
  registry: Registry,
  { name, help, type }: SeriesOptions<string> & { readonly type: 'histogram' | 'summary' },
  read: () => readonly MetricLine[],
): void {
  const get = async () => ({ name, help, type, aggregator: 'sum', values: read() });
  // prom-client types only its own classes, and its registry asks no more of a metric than a name and get().
  registry.registerMetric({ name, get, reset: () => {} } as unknown as Counter);
}
