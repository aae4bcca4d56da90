import { Counter, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { ReadBody } from '../../http/body.ts';
import { type BodyBudget, createBodyBudget } from '../../http/body-budget.ts';
import { TURNED_AWAY, type TurnedAway } from '../../http/body-ledger.ts';
import { type Log, limitLines } from '../../http/log.ts';
import { OPS_CONNECTIONS } from '../../http/ops.ts';
import { type ConnectionLimit, type HttpServer, LIMITS } from '../../http/server.ts';
import type { BudgetSettings } from '../../settings/budgets.ts';

/** What bodies and connections may take, of every server of a process, in its log and by metrics. */
export interface Budgets {
  /** @param server a label where several share the process */
  of(server: string, settings: BudgetSettings, log: Log): DoorBudget;
  ofOps(log: Log): ConnectionBudget;
}

export interface ConnectionBudget {
  readonly connections: ConnectionLimit;
  /** From now on its connections are part of the exposition. */
  watch(server: Pick<HttpServer, 'connections'>): void;
}

export interface DoorBudget extends ConnectionBudget {
  readonly readBody: ReadBody;
}

export function createBudgets(registry: Registry, several: boolean, clock: Clock): Budgets {
  const metrics = registerMetrics(registry, several ? ['server'] : []);
  const toConnections = (labels: Labels, limit: number, log: Log): ConnectionBudget => {
    const warn = createWarning(log, clock);
    return {
      connections: {
        limit,
        evicted(address) {
          metrics.evicted.inc(labels);
          warn({ ...labels, limit, address }, 'connections: the address that holds most of them lost one');
        },
      },
      watch: ({ connections }) => void metrics.servers.push({ labels, connections }),
    };
  };
  return {
    of(server, { bodies, connections }, log) {
      const labels: Labels = several ? { server } : {};
      const warn = createWarning(log, clock);
      for (const reason of TURNED_AWAY) metrics.turnedAway.inc({ ...labels, reason }, 0);
      const report = (reason: TurnedAway): void => {
        metrics.turnedAway.inc({ ...labels, reason });
        warn({ ...labels, budget: bodies, reason }, 'bodies: one was turned away');
      };
      const budget = createBodyBudget({ budget: bodies, patience: LIMITS.request, clock, report });
      metrics.bodies.push({ labels, budget });
      return { readBody: budget.read, ...toConnections({ ...labels, port: 'door' }, connections, log) };
    },
    ofOps: (log) => toConnections({ port: 'ops' }, OPS_CONNECTIONS, log),
  };
}

type Labels = Readonly<Record<string, string>>;

/** A line a minute: what strangers do must not fill the log as well. */
function createWarning(log: Log, clock: Clock): (fields: object, message: string) => void {
  const limited = limitLines({ limit: 1, interval: 60_000 });
  return (fields, message) =>
    limited(clock.now(), (suppressed) => log.warn({ ...fields, suppressed }, message));
}

interface BudgetMetrics {
  readonly evicted: Counter;
  readonly turnedAway: Counter;
  readonly servers: { readonly labels: Labels; readonly connections: () => number }[];
  readonly bodies: { readonly labels: Labels; readonly budget: BodyBudget }[];
}

function registerMetrics(registry: Registry, server: readonly string[]): BudgetMetrics {
  const registers = [registry];
  const servers: BudgetMetrics['servers'] = [];
  const bodies: BudgetMetrics['bodies'] = [];
  const ofBodies = (name: string, help: string, read: (budget: BodyBudget) => number): Gauge =>
    new Gauge({
      name,
      help,
      labelNames: server,
      registers,
      collect() {
        for (const { labels, budget } of bodies) this.set(labels, read(budget));
      },
    });
  ofBodies('iam_bridge_http_body_bytes', 'Bytes set aside for request bodies.', ({ reserved }) => reserved());
  ofBodies('iam_bridge_http_bodies_waiting', 'Large request bodies that wait for room.', ({ waiting }) =>
    waiting(),
  );
  new Gauge({
    name: 'iam_bridge_http_connections',
    help: 'Open connections, those in the middle of a TLS handshake among them, by port.',
    labelNames: [...server, 'port'],
    registers,
    collect() {
      for (const { labels, connections } of servers) this.set(labels, connections());
    },
  });
  return { servers, bodies, ...registerCounters(registry, server) };
}

function registerCounters(
  registry: Registry,
  server: readonly string[],
): Pick<BudgetMetrics, 'evicted' | 'turnedAway'> {
  return {
    evicted: new Counter({
      name: 'iam_bridge_http_connections_evicted_total',
      help: 'Connections closed to make room for others, by port.',
      labelNames: [...server, 'port'],
      registers: [registry],
    }),
    turnedAway: new Counter({
      name: 'iam_bridge_http_bodies_turned_away_total',
      help: 'Request bodies that were not read to their end, by reason.',
      labelNames: [...server, 'reason'],
      registers: [registry],
    }),
  };
}
