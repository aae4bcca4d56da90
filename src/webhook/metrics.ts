import { Counter, Gauge, type Registry } from 'prom-client';
import { createTallies, createTimings, remember } from '../http/hot-metrics.ts';
import type { Admission } from './admit.ts';
import { createGoMetrics, type GoMetrics } from './go-metrics.ts';
import { type Outcome, outcomeOf, type Reason } from './reasons.ts';
import type { AccountCount } from './sources/account-store.ts';
import type { LiveReadResult } from './sources/live-answer.ts';

/** What routes and sources count. */
export interface WebhookMetrics extends Pick<GoMetrics, 'request' | 'missingAccount'> {
  /** @param seconds from the arrival of the request to its answer */
  admission(admission: Admission, seconds: number): void;
  /** A pod that asked for an identity and did not get one. */
  leftOut(reason: Reason, namespace: string, owner: string): void;
  liveRead(result: LiveReadResult): void;
  configMapProblem(): void;
}

/** A request that takes longer than the last of these has missed the API server's usual deadline by far. */
const SECONDS = [
  0.00025, 0.0005, 0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064, 0.128, 0.256, 0.512, 1, 2.5,
];

/** Namespaces and owners are the users' to choose: past this many series, the rest is counted together. */
const MAX_LEFT_OUT_SERIES = 500;
const OTHERS = '(others)';

export function createWebhookMetrics(registry: Registry, accounts: () => AccountCount): WebhookMetrics {
  const go = createGoMetrics(registry, () => accounts().known);
  const notices = createCounter(registry, {
    name: 'iam_bridge_admission_notices_total',
    help: 'Admission warnings given, by code.',
    labelNames: ['notice'],
  });
  const liveReads = createCounter(registry, {
    name: 'iam_bridge_service_account_live_reads_total',
    help: 'ServiceAccounts read from the API server because the watch had not brought them yet.',
    labelNames: ['result'],
  });
  const configMapProblems = createCounter(registry, {
    name: 'iam_bridge_config_map_problems_total',
    help: 'Entries and documents of the ConfigMap source that were refused.',
    labelNames: [],
  });
  registerAccountGauge(registry, accounts);
  const count = createAdmissionMetrics(registry);
  return {
    request: go.request,
    missingAccount: go.missingAccount,
    admission(admission, seconds) {
      go.admission(admission);
      count(admission.reason, seconds);
      for (const { code } of admission.notices) notices.inc({ notice: code });
    },
    leftOut: createLeftOutCounter(registry),
    liveRead: (result) => liveReads.inc({ result }),
    configMapProblem: () => configMapProblems.inc(),
  };
}

interface CounterOptions<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labelNames: Label[];
}

function createCounter<Label extends string>(
  registry: Registry,
  options: CounterOptions<Label>,
): Counter<Label> {
  return new Counter({ ...options, registers: [registry] });
}

function createAdmissionMetrics(registry: Registry): (reason: Reason, seconds: number) => void {
  const openTotal = createTallies(registry, {
    name: 'iam_bridge_admissions_total',
    help: 'Admission reviews answered, by outcome and reason (docs/webhook.md lists them).',
    labelNames: ['outcome', 'reason'],
  });
  const openDuration = createTimings(
    registry,
    {
      name: 'iam_bridge_admission_duration_seconds',
      help: 'Time from the arrival of an admission review to its answer.',
      labelNames: ['outcome'],
    },
    SECONDS,
  );
  const durationOf = remember((outcome: Outcome) => openDuration({ outcome }));
  const seriesOf = remember((reason: Reason) => {
    const outcome = outcomeOf(reason);
    return { total: openTotal({ outcome, reason }), duration: durationOf(outcome) };
  });
  return (reason, seconds) => {
    const { total, duration } = seriesOf(reason);
    total.count += 1;
    duration.observe(seconds);
  };
}

function createLeftOutCounter(registry: Registry): WebhookMetrics['leftOut'] {
  const counter = createCounter(registry, {
    name: 'iam_bridge_pods_left_out_total',
    help: 'Pods that asked for an identity and did not get one, with the owner to be told.',
    labelNames: ['reason', 'namespace', 'owner'],
  });
  const series = new Set<string>();
  return (reason, longNamespace, owner) => {
    // A namespace has 63 characters; a caller who is no API server may send megabytes.
    const namespace = longNamespace.slice(0, 63);
    const id = `${reason} ${namespace} ${owner}`;
    const full = series.size >= MAX_LEFT_OUT_SERIES && !series.has(id);
    if (!full) series.add(id);
    counter.inc(full ? { reason, namespace: OTHERS, owner: OTHERS } : { reason, namespace, owner });
  };
}

function registerAccountGauge(registry: Registry, accounts: () => AccountCount): void {
  new Gauge({
    name: 'iam_bridge_service_accounts',
    help: 'ServiceAccounts held: all that are known, and those of them with an annotation of ours.',
    labelNames: ['state'],
    registers: [registry],
    collect() {
      const { known, annotated } = accounts();
      this.set({ state: 'known' }, known);
      this.set({ state: 'annotated' }, annotated);
    },
  });
}
