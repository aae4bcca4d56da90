import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Log } from '../../http/log.ts';
import type { MappingEvent, TellMapping } from '../../mapping/mapping-events.ts';
import type { ReflectorReport } from '../server/watches.ts';

/** What is told of mappings, in the log and by the Go program's metrics. */
export interface MappingReport {
  readonly tell: TellMapping;
  /** Counts, beside `report`, what the Go program counts of the watch of aws-auth. */
  watch(resource: string, report: ReflectorReport): ReflectorReport;
  /** A call of ec2:DescribeInstances. */
  readonly described: () => void;
}

export function createMappingReport(registry: Registry, log: Log): MappingReport {
  const metrics = registerMetrics(registry);
  return {
    tell(event) {
      logEvent(event, log);
      countEvent(event, metrics);
    },
    watch(resource, report) {
      return (event) => {
        if (resource === 'configmaps' && event.kind === 'failed') metrics.watchFailures.inc();
        report(event);
      };
    },
    described: () => metrics.described.inc(),
  };
}

function logEvent({ kind, ...fields }: MappingEvent, log: Log): void {
  const isTrouble =
    kind === 'file-refused' ||
    kind === 'status-not-written' ||
    ('problems' in fields && fields.problems.length + fields.flaws.length > 0);
  if (isTrouble) log.warn(fields, `mappings: ${kind}`);
  else log.info(fields, `mappings: ${kind}`);
}

type Metrics = ReturnType<typeof registerMetrics>;

function countEvent(event: MappingEvent, metrics: Metrics): void {
  if (event.kind === 'file-refused' && event.file === 'dynamic_file') metrics.fileFailures.inc();
  if (event.kind === 'file-taken' && event.lagSeconds !== undefined)
    metrics.lag.observe({ type: event.file }, event.lagSeconds);
  if (event.kind !== 'order') return;
  const isEnabled = event.backends.includes('DynamicFile');
  metrics.enabled.set(Number(isEnabled));
  metrics.only.set(Number(isEnabled && event.backends.length === 1));
}

const PREFIX = 'aws_iam_authenticator_';
/** Seconds; a file is written by people or by a controller, and looked at every second. */
const LAGS = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600];

function registerMetrics(registry: Registry) {
  const registers = [registry];
  const counter = (name: string, help: string): Counter =>
    new Counter({ name: `${PREFIX}${name}`, help, registers });
  const gauge = (name: string, help: string): Gauge =>
    new Gauge({ name: `${PREFIX}${name}`, help, registers });
  return {
    watchFailures: counter('configmap_watch_failures_total', 'Lists and watches of aws-auth that failed.'),
    fileFailures: counter('dynamicfile_failures_total', 'Changes of the dynamic file that were refused.'),
    described: counter('ec2_describe_instances_calls_total', 'Calls of ec2:DescribeInstances.'),
    enabled: gauge('dynamic_file_enabled', '1 where the dynamic file is one of the backends.'),
    only: gauge('dynamic_file_only', '1 where the dynamic file is the only backend.'),
    lag: new Histogram({
      name: `${PREFIX}dynamic_e2e_latency_seconds`,
      help: 'Time from the change that a file tells of to when it counts, by file.',
      labelNames: ['type'],
      buckets: LAGS,
      registers,
    }),
  };
}
