import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Admission } from '../admission/response.ts';

/**
 * The metrics of amazon-eks-pod-identity-webhook under their own names, labels and units (microseconds), because
 * dashboards and alerts scrape them today. New dashboards do better with those of metrics.ts.
 */
export interface GoMetrics {
  admission(admission: Admission): void;
  missingAccount(): void;
  /** @param code HTTP status of an answer to `/mutate` */
  request(verb: string, code: number, microseconds: number): void;
}

const PATH = '/mutate';
const LATENCY_BUCKETS = [125_000, 250_000, 500_000, 1_000_000, 2_000_000, 4_000_000, 8_000_000];

export function createGoMetrics(registry: Registry, knownAccounts: () => number): GoMetrics {
  const registers = [registry];
  const pods = new Counter({
    name: 'pod_identity_webhook_pod_count',
    help: 'Pods given an identity, by method.',
    labelNames: ['method'],
    registers,
  });
  const webIdentity = pods.labels('sts_web_identity');
  const containerCredentials = pods.labels('container_credentials');
  new Gauge({
    name: 'pod_identity_webhook_used',
    help: '1 once any ServiceAccount is known.',
    registers,
    collect() {
      if (knownAccounts() > 0) this.set(1);
    },
  });
  return {
    admission({ method }) {
      if (method === 'web-identity') webIdentity.inc();
      else if (method === 'container-credentials') containerCredentials.inc();
    },
    missingAccount: createMissingCounter(registry),
    request: createRequestMetrics(registry),
  };
}

/** Registered at its first use: the Go program's counter is absent from a scrape until then, and alerts know it so. */
function createMissingCounter(registry: Registry): () => void {
  let counter: Counter | undefined;
  return () => {
    counter ??= new Counter({
      name: 'pod_identity_webhook_missing_sa_count',
      help: 'Pods whose ServiceAccount was unknown.',
      registers: [registry],
    });
    counter.inc();
  };
}

function createRequestMetrics(registry: Registry): GoMetrics['request'] {
  const registers = [registry];
  const count = new Counter({
    name: 'http_request_count',
    help: 'Requests answered, by method, path and status.',
    labelNames: ['verb', 'path', 'code'],
    registers,
  });
  const latency = new Histogram({
    name: 'http_request_latencies',
    help: 'Time to answer a request, in microseconds.',
    labelNames: ['verb', 'path'],
    buckets: LATENCY_BUCKETS,
    registers,
  });
  const series = new Map<string, RequestSeries>();
  registerDurationSummary(registry, series);
  return (verb, code, microseconds) => {
    let own = series.get(verb);
    if (own === undefined) {
      own = { verb, sum: 0, count: 0, codes: new Map(), latency: latency.labels(verb, PATH) };
      series.set(verb, own);
    }
    own.sum += microseconds;
    own.count += 1;
    own.latency.observe(microseconds);
    let answered = own.codes.get(code);
    if (answered === undefined) {
      answered = count.labels(verb, PATH, String(code));
      own.codes.set(code, answered);
    }
    answered.inc();
  };
}

/** One HTTP method. */
interface RequestSeries {
  readonly verb: string;
  sum: number;
  count: number;
  readonly codes: Map<number, Counter.Internal>;
  readonly latency: Histogram.Internal<'verb' | 'path'>;
}

/** A summary without quantiles, which prom-client's own class would estimate all the same, for every request. */
function registerDurationSummary(registry: Registry, series: ReadonlyMap<string, RequestSeries>): void {
  const name = 'http_request_duration_microseconds';
  const get = async () => ({
    name,
    help: 'Time to answer a request, in microseconds: sum and count.',
    type: 'summary',
    aggregator: 'sum',
    values: [...series.values()].flatMap(({ verb, sum, count }) => [
      { metricName: `${name}_sum`, value: sum, labels: { verb, path: PATH } },
      { metricName: `${name}_count`, value: count, labels: { verb, path: PATH } },
    ]),
  });
  // prom-client types only its own classes, and its registry asks no more of a metric than a name and get().
  registry.registerMetric({ name, get, reset: () => {} } as unknown as Counter);
}
