import { Counter, Gauge, type Registry } from 'prom-client';
import type { Log } from '../../http/log.ts';
import type { Reflector, ReflectorEvent } from '../../kube/reflector.ts';

export type ReflectorReport = (event: ReflectorEvent) => void;

/** Watch traffic of the ordinary kind is logged from this level on. */
const DETAIL_LEVEL = 4;

/** Logs and counts what reflectors tell; the resource is a label of the metric. */
export function createReflectorReports(registry: Registry, log: Log): (resource: string) => ReflectorReport {
  const events = new Counter({
    name: 'iam_bridge_watch_events_total',
    help: 'What happened to lists and watches of the API server, by resource and kind.',
    labelNames: ['resource', 'kind'],
    registers: [registry],
  });
  return (resource) => (event) => {
    events.inc({ resource, kind: event.kind });
    const ordinary =
      event.kind === 'watch-opened' || (event.kind === 'watch-ended' && event.reason === 'eof');
    if (ordinary && log.verbosity < DETAIL_LEVEL) return;
    const { kind, ...rest } = event;
    const fields = { resource, ...rest, ...('error' in rest && { error: rest.error.message }) };
    if (kind === 'listed' || ordinary) log.info(fields, `watch: ${kind}`);
    else log.warn(fields, `watch: ${kind}`);
  };
}

/** When each watch last gave a sign of life, for an alert on staleness. */
export function registerLastContact(
  registry: Registry,
  reflectors: Readonly<Record<string, Reflector>>,
): void {
  new Gauge({
    name: 'iam_bridge_watch_last_contact_timestamp_seconds',
    help: 'Unix time of the last list, event or bookmark, by resource.',
    labelNames: ['resource'],
    registers: [registry],
    collect() {
      for (const [resource, { lastContact }] of Object.entries(reflectors))
        this.set({ resource }, lastContact() / 1000);
    },
  });
}
