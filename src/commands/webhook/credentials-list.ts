import { createWatchedFile, type FileEvent } from '../../base/watched-file.ts';
import type { Log } from '../../http/log.ts';
import {
  type ContainerCredentialsList,
  parseContainerCredentialsList,
} from '../../webhook/sources/container-credentials.ts';

/** The container credentials list of a file that may change, appear and disappear. */
export interface CredentialsList {
  current(): ContainerCredentialsList;
  stop(): void;
}

const LOOK_INTERVAL = 1_000;

const EMPTY_LIST: ContainerCredentialsList = new Set();

/** @param path '' is no file: an empty list for ever */
export async function openCredentialsList(path: string, log: Log): Promise<CredentialsList> {
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
