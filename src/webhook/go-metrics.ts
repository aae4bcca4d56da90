import { Counter, Gauge, type Registry } from 'prom-client';
import {
  createTallies,
  createTimings,
  registerSummary,
  type Tally,
  type Timing,
} from '../http/hot-metrics.ts';
import type { Admission } from './admit.ts';

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
  const pods = createPodCounter(registry);
  new Gauge({
    name: 'pod_identity_webhook_used',
    help: '1 once any ServiceAccount is known.',
    registers: [registry],
    collect() {
      if (knownAccounts() > 0) this.set(1);
    },
  });
  return {
    admission({ method }) {
      if (method !== undefined) pods(method);
    },
    missingAccount: createMissingCounter(registry),
    request: createRequestMetrics(registry),
  };
}

type Method = NonNullable<Admission['method']>;

const METHODS = {
  'web-identity': 'sts_web_identity',
  'container-credentials': 'container_credentials',
} as const satisfies Record<Method, string>;

function createPodCounter(registry: Registry): (method: Method) => void {
  const open = createTallies(registry, {
    name: 'pod_identity_webhook_pod_count',
    help: 'Pods given an identity, by method.',
    labelNames: ['method'],
  });
  const tallies: Partial<Record<Method, Tally>> = {};
  return (method) => {
    tallies[method] ??= open({ method: METHODS[method] });
    tallies[method].count += 1;
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

/** One HTTP method. */
interface RequestSeries {
  readonly labels: { readonly verb: string; readonly path: string };
  readonly timing: Timing;
  readonly codes: Map<number, Tally>;
}

function createRequestMetrics(registry: Registry): GoMetrics['request'] {
  const openCode = createTallies(registry, {
    name: 'http_request_count',
    help: 'Requests answered, by method, path and status.',
    labelNames: ['verb', 'path', 'code'],
  });
  const openTiming = createTimings(
    registry,
    {
      name: 'http_request_latencies',
      help: 'Time to answer a request, in microseconds.',
      labelNames: ['verb', 'path'],
    },
    LATENCY_BUCKETS,
  );
  const series = new Map<string, RequestSeries>();
  registerSummary(
    registry,
    {
      name: 'http_request_duration_microseconds',
      help: 'Time to answer a request, in microseconds: sum and count.',
      labelNames: ['verb', 'path'],
    },
    () => [...series.values()],
  );
  const open = (verb: string): RequestSeries => {
    const labels = { verb, path: PATH };
    const own = { labels, timing: openTiming(labels), codes: new Map() };
    series.set(verb, own);
    return own;
  };
  return (verb, code, microseconds) => {
    const { labels, timing, codes } = series.get(verb) ?? open(verb);
    timing.observe(microseconds);
    let answered = codes.get(code);
    if (answered === undefined) {
      answered = openCode({ ...labels, code: String(code) });
      codes.set(code, answered);
    }
    answered.count += 1;
  };
}
