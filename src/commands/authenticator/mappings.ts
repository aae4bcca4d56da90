import { describeError } from '../../base/errors.ts';
import type { Part } from '../../http/lifecycle.ts';
import type { ReadyCheck } from '../../http/ops.ts';
import { createKubeApi, type KubeApi } from '../../kube/api.ts';
import { createMapper, type RunningMapper } from '../../mapping/create-mapper.ts';
import type { Mapper } from '../../mapping/mapper.ts';
import type { MountedReading } from '../../mapping/mounted-file.ts';
import { findCluster } from '../cluster.ts';
import type { ServerSurroundings } from '../server/descriptor.ts';
import { createSourceCheck } from '../server/source-check.ts';
import type { MappingReport } from './mapping-report.ts';
import type { AuthenticatorCommandSettings } from './settings.ts';

export interface MappingDeps extends Pick<ServerSurroundings, 'log' | 'clock' | 'watches'> {
  readonly report: MappingReport;
  readonly findNodeName: (instanceId: string) => Promise<string>;
}

/** Mappings that follow their sources while their part runs. */
export interface Mappings {
  readonly mapper: Mapper;
  readonly checks: readonly ReadyCheck[];
  readonly part: Part;
}

/** @throws Error that says what the API server's side lacks */
export async function openMappings(
  settings: AuthenticatorCommandSettings,
  deps: MappingDeps,
): Promise<Mappings> {
  const { log, clock, watches, report, findNodeName } = deps;
  const api = await openApi(settings, deps);
  const mountedFile = settings.mapping.mountedFile.reveal();
  const running = createMapper(
    { ...settings.mapping, mountedFile },
    {
      api,
      clock,
      random: Math.random,
      report: report.tell,
      watches: {
        report: (resource) => report.watch(resource, watches.report(resource)),
        add: watches.add,
      },
      findNodeName,
    },
  );
  if (settings.mapping.backends.includes('MountedFile'))
    log.info(countMounted(mountedFile), 'mappings: mounted');
  return {
    mapper: running.mapper,
    checks: [toCheck(running, settings.staleAfter, clock.now)],
    part: {
      name: 'mappings',
      async start() {
        running.start();
      },
      async stop() {
        await running.stop();
        api?.close();
      },
    },
  };
}

/** Only where a backend needs it, or may come to need it. */
async function openApi(
  { mapping, cluster }: AuthenticatorCommandSettings,
  { log }: MappingDeps,
): Promise<KubeApi | undefined> {
  const isNeeded = mapping.backends.some((name) => name === 'EKSConfigMap' || name === 'CRD');
  if (!isNeeded && mapping.backendModePath === undefined) return undefined;
  try {
    const access = await findCluster(cluster);
    for (const note of access.notes) log.warn({}, note);
    return createKubeApi(access);
  } catch (error) {
    if (isNeeded) throw error;
    log.info({ problem: describeError(error) }, 'no API server: EKSConfigMap and CRD cannot become backends');
    return undefined;
  }
}

function toCheck(running: RunningMapper, staleAfter: number, now: () => number): ReadyCheck {
  return {
    name: 'mappings',
    check: running.pending,
    degraded() {
      const silent = running
        .watched()
        .map((source) => createSourceCheck({ ...source, staleAfter, now }).degraded?.())
        .filter((problem) => problem !== undefined);
      const problems = [running.problem(), ...silent].filter((problem) => problem !== undefined);
      return problems.length === 0 ? undefined : problems.join('; and ');
    },
  };
}

function countMounted({ sections }: MountedReading): object {
  const { mapRoles, mapUsers, mapAccounts } = sections;
  return {
    roles: mapRoles.kind === 'good' ? mapRoles.value.length : 0,
    users: mapUsers.kind === 'good' ? mapUsers.value.length : 0,
    accounts: mapAccounts.kind === 'good' ? mapAccounts.value.accounts.size : 0,
  };
}
