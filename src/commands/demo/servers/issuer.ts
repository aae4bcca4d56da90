import type { IssuerOptions, RunningIssuer } from '../../../demo/servers.ts';
import { findFreePorts } from '../../../local-cluster/loopback.ts';
import { ISSUER } from '../../issuer/descriptor.ts';
import { createMemoryLog } from './memory-log.ts';
import { startServer } from './start.ts';

/**
 * Starts the issuer as `iam-bridge issuer` does, from the flags that a user would give, and returns when it is ready: it
 * has the cluster's keys.
 * @throws Error where it cannot start, or is not ready in time
 */
export async function startIssuer(options: IssuerOptions): Promise<RunningIssuer> {
  const [metricsPort = 0] = await findFreePorts(1);
  const flags = toFlags(options, metricsPort);
  const stop = await startServer(
    ISSUER,
    flags,
    createMemoryLog(() => undefined),
  );
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
