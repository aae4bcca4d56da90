import { Gauge, type Registry } from 'prom-client';
import { createTallies, createTimings, remember } from '../http/hot-metrics.ts';
import { createGoMetrics } from './go-metrics.ts';
import { answerOf, REASONS, type Reason, type StsReason } from './reasons.ts';

export interface AuthenticatorMetrics {
  /** One request. @param seconds from its arrival to its answer */
  request(reason: Reason, seconds: number): void;
  /** STS's word came from the cache. */
  cacheHit(): void;
  /** One call to STS. @param region out of a list that no caller can lengthen */
  stsCall(
    region: string,
    reason: StsReason | undefined,
    status: number | undefined,
    milliseconds: number,
  ): void;
}

/** What is read when somebody scrapes. */
export interface MetricSources {
  readonly inFlight: () => number;
  readonly waiting: () => number;
  readonly openCircuits: () => number;
  readonly kept: () => number;
}

const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createAuthenticatorMetrics(
  registry: Registry,
  sources: () => MetricSources,
): AuthenticatorMetrics {
  const go = createGoMetrics(registry);
  const hits = createTallies(registry, {
    name: 'iam_bridge_token_cache_hits_total',
    help: 'TokenReviews for which the word of STS was at hand.',
    labelNames: [],
  })({});
  registerGauges(registry, sources);
  const reviewed = createReviewMetrics(registry);
  const called = createCallMetrics(registry);
  return {
    request(reason, seconds) {
      go.request(REASONS[reason].go, seconds);
      reviewed(reason, seconds);
    },
    cacheHit() {
      hits.count += 1;
    },
    stsCall(region, reason, status, milliseconds) {
      go.stsCall(region, reason, status);
      called(region, reason, milliseconds / 1_000);
    },
  };
}

function createReviewMetrics(registry: Registry): (reason: Reason, seconds: number) => void {
  const openTotal = createTallies(registry, {
    name: 'iam_bridge_token_reviews_total',
    help: 'TokenReviews answered, by answer and reason (docs/authenticator.md lists them).',
    labelNames: ['answer', 'reason'],
  });
  const openDuration = createTimings(
    registry,
    {
      name: 'iam_bridge_token_review_duration_seconds',
      help: 'Time from the arrival of a TokenReview to its answer.',
      labelNames: ['answer'],
    },
    SECONDS,
  );
  const durationOf = remember((answer: ReturnType<typeof answerOf>) => openDuration({ answer }));
  const seriesOf = remember((reason: Reason) => {
    const answer = answerOf(reason);
    return { total: openTotal({ answer, reason }), duration: durationOf(answer) };
  });
  return (reason, seconds) => {
    const { total, duration } = seriesOf(reason);
    total.count += 1;
    duration.observe(seconds);
  };
}

function createCallMetrics(
  registry: Registry,
): (region: string, reason: StsReason | undefined, seconds: number) => void {
  const openTotal = createTallies(registry, {
    name: 'iam_bridge_sts_calls_total',
    help: 'Calls to STS, by region and outcome: identity, or a reason.',
    labelNames: ['region', 'outcome'],
  });
  const openDuration = createTimings(
    registry,
    {
      name: 'iam_bridge_sts_call_duration_seconds',
      help: 'Time of a call to STS, by region.',
      labelNames: ['region'],
    },
    SECONDS,
  );
  const durationOf = remember((region) => openDuration({ region }));
  const totalOf = remember((key) => {
    const [region = '', outcome = ''] = key.split(' ');
    return openTotal({ region, outcome });
  });
  return (region, reason, seconds) => {
    totalOf(`${region} ${reason ?? 'identity'}`).count += 1;
    durationOf(region).observe(seconds);
  };
}

function registerGauges(registry: Registry, sources: () => MetricSources): void {
  const gauge = (name: string, help: string, read: (from: MetricSources) => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read(sources()));
      },
    });
  };
  gauge('iam_bridge_sts_calls_in_flight', 'Calls to STS that are under way.', ({ inFlight }) => inFlight());
  gauge('iam_bridge_sts_calls_waiting', 'Calls to STS that wait for a place.', ({ waiting }) => waiting());
  gauge('iam_bridge_sts_circuits_open', 'STS hosts that are spared.', ({ openCircuits }) => openCircuits());
  gauge('iam_bridge_token_cache_entries', 'Words of STS that are kept.', ({ kept }) => kept());
}
