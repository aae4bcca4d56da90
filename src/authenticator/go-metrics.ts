import type { Registry } from 'prom-client';
import { createTallies, createTimings, remember, type Tally, type Timing } from '../http/hot-metrics.ts';
import { type GoResult, REASONS, type StsReason } from './reasons.ts';

/** Metrics of aws-iam-authenticator under their own names and labels, because dashboards and alerts scrape them today. */
export interface GoMetrics {
  /** One request, whatever came of it. */
  request(result: GoResult, seconds: number): void;
  /** One call to STS. @param status of the answer; undefined: there was none */
  stsCall(region: string, reason: StsReason | undefined, status: number | undefined): void;
}

const PREFIX = 'aws_iam_authenticator_';
/** The client library's default. s */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const RESULTS = new Set<GoResult>(Object.values(REASONS).map(({ go }) => go));

export function createGoMetrics(registry: Registry): GoMetrics {
  const openLatency = createTimings(
    registry,
    {
      name: `${PREFIX}authenticate_latency_seconds`,
      help: 'Time to answer a TokenReview, by result.',
      labelNames: ['result'],
    },
    SECONDS,
  );
  const latencies = new Map<GoResult, Timing>(
    [...RESULTS].map((result) => [result, openLatency({ result })]),
  );
  const byRegion = (name: string, help: string): ((region: string) => Tally) => {
    const open = createTallies(registry, { name: `${PREFIX}${name}`, help, labelNames: ['StsRegion'] });
    return remember((region) => open({ StsRegion: region }));
  };
  const failures = byRegion('sts_connection_failures_total', 'Calls to STS that got no answer.');
  const throttled = byRegion('sts_throttling_total', 'Calls that STS throttled.');
  const openResponse = createTallies(registry, {
    name: `${PREFIX}sts_responses_total`,
    help: 'Answers of STS, by status and region.',
    labelNames: ['ResponseCode', 'StsRegion'],
  });
  const responses = remember((key) => {
    const [code = '', region = ''] = key.split(' ');
    return openResponse({ ResponseCode: code, StsRegion: region });
  });
  return {
    request: (result, seconds) => latencies.get(result)?.observe(seconds),
    stsCall(region, reason, status) {
      if (status === undefined) failures(region).count += 1;
      else responses(`${status} ${region}`).count += 1;
      if (reason === 'sts-throttled') throttled(region).count += 1;
    },
  };
}
