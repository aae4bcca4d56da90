import { describeError } from '../../../base/errors.ts';
import { renderDrift } from '../../../issuer/drift/render.ts';
import { type DriftReport, findDrift } from '../../../issuer/drift/report.ts';
import { createKubeApi } from '../../../kube/api.ts';
import { renderFindingsJson } from '../../../terminal/findings.ts';
import { findCluster } from '../../cluster.ts';
import { complain, note } from '../../diagnostics.ts';
import type { ExitCode, Terminal } from '../../surroundings.ts';
import { type Cluster, createDriftDeps } from './comparison.ts';
import type { DriftCommandSettings } from './settings.ts';

const COMMAND = 'issuer drift';

/** One comparison, printed. */
export async function compareOnce(settings: DriftCommandSettings, terminal: Terminal): Promise<ExitCode> {
  const cluster = await openCluster(settings, terminal);
  try {
    const deps = await createDriftDeps(settings, cluster).catch(describeError);
    if (typeof deps === 'string') return complain(COMMAND, [deps], terminal, 2);
    const report = await findDrift(settings.issuer, deps);
    terminal.out(settings.output === 'json' ? renderFindingsJson(report) : renderDrift(report));
    return EXIT_CODES[report.outcome];
  } finally {
    if (typeof cluster !== 'string') cluster.api.close();
  }
}

const EXIT_CODES = { none: 0, drift: 1, unseen: 3 } as const satisfies Record<
  DriftReport['outcome'],
  ExitCode
>;

/** Without a cluster the public side can still be judged. */
async function openCluster({ cluster }: DriftCommandSettings, terminal: Terminal): Promise<Cluster | string> {
  try {
    const access = await findCluster(cluster);
    note(COMMAND, access.notes, terminal);
    return { access, api: createKubeApi(access) };
  } catch (error) {
    return `the cluster: ${describeError(error)}`;
  }
}
