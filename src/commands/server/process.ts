import { collectDefaultMetrics, Gauge, type Registry } from 'prom-client';
import type { Clock } from '../../base/clock.ts';
import type { Part, Stage } from '../../http/lifecycle.ts';
import type { ListenAddress } from '../../http/listen.ts';
import type { Log } from '../../http/log.ts';
import { createOpsServer, type ReadyServer } from '../../http/ops.ts';
import { allOf } from './all-of.ts';
import { type Budgets, createBudgets } from './budgets.ts';
import { type Certificates, createCertificates } from './certificate.ts';
import { createDegradationPart } from './degradations.ts';
import type { ServerDescriptor, ServerSettings } from './descriptor.ts';
import { createDoorServer, toDoorChecks, toDoorPart, toOpsPart } from './door.ts';
import { createVoice } from './voice.ts';
import { createWatchMetrics, type WatchMetrics } from './watches.ts';

/** A server and what it was told, of the same descriptor. */
export interface PlannedServer {
  readonly descriptor: ServerDescriptor;
  readonly settings: ServerSettings;
  /** What the server says of its flags, by the names that they have in this process; absent: their own. */
  readonly rename?: (text: string) => string;
}

/** What the servers of a process share. */
export interface ProcessSurroundings {
  readonly log: Log;
  readonly registry: Registry;
  readonly clock: Clock;
  readonly version: string;
  readonly ops: OpsAddress;
}

/** Where all servers of a process are probed and scraped. */
export interface OpsAddress extends ListenAddress {
  /** Where the port cannot be had, the log says so and the servers go on without. */
  readonly isOptional?: boolean;
}

/** What to start and stop, in order, and how to become unready first. */
export interface ServerProcess {
  readonly stages: readonly Stage[];
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
  const opened = await allOf(planned.map((each) => openNamed(each, surroundings, shared)));
  collectDefaultMetrics({ register: registry });
  shared.watches.close();
  const observed = opened.flatMap(({ name, log, checks }) =>
    checks.map((check) => ({ server: name, check, log })),
  );
  const opsBudget = shared.budgets.ofOps(log);
  const opsServer = createOpsServer({ registry, servers: opened, connections: opsBudget.connections });
  opsBudget.watch(opsServer);
  return {
    stages: [
      ...opened.flatMap(({ before }) => before),
      // A call that hangs at one door is waited for: one after another, that would be longer than a pod has.
      opened.map(({ door }) => door),
      toOpsPart({ address: ops, server: opsServer, isOptional: ops.isOptional === true }, log),
      createDegradationPart(observed, { registry, clock, several }),
      ...opened.flatMap(({ after }) => after),
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

interface OpenedServer extends ReadyServer {
  readonly before: readonly Part[];
  readonly door: Part;
  readonly after: readonly Part[];
  readonly log: Log;
  readonly beginDrain: () => void;
}

async function openServer(
  { descriptor, settings }: PlannedServer,
  { registry, clock, log }: ProcessSurroundings,
  { budgets, certificates, watches }: Shared,
): Promise<OpenedServer> {
  const { name } = descriptor;
  const maker = await descriptor.load();
  await maker.prepare?.(settings, { log, clock });
  const budget = budgets.of(name, settings.budgets, log);
  const around = { log, registry, clock, watches: watches.of(name, log), readBody: budget.readBody };
  const [opened, server] = await allOf([
    settings.tls === undefined
      ? Promise.resolve(undefined)
      : certificates.open(name, settings.tls.certificate, { ...around, staleAfter: settings.staleAfter }),
    maker.create(settings, around),
  ]);
  const certificate = opened?.source;
  const http = createDoorServer(server.door, settings.tls, certificate, budget.connections);
  budget.watch(http);
  return {
    name,
    log,
    before: [...(opened?.parts ?? []), ...server.before],
    door: toDoorPart({ name, server: http, address: settings.listen, certificate }, log),
    after: server.after,
    checks: [...toDoorChecks(certificate, http), ...(opened?.checks ?? []), ...server.checks],
    unreadyWhenDegraded: settings.unreadyWhenDegraded,
    beginDrain: http.drain.begin,
  };
}

/** What one of several logs, and what goes wrong with it, is told with its name, since others may have the same flags. */
async function openNamed(
  planned: PlannedServer,
  surroundings: ProcessSurroundings,
  shared: Shared,
): Promise<OpenedServer> {
  if (!shared.several) return await openServer(planned, surroundings, shared);
  const { descriptor, settings, rename = (text) => text } = planned;
  const voice = createVoice({ server: descriptor.name, verbosity: settings.verbosity, rename });
  const log = voice.ofLog(surroundings.log);
  const { before, door, after, ...rest } = await voice.of(
    openServer(planned, { ...surroundings, log }, shared),
  );
  return {
    ...rest,
    before: before.map(voice.ofPart),
    door: voice.ofPart(door),
    after: after.map(voice.ofPart),
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
