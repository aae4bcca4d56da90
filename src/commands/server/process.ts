import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Part } from '../../http/lifecycle.ts';
import type { ListenAddress } from '../../http/listen.ts';
import type { Log } from '../../http/log.ts';
import { createOpsServer } from '../../http/ops.ts';
import { allOf } from './all-of.ts';
import { type Budgets, createBudgets } from './budgets.ts';
import { type Certificates, createCertificates } from './certificate.ts';
import { createDegradationPart, type ObservedCheck } from './degradations.ts';
import type { Server, ServerDescriptor, ServerSettings } from './descriptor.ts';
import { createDoorServer, toDoorChecks, toDoorPart, toOpsPart } from './door.ts';
import { createWatchMetrics, type WatchMetrics } from './watches.ts';

/** A server and what it was told, of the same descriptor. */
export interface PlannedServer {
  readonly descriptor: ServerDescriptor;
  readonly settings: ServerSettings;
}

/** What the servers of a process share. */
export interface ProcessSurroundings {
  readonly log: Log;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly version: string;
  /** Where all of them are probed and scraped. */
  readonly ops: ListenAddress;
}

/** What to start and stop, in order, and how to become unready first. */
export interface ServerProcess {
  readonly parts: readonly Part[];
  readonly beginDrain: () => void;
}

/**
 * Makes one server, or several that share registry and ops port. Where there are several, each one's log lines and the
 * metrics that all of them have are labelled `server`, and its checks begin with its name.
 * @throws Error that says which file, credential or service is missing
 */
export async function createServerProcess(
  planned: readonly PlannedServer[],
  surroundings: ProcessSurroundings,
): Promise<ServerProcess> {
  const { registry, version, ops, log, clock } = surroundings;
  const several = planned.length > 1;
  registerBuildInfo(registry, version);
  const shared = {
    several,
    budgets: createBudgets(registry, several, clock),
    certificates: createCertificates(registry, several),
    watches: createWatchMetrics(registry, several),
  };
  const opened = await allOf(planned.map((each) => openServer(each, surroundings, shared)));
  collectDefaultMetrics({ register: registry });
  shared.watches.close();
  const observed = opened.flatMap((server) => server.checks);
  const checks = observed.map(({ check, server }) =>
    several ? { ...check, name: `${server}/${check.name}` } : check,
  );
  const unreadyWhenDegraded = planned.some(({ settings }) => settings.unreadyWhenDegraded);
  const isOptional = planned.every(({ settings }) => settings.listen.opsOptional === true);
  const opsBudget = shared.budgets.ofOps(log);
  const opsServer = createOpsServer({
    registry,
    checks,
    unreadyWhenDegraded,
    connections: opsBudget.connections,
  });
  opsBudget.watch(opsServer);
  return {
    parts: [
      ...opened.flatMap(({ server }) => server.before),
      ...opened.map(({ door }) => door),
      toOpsPart({ address: ops, server: opsServer, isOptional }, log),
      createDegradationPart(observed, { registry, clock, several }),
      ...opened.flatMap(({ server }) => server.after),
    ],
    beginDrain() {
      for (const server of opened) server.beginDrain();
    },
  };
}

interface Shared {
  readonly several: boolean;
  readonly budgets: Budgets;
  readonly certificates: Certificates;
  readonly watches: WatchMetrics;
}

interface OpenedServer {
  readonly server: Server;
  readonly door: Part;
  readonly checks: readonly ObservedCheck[];
  readonly beginDrain: () => void;
}

async function openServer(
  { descriptor, settings }: PlannedServer,
  { registry, clock, ...surroundings }: ProcessSurroundings,
  { several, budgets, certificates, watches }: Shared,
): Promise<OpenedServer> {
  const { name } = descriptor;
  const log = several ? withServer(surroundings.log, name) : surroundings.log;
  const maker = await descriptor.load();
  await maker.prepare?.(settings, { log, clock });
  const budget = budgets.of(name, settings.budgets, log);
  const around = { log, registry, clock, watches: watches.of(name, log), readBody: budget.readBody };
  const [certificate, server] = await allOf([
    settings.tls === undefined ? Promise.resolve(undefined) : certificates.open(name, settings.tls, log),
    maker.create(settings, around),
  ]);
  const http = createDoorServer(server.door, settings.tls, certificate, budget.connections);
  budget.watch(http);
  const checks = [...toDoorChecks(certificate, http), ...server.checks];
  return {
    server,
    door: toDoorPart({ name, server: http, address: settings.listen, certificate }, log),
    checks: checks.map((check) => ({ server: name, check, log })),
    beginDrain: http.drain.begin,
  };
}

function withServer({ verbosity, info, warn, error }: Log, server: string): Log {
  return {
    verbosity,
    info: (fields, message) => info({ server, ...fields }, message),
    warn: (fields, message) => warn({ server, ...fields }, message),
    error: (fields, message) => error({ server, ...fields }, message),
  };
}

function registerBuildInfo(registry: Registry, version: string): void {
  new Gauge({
    name: 'iam_bridge_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.version }, 1);
}
