import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startChild } from '../child.ts';
import { createWorkspace } from '../workspace.ts';
import { findAssets } from './assets.ts';

/**
 * The address of a namespace's loopback device that is not a loopback address: an EndpointSlice must not name 127.0.0.1.
 * It is from a block that is reserved for documentation (RFC 5737), so nothing real has it.
 */
export const NAMESPACE_ADDRESS = '192.0.2.10';

const SET_UP = `ip link set lo up && ip addr add ${NAMESPACE_ADDRESS}/32 dev lo && exec "$@"`;

/** Why no network namespace can be made here; undefined where one can. */
export function findNamespaceObstacle(): string | undefined {
  const [program, ...args] = toCommand(['true']);
  const { error, status, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/**
 * Runs a TypeScript file in a network namespace of its own, in which nothing but its own loopback device exists, and
 * returns what it wrote as JSON to the file that its first argument names; `args` come after that. A script that fails, or takes longer than
 * `timeout` milliseconds, is an error with its log.
 */
export async function runInNetworkNamespace(
  script: string,
  timeout: number,
  args: readonly string[] = [],
): Promise<unknown> {
  const workspace = createWorkspace();
  try {
    const result = join(workspace.folder, 'result.json');
    const child = startChild({
      workspace,
      name: 'script',
      command: toCommand([process.execPath, script, result, ...args]),
      env: {
        KUBEBUILDER_ASSETS: findAssets() ?? '',
        IAM_BRIDGE_E2E_PROGRAM: process.env['IAM_BRIDGE_E2E_PROGRAM'] ?? '',
        PEER_WEBHOOK: process.env['PEER_WEBHOOK'] ?? '',
      },
    });
    const limit = setTimeout(() => child.kill('SIGKILL'), timeout);
    const { code, signal } = await child.exited;
    clearTimeout(limit);
    if (code !== 0) throw new Error(`${script} ended with ${signal ?? code}\n${child.readLogTail(80)}`);
    return JSON.parse(readFileSync(result, 'utf8'));
  } finally {
    await workspace.remove();
  }
}

// A user who is not root becomes root of a user namespace first, where the system lets him.
function toCommand(command: readonly string[]): [string, ...string[]] {
  const how = process.geteuid?.() === 0 ? '-n' : '-rn';
  return ['unshare', how, '/bin/sh', '-c', SET_UP, 'sh', ...command];
}
