import { renderJwks } from '../../issuer/documents.ts';
import { readKubectlCluster } from '../../settings/cluster.ts';
import { complain, complainOf, note } from '../diagnostics.ts';
import { readKeySource } from '../key-source.ts';
import type { ExitCode, Surroundings } from '../surroundings.ts';

export interface KeysJwksOptions {
  readonly from?: readonly string[];
  readonly kubeconfig?: string;
  readonly output?: string;
}

const COMMAND = 'keys jwks';

/** `iam-bridge keys jwks`: 0 printed, 2 usage or keys that are not fit, 3 the cluster failed. */
export async function runKeysJwks(options: KeysJwksOptions, surroundings: Surroundings): Promise<ExitCode> {
  const { env, terminal, input } = surroundings;
  const { from = [] } = options;
  const problems: string[] = [];
  if (from.length === 0) problems.push('--from is missing: give cluster, or PEM or JWKS files');
  const cluster = readKubectlCluster(options.kubeconfig, env, from.includes('cluster') ? problems : []);
  if (problems.length > 0) return complain(COMMAND, problems, terminal, 2);
  try {
    const reading = await readKeySource({ from, cluster }, input);
    if (reading.kind === 'refused') return complain(COMMAND, reading.problems, terminal, 2);
    note(COMMAND, reading.notes, terminal);
    const jwks = renderJwks(reading.keys);
    // Compact is what is served, so that a file of it is the same, byte for byte.
    terminal.out(options.output === 'json' ? jwks : `${JSON.stringify(JSON.parse(jwks), undefined, 2)}\n`);
    return 0;
  } catch (error) {
    return complainOf(COMMAND, error, terminal);
  }
}
