import { Counter, Gauge, type Registry } from 'prom-client';
import type { Log } from '../../http/log.ts';
import type { Reflector, ReflectorEvent } from '../../kube/reflector.ts';

export type ReflectorReport = (event: ReflectorEvent) => void;

/** What is told of a server's reflectors, in its log and by metrics. */
export interface Watches {
  /** Logs and counts what a reflector tells. @param resource such as `serviceaccounts`, a label */
  report(resource: string): ReflectorReport;
  /** From now on its last sign of life is part of the exposition. */
  add(resource: string, reflector: Pick<Reflector, 'lastContact'>): void;
}

/** The watches of a process, whose metrics are made when the first server has a use for them. */
export interface WatchMetrics {
  /** @param server a label where several share the process */
  of(server: string, log: Log): Watches;
  /** Registers what is left, once every server is made. */
  close(): void;
}

/** Watch traffic of the ordinary kind is logged from this level on. */
const DETAIL_LEVEL = 4;

export function createWatchMetrics(registry: Registry, several: boolean): WatchMetrics {
  const contacts: { readonly labels: Labels; readonly lastContact: () => number }[] = [];
  let events: Counter | undefined;
  const count = (labels: Labels, kind: string): void => events?.inc({ ...labels, kind });
  return {
    of(server, log) {
      const toLabels = (resource: string): Labels => (several ? { server, resource } : { resource });
      return {
        report(resource) {
          events ??= createEventCounter(registry, several);
          return (event) => {
            count(toLabels(resource), event.kind);
            logEvent(log, resource, event);
          };
        },
        add: (resource, { lastContact }) => void contacts.push({ labels: toLabels(resource), lastContact }),
      };
    },
    close() {
      if (contacts.length > 0) registerLastContact(registry, contacts, several);
    },
  };
}

type Labels = Readonly<Record<string, string>>;

function createEventCounter(registry: Registry, several: boolean): Counter {
  return new Counter({
    name: 'iam_bridge_watch_events_total',
    help: 'What happened to lists and watches of the API server, by resource and kind.',
    labelNames: [...(several ? ['server'] : []), 'resource', 'kind'],
    registers: [registry],
  });
}

function logEvent(log: Log, resource: string, event: ReflectorEvent): void {
  const ordinary = event.kind === 'watch-opened' || (event.kind === 'watch-ended' && event.reason === 'eof');
  if (ordinary && log.verbosity < DETAIL_LEVEL) return;
  const { kind, ...rest } = event;
  const fields = { resource, ...rest, ...('error' in rest && { error: rest.error.message }) };
  if (kind === 'listed' || ordinary) log.info(fields, `watch: ${kind}`);
  else log.warn(fields, `watch: ${kind}`);
}

/** When each watch last gave a sign of life, for an alert on staleness. */
function registerLastContact(
  registry: Registry,
  contacts: readonly { readonly labels: Labels; readonly lastContact: () => number }[],
  several: boolean,
): void {
  new Gauge({
    name: 'iam_bridge_watch_last_contact_timestamp_seconds',
    help: 'Unix time of the last list, opened watch, event or bookmark, by resource.',
    labelNames: [...(several ? ['server'] : []), 'resource'],
    registers: [registry],
    collect() {
      for (const { labels, lastContact } of contacts) this.set(labels, lastContact() / 1000);
    },
  });
}
