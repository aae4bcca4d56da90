import type { Clock } from '../../base/clock.ts';
import { createWatchedFile, type FileEvent } from '../../base/watched-file.ts';
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
import type { Watches } from '../server/watches.ts';

/** What a watch is made with. */
export interface WatchDeps {
  readonly api: KubeApi;
  readonly clock: Clock;
  readonly watches: Watches;
}

export function createAccountReflector(store: AccountStore, { api, clock, watches }: WatchDeps): Reflector {
  return createReflector({
    api,
    path: '/api/v1/serviceaccounts',
    metadataOnly: true,
    parse: toKubeObject,
    sink: store,
    clock,
    random: Math.random,
    report: watches.report('serviceaccounts'),
  });
}

export function createConfigMapReflector(
  store: ConfigMapStore,
  namespace: string,
  { api, clock, watches }: WatchDeps,
): Reflector {
  return createDocumentReflector(store, {
    api,
    namespace,
    resource: 'configmaps',
    parse: toConfigMap,
    clock,
    random: Math.random,
    report: watches.report('configmaps'),
  });
}

/** The container credentials list of a file that may change, appear and disappear. */
export interface ListFile {
  current(): ContainerCredentialsList;
  stop(): void;
}

const LOOK_INTERVAL = 1_000;

const EMPTY_LIST: ContainerCredentialsList = new Set();

/** @param path '' is no file: an empty list for ever */
export async function createListFile(path: string, log: Log): Promise<ListFile> {
  if (path === '') return { current: () => EMPTY_LIST, stop: () => {} };
  const file = await createWatchedFile({
    paths: [path],
    interval: LOOK_INTERVAL,
    read: ([text]) => (text === undefined ? undefined : parseContainerCredentialsList(text)),
    report: tell,
  });
  const first = file.state();
  tell(first.kind === 'malformed' ? { kind: 'refused', problem: first.problem } : { kind: 'reloaded' });
  return { current, stop: file.stop };

  function current(): ContainerCredentialsList {
    const state = file.state();
    return state.kind === 'good' ? state.value : EMPTY_LIST;
  }

  function tell(event: FileEvent): void {
    if (event.kind === 'reloaded')
      log.info({ path, accounts: current().size }, 'container credentials list read');
    else
      log.error({ path, problem: event.problem }, 'container credentials list refused, the one before stays');
  }
}
