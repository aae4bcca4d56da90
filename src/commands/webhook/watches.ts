import type { Clock } from '../../base/clock.ts';
import { readFiles, watchFiles } from '../../base/watched-files.ts';
import type { Log } from '../../http/log.ts';
import type { KubeApi } from '../../kube/api.ts';
import { toConfigMap, toKubeObject } from '../../kube/objects.ts';
import { createReflector, type Reflector } from '../../kube/reflector.ts';
import { createDocumentReflector } from '../../kube/watched-document.ts';
import type { AccountStore } from '../../webhook/sources/account-store.ts';
import type { ConfigMapStore } from '../../webhook/sources/config-map-store.ts';
import {
  type ContainerCredentialsList,
  parseContainerCredentialsList,
} from '../../webhook/sources/container-credentials.ts';
import type { ReflectorReport } from './reflector-report.ts';

/** What a watch is made with. */
export interface WatchDeps {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly report: (resource: string) => ReflectorReport;
}

export function createAccountReflector(store: AccountStore, { api, clock, report }: WatchDeps): Reflector {
  return createReflector({
    api,
    path: '/api/v1/serviceaccounts',
    metadataOnly: true,
    parse: toKubeObject,
    sink: store,
    clock,
    random: Math.random,
    report: report('serviceaccounts'),
  });
}

export function createConfigMapReflector(
  store: ConfigMapStore,
  namespace: string,
  { api, clock, report }: WatchDeps,
): Reflector {
  return createDocumentReflector(store, {
    api,
    namespace,
    resource: 'configmaps',
    parse: toConfigMap,
    clock,
    random: Math.random,
    report: report('configmaps'),
  });
}

/** The container credentials list of a file that may change, appear and disappear. */
export interface ListFile {
  current(): ContainerCredentialsList;
  stop(): void;
}

const LOOK_INTERVAL = 1_000;

/** @param path '' is no file: an empty list for ever */
export async function createListFile(path: string, log: Log): Promise<ListFile> {
  let list: ContainerCredentialsList = new Set();
  if (path === '') return { current: () => list, stop: () => {} };
  const refuse = (error: Error): void => {
    log.error({ path, problem: error.message }, 'container credentials list refused, the one before stays');
  };
  const read = ([text]: readonly (string | undefined)[]): void => {
    try {
      list = parseContainerCredentialsList(text ?? '');
      log.info({ path, accounts: list.size }, 'container credentials list read');
    } catch (error) {
      refuse(error instanceof Error ? error : new Error(String(error)));
    }
  };
  const known = await readFiles([path]);
  read(known);
  const files = watchFiles(
    { paths: [path], interval: LOOK_INTERVAL, onChange: read, onError: refuse },
    known,
  );
  return { current: () => list, stop: files.stop };
}
