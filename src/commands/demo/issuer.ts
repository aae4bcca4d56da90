import { Registry } from 'prom-client';
import type { IssuerOptions, RunningIssuer } from '../../demo/servers.ts';
import { findFreePorts } from '../../local-cluster/loopback.ts';
import { createIssuerParts } from '../issuer/parts.ts';
import { type IssuerCommandSettings, readIssuerCommandLine } from '../issuer/read-settings.ts';
import { createMemoryLog } from './log.ts';
import { startServer } from './server.ts';

/**
 * Starts the issuer as `iam-bridge issuer` does, from the flags that a user would give, and returns when it is ready: it
 * has the cluster's keys.
 * @throws Error where it cannot start, or is not ready in time
 */
export async function startIssuer(options: IssuerOptions): Promise<RunningIssuer> {
  const [metricsPort = 0] = await findFreePorts(1);
  const flags = toFlags(options, metricsPort);
  const log = createMemoryLog();
  const { parts } = await createIssuerParts(readSettings(flags), { log, registry: new Registry() });
  const stop = await startServer({ name: 'issuer', parts, metricsPort, lastProblem: log.lastProblem });
  return { flags, stop };
}

function toFlags({ issuer, clusterFlags, certPath, keyPath }: IssuerOptions, metricsPort: number): string[] {
  return [
    `--issuer=${issuer}`,
    ...clusterFlags,
    '--bind-address=127.0.0.1',
    `--tls-cert=${certPath}`,
    `--tls-key=${keyPath}`,
    `--port=${new URL(issuer).port}`,
    `--metrics-port=${metricsPort}`,
  ];
}

function readSettings(flags: readonly string[]): IssuerCommandSettings {
  const line = readIssuerCommandLine(flags, {});
  if (line.kind === 'run') return line.settings;
  throw new Error(line.kind === 'problems' ? line.problems.join('; ') : 'the issuer has nothing to run');
}
