import { Gauge, Registry } from 'prom-client';
import { type Part, runUntilSignal, type SignalSource } from '../../http/lifecycle.ts';
import { createLog, type Log } from '../../http/log.ts';
import type { ExitCode } from '../outcome.ts';
import { readVersion } from '../version.ts';

/** What every server is made with. */
export interface ServerSurroundings {
  readonly log: Log;
  readonly registry: Registry;
}

/** What to start and stop, in order, and how to become unready first. */
export interface ServerParts {
  readonly parts: readonly Part[];
  readonly beginDrain: () => void;
}

export interface ServerSettings {
  readonly shutdownDelay: number;
  readonly verbosity: number;
  /** Sentences to log once at start. */
  readonly remarks: readonly string[];
}

export interface ServerProgram<Settings extends ServerSettings> {
  /** Such as `iam-bridge webhook`. */
  readonly name: string;
  readonly settings: Settings;
  /** @throws Error that says which file, credential or service is missing */
  readonly create: (settings: Settings, surroundings: ServerSurroundings) => Promise<ServerParts>;
}

/** Runs a server until a signal ends it. */
export async function runServer<Settings extends ServerSettings>(
  { name, settings, create }: ServerProgram<Settings>,
  signals: SignalSource,
): Promise<ExitCode> {
  const { remarks, ...printable } = settings;
  const log = createLog(settings.verbosity);
  const version = await readVersion();
  log.info({ version, node: process.version, settings: printable }, `${name} starts`);
  for (const remark of remarks) log.warn({}, remark);
  try {
    const registry = new Registry();
    registerBuildInfo(registry, version);
    const { parts, beginDrain } = await create(settings, { log, registry });
    const shutdown = {
      delay: settings.shutdownDelay,
      beginDrain() {
        log.info({ delayMs: settings.shutdownDelay }, 'draining: unready, connections are still taken');
        beginDrain();
      },
    };
    await runUntilSignal(parts, shutdown, signals);
    log.info({}, `${name} stopped`);
    return 0;
  } catch (error) {
    log.error({ problem: error instanceof Error ? error.message : String(error) }, `${name} cannot run`);
    return 3;
  }
}

function registerBuildInfo(registry: Registry, version: string): void {
  new Gauge({
    name: 'iam_bridge_build_info',
    help: 'Always 1; the labels say what runs.',
    labelNames: ['version', 'node'],
    registers: [registry],
  }).set({ version, node: process.version }, 1);
}
