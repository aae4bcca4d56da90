import type { AuthenticatorOptions, LoginLine, RunningAuthenticator } from '../../../demo/servers.ts';
import { findFreePorts } from '../../../local-cluster/loopback.ts';
import { AUTHENTICATOR } from '../../authenticator/descriptor.ts';
import { createMemoryLog } from './memory-log.ts';
import { startServer } from './start.ts';

/**
 * Starts the authenticator as `iam-bridge authenticator` does, from the flags that a user would give, and returns when it
 * is ready.
 * @throws Error where it cannot start, or is not ready in time
 */
export async function startAuthenticator(options: AuthenticatorOptions): Promise<RunningAuthenticator> {
  const flags = toFlags(options, await findFreePorts(3));
  const log = createMemoryLog(readLogin);
  const stop = await startServer(AUTHENTICATOR, flags, log);
  return { flags, webhookKubeconfig: options.webhookKubeconfig, logins: log.lines, stop };
}

function toFlags(
  { configPath, stateFolder, webhookKubeconfig, region, stsAddress, stsAuthorityPath }: AuthenticatorOptions,
  [port = 0, metricsPort = 0, healthPort = 0]: readonly number[],
): string[] {
  return [
    `--config=${configPath}`,
    `--state-dir=${stateFolder}`,
    `--generate-kubeconfig=${webhookKubeconfig}`,
    '--hostname=127.0.0.1',
    `--port=${port}`,
    `--metrics-port=${metricsPort}`,
    `--health-port=${healthPort}`,
    '--health-address=127.0.0.1',
    `--region=${region}`,
    `--sts-address=${stsAddress}`,
    `--aws-ca-file=${stsAuthorityPath}`,
  ];
}

/** undefined where the line is about something else than a decision. */
function readLogin(fields: object): LoginLine | undefined {
  const { reason, answer, arn, username } = fields as Partial<LoginLine> & { readonly answer?: unknown };
  if (typeof reason !== 'string' || typeof answer !== 'string') return undefined;
  return {
    reason,
    ...(typeof arn === 'string' && { arn }),
    ...(typeof username === 'string' && { username }),
  };
}
