import type { Clock } from '../../../base/clock.ts';
import type { Part } from '../../../http/lifecycle.ts';
import type { Log } from '../../../http/log.ts';
import { type DriftReport, findDrift } from '../../../issuer/drift/report.ts';
import { createDriftWatch } from '../../../issuer/drift/watch.ts';
import type { CountDrift } from '../../../issuer/metrics.ts';
import type { DriftSettings } from '../settings.ts';
import { type Cluster, createDriftDeps } from './comparison.ts';

export interface DriftPartOptions {
  readonly issuer: string;
  readonly settings: DriftSettings;
  readonly cluster: Cluster;
  readonly count: CountDrift;
  readonly log: Log;
  readonly clock: Clock;
}

/** Compares from time to time while the issuer is served. */
export async function createDriftPart(options: DriftPartOptions): Promise<Part> {
  const { issuer, settings, cluster, count, log, clock } = options;
  const deps = await createDriftDeps(settings, cluster);
  const watch = createDriftWatch({
    look: (signal) => findDrift(issuer, deps, signal),
    interval: settings.interval,
    clock,
    observe: (report) => count(report, clock.now()),
    changed: (report) => logReport(report, log),
  });
  return { name: 'drift', start: async () => watch.start(), stop: watch.stop };
}

function logReport({ outcome, findings, keys, signingKey, unseen }: DriftReport, log: Log): void {
  const fields = { outcome, findings, keys, signingKey, unseen };
  if (outcome === 'none') log.info(fields, 'the public sees the issuer that the cluster signs as');
  else if (outcome === 'warnings')
    log.warn(fields, 'the public sees the issuer that the cluster signs as, and it could be better');
  else if (outcome === 'drift')
    log.error(fields, 'the public does not see the issuer that the cluster signs as');
  else log.warn(fields, 'whether the public sees the issuer of the cluster could not be seen');
}
