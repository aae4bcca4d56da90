import { ConfigurationError, describeError } from '../../../base/errors.ts';
import { renderDrift } from '../../../issuer/drift/render.ts';
import { type DriftReport, findDrift } from '../../../issuer/drift/report.ts';
import { createKubeApi } from '../../../kube/api.ts';
import { NotInClusterError } from '../../../kube/in-cluster.ts';
import { renderFindingsJson } from '../../../terminal/findings.ts';
import { findCluster } from '../../cluster.ts';
import { complainOf, note } from '../../diagnostics.ts';
import type { ExitCode, Terminal } from '../../surroundings.ts';
import { type Cluster, createDriftDeps } from './comparison.ts';
import type { DriftCommandSettings } from './settings.ts';

const COMMAND = 'issuer drift';

/** One comparison, printed. */
export async function compareOnce(settings: DriftCommandSettings, terminal: Terminal): Promise<ExitCode> {
  try {
    return await compare(settings, await openCluster(settings, terminal), terminal);
  } catch (error) {
    return complainOf(COMMAND, error, terminal);
  }
}

async function compare(
  settings: DriftCommandSettings,
  cluster: Cluster | string,
  terminal: Terminal,
): Promise<ExitCode> {
  try {
    const deps = await createDriftDeps(settings, cluster);
    const report = await findDrift(settings.issuer, deps);
    terminal.out(settings.output === 'json' ? renderFindingsJson(report) : renderDrift(report));
    return EXIT_CODES[report.outcome];
  } finally {
    if (typeof cluster !== 'string') cluster.api.close();
  }
}

const EXIT_CODES = { none: 0, warnings: 0, drift: 1, unseen: 3 } as const satisfies Record<
  DriftReport['outcome'],
  ExitCode
>;

/**
 * Without a cluster the public side can still be judged.
 * @throws ConfigurationError
 */
async function openCluster({ cluster }: DriftCommandSettings, terminal: Terminal): Promise<Cluster | string> {
  try {
    const access = await findCluster(cluster);
    note(COMMAND, access.notes, terminal);
    return { access, api: createKubeApi(access) };
  } catch (error) {
    if (error instanceof ConfigurationError && !(error instanceof NotInClusterError)) throw error;
    return `the cluster: ${describeError(error)}`;
  }
}
